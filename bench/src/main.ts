import { androidNotifications } from './android-notifications/index.ts';
import { appleConnect } from './apple-connect/index.ts';
import { billing } from './billing/index.ts';
import { windowsSession } from './windows-session/index.ts';

const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  'android-notifications': androidNotifications,
  'apple-connect': appleConnect,
  billing,
  'windows-session': windowsSession,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- <${Object.keys(BENCHES).join('|')}> [options]\n`);
  process.exitCode = 2;
} else await bench(args);
