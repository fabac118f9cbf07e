import { FORMATS, type Format } from './model.ts';
import { childrenOf, childText, findChild, getChild, readXml, type XmlElement, XmlError } from './xml.ts';

/** Largest message of a device, in bytes (fact sheet 10). */
export const SYNCML_MAX_BYTES = 4 * 1024 * 1024;
export const SYNCML_NS = 'SYNCML:SYNCML1.2';
export const METINF_NS = 'syncml:metinf';
export const SYNCML_CONTENT_TYPE = 'application/vnd.syncml.dm+xml';
/** Elements of one body, and items of one of them: ten times what Windows sends. Our choice. */
const MOST_ELEMENTS = 5_000;
const LONGEST_ID = 64;
const LONGEST_URI = 2_048;

/** `Meta` of an item or a command; what a device left out or wrote in no known way is absent. */
export type Meta = {
  readonly format?: Format | undefined;
  readonly type?: string | undefined;
  readonly mark?: string | undefined;
  /** Bytes of the whole object, on the first chunk of a large one. */
  readonly size?: number | undefined;
};

export type WireItem = {
  readonly target: string | undefined;
  readonly source: string | undefined;
  readonly meta: Meta;
  readonly data: string | undefined;
  /** The object goes on in the next message (OMA DM 1.2, large objects). */
  readonly more: boolean;
};

export type WireStatus = {
  readonly kind: 'Status';
  readonly cmdId: string;
  /** Empty, like `cmdRef`, when the device cannot say what it means: Windows answers so to a command without CmdID. */
  readonly msgRef: string;
  /** `0` is the header. */
  readonly cmdRef: string;
  readonly cmd: string;
  readonly targets: readonly string[];
  readonly status: number;
  /** `0x...` of `msft:originalerror`. */
  readonly originalError: string | undefined;
};
export type WireResults = {
  readonly kind: 'Results';
  readonly cmdId: string;
  /** Absent: the answer to a command of the message before. */
  readonly msgRef: string | undefined;
  readonly cmdRef: string;
  readonly items: readonly WireItem[];
};
export type WireAlert = {
  readonly kind: 'Alert';
  readonly cmdId: string;
  readonly code: number;
  readonly items: readonly WireItem[];
};
/** Any other command of the device: `Replace` carries DevInfo, the rest we do not serve. */
export type WireCommand = {
  readonly kind: 'Command';
  readonly name: string;
  readonly cmdId: string;
  readonly items: readonly WireItem[];
};
export type WireElement = WireStatus | WireResults | WireAlert | WireCommand;

export type WireCred = { readonly type: string; readonly data: string };

export type SyncMessage = {
  readonly verDtd: string;
  readonly verProto: string;
  readonly sessionId: string;
  readonly msgId: number;
  readonly target: string;
  /** The device: `DevInfo/DevId`. */
  readonly source: string;
  readonly cred: WireCred | undefined;
  readonly maxMsgSize: number | undefined;
  /** In document order, without `Final`. */
  readonly body: readonly WireElement[];
  /** The package is whole: it says so, and no large object goes on in the next message. */
  readonly final: boolean;
};

/** Reads one message of a device (OMA DM 1.2, MS-MDM; fact sheet 4.2). Throws only `XmlError`, never quoting content. */
export function parseSyncMl(bytes: Uint8Array, maxBytes = SYNCML_MAX_BYTES): SyncMessage {
  const root = readXml(bytes, { maxBytes });
  if (root.name !== 'SyncML' || root.ns !== SYNCML_NS) throw new XmlError('missing_element', -1, 'SyncML');
  const header = getChild(root, 'SyncHdr');
  const body = getChild(root, 'SyncBody');
  if (body.children.length > MOST_ELEMENTS) throw new XmlError('too_many_elements', -1, 'SyncBody');
  const size = childText(findChild(header, 'Meta') ?? header, 'MaxMsgSize');
  const elements = body.children.filter((child) => child.name !== 'Final').map(elementOf);
  requireDistinct(elements);
  return {
    verDtd: required(header, 'VerDTD', LONGEST_ID),
    verProto: required(header, 'VerProto', LONGEST_ID),
    sessionId: required(header, 'SessionID', LONGEST_ID),
    msgId: whole(required(header, 'MsgID', 9), 'MsgID', 1),
    target: uriOf(header, 'Target') ?? '',
    source: requireUri(header, 'Source'),
    cred: credOf(findChild(header, 'Cred')),
    maxMsgSize: size === undefined ? undefined : whole(size, 'MaxMsgSize', 1),
    body: elements,
    final: childrenOf(body, 'Final').length > 0 && !elements.some(goesOn),
  };
}

/** Some clients close every message with `Final`; what they say of the object counts. */
function goesOn(element: WireElement): boolean {
  return element.kind === 'Results' && element.items.at(-1)?.more === true;
}

/** A reference must name one command. */
function requireDistinct(elements: readonly WireElement[]): void {
  const seen = new Set<string>();
  for (const { cmdId } of elements) {
    if (seen.has(cmdId) || cmdId === '0') throw new XmlError('bad_value', -1, 'CmdID');
    seen.add(cmdId);
  }
}

function elementOf(element: XmlElement): WireElement {
  const cmdId = required(element, 'CmdID', LONGEST_ID);
  switch (element.name) {
    case 'Status':
      return statusOf(element, cmdId);
    case 'Results':
      return {
        kind: 'Results',
        cmdId,
        msgRef: optional(element, 'MsgRef', LONGEST_ID),
        cmdRef: required(element, 'CmdRef', LONGEST_ID),
        items: itemsOf(element),
      };
    case 'Alert':
      return { kind: 'Alert', cmdId, code: whole(required(element, 'Data', 9), 'Data', 0), items: itemsOf(element) };
    default:
      return { kind: 'Command', name: element.name.slice(0, LONGEST_ID), cmdId, items: itemsOf(element) };
  }
}

function statusOf(element: XmlElement, cmdId: string): WireStatus {
  const data = getChild(element, 'Data');
  const error = data.attributes.originalerror;
  return {
    kind: 'Status',
    cmdId,
    msgRef: optional(element, 'MsgRef', LONGEST_ID) ?? '',
    cmdRef: optional(element, 'CmdRef', LONGEST_ID) ?? '',
    cmd: required(element, 'Cmd', LONGEST_ID),
    targets: childrenOf(element, 'TargetRef').map((ref) => ref.text.trim().slice(0, LONGEST_URI)),
    status: whole(data.text.trim(), 'Data', 100),
    originalError: error !== undefined && /^0x[0-9a-f]{1,16}$/i.test(error) ? error.toLowerCase() : undefined,
  };
}

/** `Meta` beside the items holds for those that have none of their own. */
function itemsOf(element: XmlElement): readonly WireItem[] {
  const shared = metaOf(findChild(element, 'Meta'));
  return childrenOf(element, 'Item').map((item) => ({
    target: uriOf(item, 'Target'),
    source: uriOf(item, 'Source'),
    meta: { ...shared, ...metaOf(findChild(item, 'Meta')) },
    data: findChild(item, 'Data')?.text,
    more: findChild(item, 'MoreData') !== undefined,
  }));
}

function metaOf(element: XmlElement | undefined): Meta {
  if (element === undefined) return {};
  const format = childText(element, 'Format')?.toLowerCase();
  const size = childText(element, 'Size');
  const known = FORMATS.find((one) => one === format);
  const type = optional(element, 'Type', 256);
  const mark = optional(element, 'Mark', 64);
  return {
    ...(known === undefined ? {} : { format: known }),
    ...(type === undefined ? {} : { type }),
    ...(mark === undefined ? {} : { mark }),
    ...(size === undefined ? {} : { size: whole(size, 'Size', 0) }),
  };
}

function credOf(cred: XmlElement | undefined): WireCred | undefined {
  if (cred === undefined) return undefined;
  const meta = findChild(cred, 'Meta');
  return { type: (meta && optional(meta, 'Type', 256)) ?? '', data: required(cred, 'Data', 4096) };
}

function uriOf(element: XmlElement, name: string): string | undefined {
  const holder = findChild(element, name);
  return holder && optional(holder, 'LocURI', LONGEST_URI);
}

function requireUri(element: XmlElement, name: string): string {
  return required(getChild(element, name), 'LocURI', LONGEST_URI);
}

function optional(element: XmlElement, name: string, longest: number): string | undefined {
  const text = childText(element, name);
  if (text !== undefined && text.length > longest) throw new XmlError('bad_value', -1, name);
  return text === '' ? undefined : text;
}

function required(element: XmlElement, name: string, longest: number): string {
  const text = optional(element, name, longest);
  if (text === undefined) throw new XmlError('missing_element', -1, name);
  return text;
}

function whole(text: string, name: string, least: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (value < least || value > 0x7fff_ffff) throw new XmlError('bad_value', -1, name);
  return value;
}
