import { Type } from 'typebox';
import { answer, withAccounts } from './beside.ts';

const Request = Type.Object({ email: Type.String(), password: Type.String(), name: Type.Optional(Type.String()) });

// `tsukasa bootstrap`: makes the first provider administrator; prints `{ token }`.
await answer('bootstrap', Request, async (request, config) => {
  const { token } = await withAccounts(config, (accounts) => accounts.bootstrap(request));
  return { token };
});
