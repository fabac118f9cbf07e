import { parseArgs } from 'node:util';
import { WnsControl } from './control.ts';
import { FakeWns } from './server.ts';

const usage = `node fakes/src/wns/main.ts [--port 8460] [--control-port 8461]

A stand-in for the Windows Push Notification Services, with one app registered. Prints the settings of a server.
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8460' },
    'control-port': { type: 'string', default: '8461' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(usage);
} else {
  const wns = await FakeWns.start({ port: Number(values.port) });
  const control = await WnsControl.start(wns, { port: Number(values['control-port']) });
  const { pfn, sid, secret } = wns.apps.register();
  process.stdout.write(
    [
      `TSUKASA_WNS_ORIGIN=${wns.origin}`,
      `TSUKASA_WNS_PFN=${pfn}`,
      `TSUKASA_WNS_SID=${sid}`,
      `Secret, for the file that TSUKASA_WNS_SECRET_FILE names: ${secret}`,
      `Control: ${control.origin}`,
      '',
    ].join('\n'),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void Promise.all([wns.close(), control.close()]));
  }
}
