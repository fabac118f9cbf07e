import { createPrivateKey } from 'node:crypto';
import { buildSignedData } from '@tsukasa/cms';
import type { Fleet, FleetDevice } from './fleet.ts';

export type Transport = 'header' | 'signature';

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
`;

/** Makes whole requests as bytes, so that sending one costs the generator next to nothing. */
export class Requests {
  readonly #fleet: Fleet;
  readonly #key;
  readonly #idle = new Map<string, Buffer>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    this.#key = createPrivateKey(fleet.privateKey);
  }

  idle(device: FleetDevice, transport: Transport): Buffer {
    const key = `${transport}${device.udid}`;
    const known = this.#idle.get(key);
    if (known !== undefined) return known;
    const body = Buffer.from(
      `${HEAD}\t<key>Status</key>\n\t<string>Idle</string>\n\t<key>UDID</key>\n\t<string>${device.udid}</string>\n</dict>\n</plist>\n`,
    );
    const made = this.#request(device, transport, body);
    this.#idle.set(key, made);
    return made;
  }

  acknowledged(device: FleetDevice, transport: Transport, commandUuid: string): Buffer {
    const body = Buffer.from(
      `${HEAD}\t<key>CommandUUID</key>\n\t<string>${commandUuid}</string>\n\t<key>Status</key>\n\t<string>Acknowledged</string>\n\t<key>UDID</key>\n\t<string>${device.udid}</string>\n</dict>\n</plist>\n`,
    );
    return this.#request(device, transport, body);
  }

  #request(device: FleetDevice, transport: Transport, body: Buffer): Buffer {
    const identity =
      transport === 'header'
        ? `Client-Cert: :${device.certificate}:`
        : `Mdm-Signature: ${this.#sign(device, body).toString('base64')}`;
    const head = [
      `PUT /mdm/apple/${this.#fleet.contractorId}/connect HTTP/1.1`,
      'Host: bench',
      'Content-Type: application/x-apple-aspen-mdm',
      identity,
      `Content-Length: ${body.length}`,
    ].join('\r\n');
    return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]);
  }

  #sign(device: FleetDevice, content: Buffer): Buffer {
    const certificate = Buffer.from(device.certificate, 'base64');
    return buildSignedData({ content, detached: true, certificate, privateKey: this.#key, signingTime: Date.now() });
  }
}
