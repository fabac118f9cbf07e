import { parseArgs } from 'node:util';
import { FakeAndroidManagement } from './server.ts';

const usage = `node fakes/src/android-management/main.ts [--port 8460] [--host 127.0.0.1] [--http-callbacks]

A stand-in for the Android Management API, Google's token endpoint, its key set and Pub/Sub push, with simulated devices.
Its control under /_sim has no lock: keep it on this machine. A server uses it with

  TSUKASA_AMAPI_ORIGIN, TSUKASA_GOOGLE_TOKEN_ORIGIN and TSUKASA_GOOGLE_CERTS_ORIGIN

set to its origin. With --http-callbacks a sign-up comes back to a server on this machine that has no TLS.
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8460' },
    host: { type: 'string', default: '127.0.0.1' },
    'http-callbacks': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(usage);
} else {
  const standIn = await FakeAndroidManagement.start({
    port: Number(values.port),
    host: values.host,
    httpCallbacks: values['http-callbacks'],
  });
  process.stdout.write(
    `Android Management API   ${standIn.origin}\nControl                  ${standIn.origin}/_sim/\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void standIn.close());
}
