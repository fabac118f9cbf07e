import { ALERT_INDEX, type OwnMessage, writeSyncMl } from './syncml-write.ts';

/** What a device that names no MaxMsgSize is believed to take (fact sheet 4.3), and the most we ever write. */
export const MAX_MSG_SIZE = { unsaid: 64 * 1024, most: 512 * 1024 } as const;
/** Commands of one message: their index must stay below the alert's. */
export const MOST_COMMANDS = Math.min(200, ALERT_INDEX - 1);

export type ReplyFrame = Omit<OwnMessage, 'commands' | 'alert' | 'token'>;

/** Bytes of a reply without its commands, at most. */
export function replyBytes(frame: ReplyFrame): number {
  return writeSyncMl({ ...frame, token: '0'.repeat(24), alert: 1222, commands: [] }).length;
}

/** Room for commands in a reply, in bytes: what the device takes less what the reply has anyway. Never negative. */
export function roomForCommands(maxMsgSize: number, frame: ReplyFrame): number {
  return Math.max(0, Math.min(maxMsgSize, MAX_MSG_SIZE.most) - replyBytes(frame));
}
