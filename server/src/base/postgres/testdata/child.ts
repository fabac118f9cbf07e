/** Run by embedded.test.ts in a process of its own, which it kills. Says in JSON lines what happens. */
import { createLog } from '../../log.ts';
import { startEmbedded } from '../embedded.ts';
import { lockDataDirectory } from '../lock.ts';

const [dataDir = '', how = ''] = process.argv.slice(2);
const say = (event: string, fields: object = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

const lock = await lockDataDirectory(dataDir);
const log = createLog('info', { write: (line) => process.stdout.write(line) });
const embedded = await startEmbedded({ dataDir, log });
process.on('SIGTERM', async () => {
  await embedded.stop();
  lock.release();
  say('down');
  process.exit(0);
});
say('up', { pid: embedded.pid, owner: embedded.owner() });
if (how === 'throw') setTimeout(() => Promise.reject(new Error('a bug')), 50);
setInterval(() => undefined, 1000);
