import { parseArgs } from 'node:util';
import { keptAuthority } from './authority.ts';
import { ApnsControl } from './control.ts';
import { FakeApns } from './server.ts';

const usage = `node fakes/src/apns/main.ts [--port 8450] [--control-port 8451] [--state DIRECTORY] [--max-streams N]

A stand-in for Apple's push service. --state keeps its certificates, so that push certificates outlive a restart.
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8450' },
    'control-port': { type: 'string', default: '8451' },
    state: { type: 'string' },
    'max-streams': { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(usage);
} else {
  const authority =
    values.state === undefined
      ? {}
      : { authority: keptAuthority(values.state, Temporal.Now.instant().epochMilliseconds) };
  const apns = await FakeApns.start({
    port: Number(values.port),
    maxConcurrentStreams: Number(values['max-streams']),
    ...authority,
  });
  const control = await ApnsControl.start(apns, { port: Number(values['control-port']) });
  process.stdout.write(
    `Push service   ${apns.origin}\nControl        ${control.origin}\nCertificate    ${control.origin}/ca.pem\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void Promise.all([apns.close(), control.close()]));
  }
}
