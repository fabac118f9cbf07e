import { isAscii } from 'node:buffer';
import { type ConnectSummary, parseConnectDict } from './connect.ts';
import type { PlistDict } from './plist-value.ts';

/** Larger bodies are answers, not polls, and their reader builds the tree anyway. */
const LARGEST = 1024;
const MAX_KEYS = 12;
const HEADER = Buffer.from(
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n' +
    '<plist version="1.0">\n',
);
// One entry of a flat dictionary. No `&`, `<`, `>` or control character in the text: nothing to decode.
const ENTRY =
  /[\n\t ]*<key>([\x20-\x25\x27-\x3b\x3d\x3f-\x7f]*)<\/key>[\n\t ]*(?:<string>([\x20-\x25\x27-\x3b\x3d\x3f-\x7f]*)<\/string>|<(?:true|false)\/>)/y;
const OPEN = /[\n\t ]*<dict>/y;
const CLOSE = /[\n\t ]*<\/dict>[\n\t ]*<\/plist>[\n\t ]*$/y;

/**
 * Fast path for the message a server sees most: a short flat ASCII poll or plain acknowledgement in Apple's own
 * layout. Gives exactly what `parseConnect` would, or `undefined`, which only means: use `parseConnect`. Never throws.
 */
export function scanConnect(bytes: Uint8Array): ConnectSummary | undefined {
  if (bytes.length > LARGEST || bytes.length < HEADER.length) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.compare(HEADER, 0, HEADER.length, 0, HEADER.length) !== 0 || !isAscii(buffer)) return undefined;
  const flat = scanFlatDict(buffer.toString('latin1', HEADER.length));
  return flat === undefined ? undefined : summaryOf(flat);
}

function scanFlatDict(text: string): PlistDict | undefined {
  OPEN.lastIndex = 0;
  if (!OPEN.test(text)) return undefined;
  let at = OPEN.lastIndex;
  const found: Record<string, string | boolean> = Object.create(null);
  for (let keys = 0; keys <= MAX_KEYS; keys++) {
    ENTRY.lastIndex = at;
    const entry = ENTRY.exec(text);
    if (entry === null) break;
    const key = entry[1] ?? '';
    if (found[key] !== undefined) return undefined;
    found[key] = entry[2] ?? true; // which boolean does not matter: no key of the summary is one
    at = ENTRY.lastIndex;
  }
  CLOSE.lastIndex = at;
  return CLOSE.test(text) ? found : undefined;
}

/** Keys the summary is made of must be texts, so that a refusal is always the full parser's to give. */
function summaryOf(flat: PlistDict): ConnectSummary | undefined {
  try {
    const { ids, status, wireStatus, commandUuid } = parseConnectDict(flat);
    return { ids, status, wireStatus, ...(commandUuid === undefined ? {} : { commandUuid }) };
  } catch {
    return undefined; // decision: the full parser repeats the refusal with its own code
  }
}
