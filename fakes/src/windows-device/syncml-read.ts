import { insist } from './mistakes.ts';
import {
  childrenOf,
  type Element,
  findChild,
  findText,
  getChild,
  getPath,
  getText,
  isNamed,
  readXml,
  textOf,
} from './xml.ts';

const SYNCML = 'SYNCML:SYNCML1.2';
const METINF = 'syncml:metinf';
const WHERE = 'session';

/** One Item of a command of the server. */
export type ServerItem = {
  readonly target: string;
  readonly format: string | undefined;
  readonly data: string;
};

export type ServerCommand =
  | {
      readonly kind: 'Get' | 'Add' | 'Replace' | 'Delete' | 'Exec';
      readonly cmdId: string;
      readonly items: readonly ServerItem[];
    }
  | { readonly kind: 'Atomic' | 'Sequence'; readonly cmdId: string; readonly commands: readonly ServerCommand[] }
  | { readonly kind: 'Alert'; readonly cmdId: string; readonly code: string }
  | { readonly kind: 'malformed'; readonly cmdId: string; readonly name: string };

export type Challenge = { readonly type: string; readonly nonce: Buffer | undefined };

export type ServerStatus = {
  readonly msgRef: string;
  readonly cmdRef: string;
  readonly cmd: string;
  readonly code: string;
  readonly challenge: Challenge | undefined;
};

/** A message of the server, as far as it can be understood by itself. */
export type ServerMessage = {
  readonly sessionId: string;
  readonly msgId: string;
  readonly target: string;
  readonly source: string;
  readonly statuses: readonly ServerStatus[];
  readonly commands: readonly ServerCommand[];
  readonly final: boolean;
};

const HEADER = ['VerDTD', 'VerProto', 'SessionID', 'MsgID', 'Target', 'Source', 'RespURI', 'NoResp', 'Cred', 'Meta'];
const SIMPLE = ['Get', 'Add', 'Replace', 'Delete', 'Exec'] as const;

/** Reads one message, in the order of the DTD. Throws `ServerMistake`. */
export function readServerMessage(bytes: Buffer): ServerMessage {
  const root = readXml(bytes, WHERE);
  insist(isNamed(root, SYNCML, 'SyncML'), WHERE, 'is no SyncML 1.2');
  const [header, body, more] = childrenOf(root);
  insist(header !== undefined && isNamed(header, SYNCML, 'SyncHdr'), WHERE, 'does not begin with SyncHdr');
  insist(
    body !== undefined && isNamed(body, SYNCML, 'SyncBody') && more === undefined,
    WHERE,
    'has no SyncBody, or more',
  );
  inOrder(header, HEADER);
  insist(text(header, 'VerDTD') === '1.2' && text(header, 'VerProto') === 'DM/1.2', WHERE, 'is of another version');
  const parts = childrenOf(body);
  insist(parts.length > 0, WHERE, 'has an empty SyncBody');
  for (const { namespaceURI, localName } of parts)
    insist(namespaceURI === SYNCML, WHERE, `has ${localName} in another namespace`);
  const statuses = parts.filter(({ localName }) => localName === 'Status');
  const final = parts.findIndex(({ localName }) => localName === 'Final');
  insist(final === -1 || final === parts.length - 1, WHERE, 'has something after Final');
  const commands = parts.filter(({ localName }) => localName !== 'Status' && localName !== 'Final').map(readCommand);
  const ids = [...statuses.map((status) => text(status, 'CmdID')), ...commands.flatMap(idsOf)].filter(
    (id) => id !== '',
  );
  insist(new Set(ids).size === ids.length, WHERE, 'uses a CmdID twice in a message');
  for (const id of ids) insist(id !== '0' && id.length <= 36, WHERE, 'has a CmdID that is 0 or too long');
  return {
    sessionId: text(header, 'SessionID'),
    msgId: text(header, 'MsgID'),
    target: text(getChild(header, SYNCML, 'Target', WHERE), 'LocURI'),
    source: text(getChild(header, SYNCML, 'Source', WHERE), 'LocURI'),
    statuses: statuses.map(readStatus),
    commands,
    final: final !== -1,
  };
}

function text(element: Element, name: string): string {
  return getText(element, SYNCML, name, WHERE);
}

function inOrder(element: Element, names: readonly string[]): void {
  const places = childrenOf(element).map((child) =>
    child.namespaceURI === SYNCML ? names.indexOf(child.localName ?? '') : -1,
  );
  const rising = places.every((place, index) => place !== -1 && (index === 0 || place >= (places[index - 1] ?? 0)));
  insist(rising, WHERE, `has elements in ${element.localName} that do not belong there, or in another order`);
}

function idsOf(command: ServerCommand): readonly string[] {
  return 'commands' in command ? [command.cmdId, ...command.commands.flatMap(idsOf)] : [command.cmdId];
}

const STATUS = ['CmdID', 'MsgRef', 'CmdRef', 'Cmd', 'TargetRef', 'SourceRef', 'Cred', 'Chal', 'Data', 'Item'];

function readStatus(element: Element): ServerStatus {
  inOrder(element, STATUS);
  const code = text(element, 'Data');
  insist(/^\d{3}$/.test(code), WHERE, 'has a Status that is no number');
  const chal = findChild(element, SYNCML, 'Chal', WHERE);
  return {
    msgRef: text(element, 'MsgRef'),
    cmdRef: text(element, 'CmdRef'),
    cmd: text(element, 'Cmd'),
    code,
    challenge: chal === undefined ? undefined : readChallenge(chal),
  };
}

function readChallenge(chal: Element): Challenge {
  const meta = getChild(chal, SYNCML, 'Meta', WHERE);
  insist(findText(meta, METINF, 'Format', WHERE) === 'b64', WHERE, 'has a challenge of another format than b64');
  const type = getText(meta, METINF, 'Type', WHERE);
  const nonce = findText(meta, METINF, 'NextNonce', WHERE);
  insist(nonce === undefined || /^[A-Za-z0-9+/]+={0,2}$/.test(nonce), WHERE, 'has a NextNonce that is no base64');
  return { type, nonce: nonce === undefined ? undefined : Buffer.from(nonce, 'base64') };
}

const COMMAND = ['CmdID', 'NoResp', 'Cred', 'Meta', 'Correlator', 'Item'];

/** What a real device answers 400 to is `malformed`; without CmdID its reference is empty. */
function readCommand(element: Element): ServerCommand {
  const kind = element.localName ?? '';
  const cmdId = findText(element, SYNCML, 'CmdID', WHERE) ?? '';
  if (cmdId === '') return { kind: 'malformed', cmdId, name: kind };
  if (kind === 'Atomic' || kind === 'Sequence') {
    const commands = childrenOf(element)
      .filter(({ localName }) => localName !== 'CmdID' && localName !== 'Meta')
      .map(readCommand);
    return { kind, cmdId, commands };
  }
  if (kind === 'Alert') return { kind, cmdId, code: text(element, 'Data') };
  const simple = SIMPLE.find((one) => one === kind);
  if (simple === undefined) return { kind: 'malformed', cmdId, name: kind };
  inOrder(element, COMMAND);
  const common = findChild(element, SYNCML, 'Meta', WHERE);
  const items = childrenOf(element).filter((child) => isNamed(child, SYNCML, 'Item'));
  insist(items.length > 0, WHERE, `has ${kind} without Item`);
  return { kind: simple, cmdId, items: items.map((item) => readItem(item, common)) };
}

function readItem(item: Element, common: Element | undefined): ServerItem {
  inOrder(item, ['Target', 'Source', 'SourceParent', 'TargetParent', 'Meta', 'Data', 'MoreData']);
  insist(findChild(item, SYNCML, 'MoreData', WHERE) === undefined, WHERE, 'sends a value in chunks');
  const meta = findChild(item, SYNCML, 'Meta', WHERE) ?? common;
  if (meta !== undefined) {
    for (const child of childrenOf(meta))
      insist(child.namespaceURI === METINF, WHERE, `has ${child.localName} of Meta outside of metinf`);
  }
  const data = findChild(item, SYNCML, 'Data', WHERE);
  return {
    target: text(getPath(item, SYNCML, ['Target'], WHERE), 'LocURI'),
    format: meta === undefined ? undefined : findText(meta, METINF, 'Format', WHERE),
    data: data === undefined ? '' : textOf(data, WHERE),
  };
}
