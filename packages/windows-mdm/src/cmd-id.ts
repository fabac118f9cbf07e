/**
 * CmdIDs of our commands: a UUID whose first 96 bits are the session's unguessable token and whose last 32 say which
 * command (and which one inside an Atomic) it is. A status that refers to one proves that its sender has read our message,
 * and can never be taken for the answer to a command of another session.
 */
export type CmdRef = {
  /** 24 hex digits. */
  readonly token: string;
  /** 1 to 65535 within a message. */
  readonly index: number;
  /** 0: the command itself; otherwise the nth command of that Atomic. */
  readonly child: number;
};

const CMD_ID = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})$/;

export function writeCmdId({ token, index, child }: CmdRef): string {
  const hex = `${token}${index.toString(16).padStart(4, '0')}${child.toString(16).padStart(4, '0')}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** `undefined` for what is none of our CmdIDs. */
export function parseCmdId(text: string): CmdRef | undefined {
  const match = CMD_ID.exec(text.toLowerCase());
  if (match === null) return undefined;
  const [, a = '', b = '', c = '', d = '', e = '', index = '', child = ''] = match;
  return { token: a + b + c + d + e, index: Number.parseInt(index, 16), child: Number.parseInt(child, 16) };
}
