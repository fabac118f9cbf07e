import { type CmdRef, writeCmdId } from './cmd-id.ts';
import { AUTH_MD5 } from './cred.ts';
import type { AtomicCommand, Command, Item, SimpleCommand } from './model.ts';
import { type Markup, xml } from './xml-write.ts';

/** The server's status to one element of the device's message; `cmdRef` `0` is the header. */
export type OwnStatus = {
  readonly cmdRef: string;
  readonly cmd: string;
  readonly status: number;
  /** Base64: asks for a digest made with this nonce, or tells the one for the next session. */
  readonly nextNonce?: string | undefined;
};

/** A command with its place in the message, which becomes its CmdID. */
export type PlacedCommand = { readonly index: number; readonly command: Command };

export type OwnMessage = {
  readonly sessionId: string;
  readonly msgId: number;
  /** The device. */
  readonly target: string;
  /** The server's URI. */
  readonly source: string;
  /** Header first, then in the order of the device's elements. */
  readonly statuses: readonly OwnStatus[];
  /** 1222 (go on) or 1223 (abort). */
  readonly alert?: 1222 | 1223 | undefined;
  /** 24 hex digits; see `CmdRef`. */
  readonly token: string;
  readonly commands: readonly PlacedCommand[];
};

/** Index of the alert of a message, which no command has. */
export const ALERT_INDEX = 0xffff;

/** Writes one message of the server; it always ends its package. Throws `XmlError` `unwritable`. */
export function writeSyncMl(message: OwnMessage): Buffer {
  const { sessionId, msgId, target, source, statuses, alert, token, commands } = message;
  const header = xml`<SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>${sessionId}</SessionID>
    <MsgID>${msgId}</MsgID><Target><LocURI>${target}</LocURI></Target><Source><LocURI>${source}</LocURI></Source></SyncHdr>`;
  const said = statuses.map((status, index) => statusXml(status, msgId, index + 1));
  const asked = commands.map(({ index, command }) => commandXml(command, { token, index, child: 0 }));
  const alertId = writeCmdId({ token, index: ALERT_INDEX, child: 0 });
  const signal = alert && xml`<Alert><CmdID>${alertId}</CmdID><Data>${alert}</Data></Alert>`;
  const whole = xml`<SyncML xmlns="SYNCML:SYNCML1.2">${header}<SyncBody>${said}${signal}${asked}<Final/></SyncBody></SyncML>`;
  return Buffer.from(whole.toString(), 'utf8');
}

function statusXml({ cmdRef, cmd, status, nextNonce }: OwnStatus, msgRef: number, id: number): Markup {
  const challenge =
    nextNonce &&
    xml`<Chal><Meta><Type xmlns="syncml:metinf">${AUTH_MD5}</Type><Format xmlns="syncml:metinf">b64</Format>
      <NextNonce xmlns="syncml:metinf">${nextNonce}</NextNonce></Meta></Chal>`;
  return xml`<Status><CmdID>${id}</CmdID><MsgRef>${msgRef}</MsgRef><CmdRef>${cmdRef}</CmdRef><Cmd>${cmd}</Cmd>
    ${challenge || undefined}<Data>${status}</Data></Status>`;
}

function commandXml(command: Command, ref: CmdRef): Markup {
  return command.verb === 'Atomic' ? atomicXml(command, ref) : simpleXml(command, ref);
}

function atomicXml({ commands }: AtomicCommand, ref: CmdRef): Markup {
  const children = commands.map((command, index) => simpleXml(command, { ...ref, child: index + 1 }));
  return xml`<Atomic><CmdID>${writeCmdId(ref)}</CmdID>${children}</Atomic>`;
}

const OPEN = { Get: xml`<Get>`, Add: xml`<Add>`, Replace: xml`<Replace>`, Delete: xml`<Delete>`, Exec: xml`<Exec>` };
const CLOSE = {
  Get: xml`</Get>`,
  Add: xml`</Add>`,
  Replace: xml`</Replace>`,
  Delete: xml`</Delete>`,
  Exec: xml`</Exec>`,
};

function simpleXml({ verb, items }: SimpleCommand, ref: CmdRef): Markup {
  return xml`${OPEN[verb]}<CmdID>${writeCmdId(ref)}</CmdID>${items.map(itemXml)}${CLOSE[verb]}`;
}

/** A value without a format would be `chr` to the device: written out, so that what is meant can be seen. */
function itemXml({ target, format, type, data }: Item): Markup {
  const shown = format ?? (data === undefined ? undefined : 'chr');
  const meta =
    shown &&
    xml`<Meta><Format xmlns="syncml:metinf">${shown}</Format><Type xmlns="syncml:metinf">${type ?? 'text/plain'}</Type></Meta>`;
  const value = data === undefined ? undefined : xml`<Data>${data}</Data>`;
  return xml`<Item><Target><LocURI>${target}</LocURI></Target>${meta || undefined}${value}</Item>`;
}

const SIZED: CmdRef = { token: '0'.repeat(24), index: 1, child: 0 };

/** Bytes of a command in a message. CmdIDs all have one length, so this is exact. Throws `XmlError` `unwritable`. */
export function commandBytes(command: Command): number {
  return Buffer.byteLength(commandXml(command, SIZED).toString(), 'utf8');
}
