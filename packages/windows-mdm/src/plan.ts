import { ALERT_INDEX, type OwnMessage, writeSyncMl } from './syncml-write.ts';

/** What a device that names no MaxMsgSize is believed to take (fact sheet 4.3), and the most we ever write. */
export const MAX_MSG_SIZE = { unsaid: 64 * 1024, most: 512 * 1024 } as const;

/** Room for commands in a reply, in bytes: what the device takes less what the reply has anyway. Never negative. */
export function roomForCommands(maxMsgSize: number, reply: Omit<OwnMessage, 'commands' | 'alert' | 'token'>): number {
  const token = '0'.repeat(24);
  const empty = writeSyncMl({ ...reply, token, alert: 1222, commands: [] });
  return Math.max(0, Math.min(maxMsgSize, MAX_MSG_SIZE.most) - empty.length);
}

/** Commands of one message: their index must stay below the alert's. */
export const MOST_COMMANDS = Math.min(200, ALERT_INDEX - 1);
