import type { Format } from '@tsukasa/windows-mdm';
import type { GenericAlert } from './csp/rule.ts';
import { escapeXml } from './xml.ts';

const META = 'syncml:metinf';

/** What a PC says in the body of a message, before it is put into one. */
export type Part =
  | {
      readonly kind: 'status';
      readonly msgRef: string;
      readonly cmdRef: string;
      readonly cmd: string;
      readonly code: number;
      readonly targetRef?: string;
      readonly originalError?: string;
    }
  | {
      readonly kind: 'results';
      readonly msgRef: string;
      readonly cmdRef: string;
      readonly items: readonly ResultPart[];
    }
  | { readonly kind: 'alert'; readonly alert: GenericAlert }
  | { readonly kind: 'session-alert'; readonly code: '1200' | '1201' | '1222' | '1223' }
  | { readonly kind: 'dev-info'; readonly items: readonly (readonly [locUri: string, value: string])[] };

export type ResultPart = { readonly source: string; readonly format: Format; readonly data: string };

export type Head = {
  readonly sessionId: string;
  readonly msgId: number;
  readonly target: string;
  readonly source: string;
  readonly maxMessageBytes: number;
  readonly credential?: { readonly type: 'syncml:auth-md5' | 'syncml:auth-basic'; readonly data: string };
  /** Declares the namespace of `originalerror`. */
  readonly richErrors: boolean;
};

/** A message on its way: what was said in it, by CmdID, for the Statuses that must come back. */
export type Written = {
  readonly body: Buffer;
  readonly said: readonly { readonly cmdId: string; readonly cmd: 'Alert' | 'Replace' | 'Results' }[];
  /** What did not fit. The server must ask for it with Alert 1222. */
  readonly left: readonly Part[];
  /** The CmdID of a chunk that has more to come. */
  readonly chunk: string | undefined;
};

/** Room that the envelope around one chunk takes. */
const MARGIN = 900;

/** Puts into one message what fits; large values are cut (OMA DM 1.2, large objects). `rest` of a value keeps its place. */
export function writeMessage(head: Head, parts: readonly Part[]): Written {
  const writer = new Writer(head);
  const left = [...parts];
  while (left.length > 0) {
    const [part, ...others] = left;
    if (part === undefined) break;
    const xml = writer.render(part);
    if (writer.fits(xml)) {
      writer.push(xml, part);
      left.splice(0, 1);
      continue;
    }
    const cut = part.kind === 'results' ? writer.cut(part) : undefined;
    if (cut !== undefined) left.splice(0, left.length, cut, ...others);
    break;
  }
  return { ...writer.finish(left.length === 0), left };
}

class Writer {
  readonly #head: Head;
  readonly #xml: string[] = [];
  readonly #said: { cmdId: string; cmd: 'Alert' | 'Replace' | 'Results' }[] = [];
  #bytes: number;
  /** Windows begins with 2; 1 would do as well. */
  #nextId = 2;
  #chunk: string | undefined;

  constructor(head: Head) {
    this.#head = head;
    this.#bytes = Buffer.byteLength(this.#envelope('')) + 16;
  }

  fits(xml: string): boolean {
    return this.#bytes + Buffer.byteLength(xml) <= this.#head.maxMessageBytes;
  }

  push(xml: string, part: Part): void {
    const cmdId = String(this.#nextId++);
    const cmd = commandName(part);
    if (cmd !== undefined) this.#said.push({ cmdId, cmd });
    this.#xml.push(xml);
    this.#bytes += Buffer.byteLength(xml);
  }

  render(part: Part): string {
    const id = `<CmdID>${this.#nextId}</CmdID>`;
    switch (part.kind) {
      case 'status':
        return this.#status(part, id);
      case 'results':
        return `<Results>${id}${this.#reference(part)}${part.items.map((item) => renderItem(item)).join('')}</Results>`;
      case 'session-alert':
        return `<Alert>${id}<Data>${part.code}</Data></Alert>`;
      case 'alert':
        return `<Alert>${id}${renderAlert(part.alert)}</Alert>`;
      case 'dev-info':
        return `<Replace>${id}${part.items.map(([uri, value]) => `<Item><Source><LocURI>${uri}</LocURI></Source><Data>${escapeXml(value)}</Data></Item>`).join('')}</Replace>`;
    }
  }

  #reference({ msgRef, cmdRef }: { readonly msgRef: string; readonly cmdRef: string }): string {
    return `<MsgRef>${escapeXml(msgRef)}</MsgRef><CmdRef>${escapeXml(cmdRef)}</CmdRef>`;
  }

  #status(part: Part & { readonly kind: 'status' }, id: string): string {
    const target = part.targetRef === undefined ? '' : `<TargetRef>${escapeXml(part.targetRef)}</TargetRef>`;
    const error =
      part.originalError === undefined || !this.#head.richErrors ? '' : ` msft:originalerror="${part.originalError}"`;
    return `<Status>${id}${this.#reference(part)}<Cmd>${part.cmd}</Cmd>${target}<Data${error}>${part.code}</Data></Status>`;
  }

  /** Says as much of the first value as fits, and gives back what is left of it. */
  cut(part: Part & { readonly kind: 'results' }): Part | undefined {
    const [first, ...others] = part.items;
    if (first === undefined) return undefined;
    if (others.length > 0) return this.#splitItems(part, first, others);
    const room = this.#head.maxMessageBytes - this.#bytes - MARGIN - Buffer.byteLength(first.source) * 2;
    const piece = takeBytes(first.data, room);
    if (piece === '') return undefined;
    const total = (first as Chunk).total ?? Buffer.byteLength(first.data);
    const begun = (first as Chunk).total !== undefined;
    const item = renderItem({ ...first, data: piece }, { more: true, ...(begun ? {} : { size: total }) });
    this.#chunk = String(this.#nextId);
    this.push(`<Results><CmdID>${this.#nextId}</CmdID>${this.#reference(part)}${item}</Results>`, part);
    const rest: Chunk = { ...first, data: first.data.slice(piece.length), total };
    return { ...part, items: [rest] };
  }

  /** Items of one Get in several Results: each as large as fits. */
  #splitItems(
    part: Part & { readonly kind: 'results' },
    first: ResultPart,
    others: readonly ResultPart[],
  ): Part | undefined {
    const taken: ResultPart[] = [];
    for (const item of [first, ...others]) {
      if (!this.fits(this.render({ ...part, items: [...taken, item] }))) break;
      taken.push(item);
    }
    if (taken.length === 0) {
      const rest = this.cut({ ...part, items: [first] });
      return rest?.kind === 'results' ? { ...part, items: [...rest.items, ...others] } : undefined;
    }
    this.push(this.render({ ...part, items: taken }), part);
    return { ...part, items: part.items.slice(taken.length) };
  }

  finish(final: boolean): Omit<Written, 'left'> {
    const body = `${this.#xml.join('')}${final ? '<Final/>' : ''}`;
    return { body: Buffer.from(this.#envelope(body)), said: this.#said, chunk: this.#chunk };
  }

  #envelope(body: string): string {
    const { sessionId, msgId, target, source, maxMessageBytes, credential, richErrors } = this.#head;
    const cred =
      credential === undefined
        ? ''
        : `<Cred><Meta><Format xmlns="${META}">b64</Format><Type xmlns="${META}">${credential.type}</Type></Meta><Data>${credential.data}</Data></Cred>`;
    return [
      '<?xml version="1.0" encoding="utf-8"?>',
      `<SyncML xmlns="SYNCML:SYNCML1.2"${richErrors ? ' xmlns:msft="http://schemas.microsoft.com/MobileDevice/MDM"' : ''}>`,
      `<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>${sessionId}</SessionID><MsgID>${msgId}</MsgID>`,
      `<Target><LocURI>${escapeXml(target)}</LocURI></Target><Source><LocURI>${source}</LocURI></Source>${cred}`,
      `<Meta><MaxMsgSize xmlns="${META}">${maxMessageBytes}</MaxMsgSize></Meta></SyncHdr><SyncBody>${body}</SyncBody></SyncML>`,
    ].join('');
  }
}

/** A value of which some was said already. */
type Chunk = ResultPart & { readonly total?: number };

function commandName(part: Part): 'Alert' | 'Replace' | 'Results' | undefined {
  if (part.kind === 'status') return undefined;
  if (part.kind === 'results') return 'Results';
  return part.kind === 'dev-info' ? 'Replace' : 'Alert';
}

function renderItem(
  { source, format, data }: ResultPart,
  chunk?: { readonly more: true; readonly size?: number },
): string {
  const size = chunk?.size === undefined ? '' : `<Size xmlns="${META}">${chunk.size}</Size>`;
  const meta = `<Meta><Format xmlns="${META}">${format}</Format><Type xmlns="${META}">text/plain</Type>${size}</Meta>`;
  return `<Item><Source><LocURI>${escapeXml(source)}</LocURI></Source>${meta}<Data>${escapeXml(data)}</Data>${chunk === undefined ? '' : '<MoreData/>'}</Item>`;
}

function renderAlert({ code, type, source, format, mark, data }: GenericAlert): string {
  const from = source === undefined ? '' : `<Source><LocURI>${escapeXml(source)}</LocURI></Source>`;
  const marked = mark === undefined ? '' : `<Mark xmlns="${META}">${mark}</Mark>`;
  const meta = `<Meta><Type xmlns="${META}">${escapeXml(type)}</Type><Format xmlns="${META}">${format}</Format>${marked}</Meta>`;
  return `<Data>${code}</Data><Item>${from}${meta}<Data>${escapeXml(data)}</Data></Item>`;
}

/** The longest beginning whose escaped form has at most that many bytes, without cutting a character. */
function takeBytes(text: string, bytes: number): string {
  let used = 0;
  let length = 0;
  for (const char of text) {
    used += Buffer.byteLength(escapeXml(char));
    if (used > bytes) break;
    length += char.length;
  }
  return text.slice(0, length);
}
