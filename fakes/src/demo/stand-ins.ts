import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AndroidManagementControl, FakeAndroidManagement } from '../android-management/index.ts';
import { ApnsControl, FakeApns } from '../apns/index.ts';
import { FakeWns, WnsControl } from '../wns/index.ts';

/** The outside clouds of the demonstration, with the controls by which other programs reach them. */
export type StandIns = {
  readonly apns: FakeApns;
  readonly apnsControl: string;
  readonly wns: FakeWns;
  readonly wnsControl: string;
  readonly google: AndroidManagementControl;
  readonly googleOrigin: string;
  /** Settings of a server that uses them. */
  readonly settings: Readonly<Record<string, string>>;
};

/** Starts all of them on free ports; what the server needs as files is written into the folder. */
export async function startStandIns(folder: string, closing: AsyncDisposableStack): Promise<StandIns> {
  const apns = await FakeApns.start();
  closing.defer(() => apns.close());
  const apnsControl = await ApnsControl.start(apns);
  closing.defer(() => apnsControl.close());
  const wns = await FakeWns.start();
  closing.defer(() => wns.close());
  const wnsControl = await WnsControl.start(wns);
  closing.defer(() => wnsControl.close());
  const google = await FakeAndroidManagement.start({ httpCallbacks: true });
  closing.defer(() => google.close());
  const { pfn, sid, secret } = wns.apps.register();
  const [caFile, secretFile] = [join(folder, 'apns-ca.pem'), join(folder, 'wns-secret')];
  await writeFile(caFile, apns.rootPem);
  await writeFile(secretFile, secret, { mode: 0o600 });
  return {
    apns,
    apnsControl: apnsControl.origin,
    wns,
    wnsControl: wnsControl.origin,
    google: new AndroidManagementControl(google.origin),
    googleOrigin: google.origin,
    settings: {
      TSUKASA_APNS_ORIGIN: apns.origin,
      TSUKASA_APNS_CA_FILE: caFile,
      TSUKASA_WNS_ORIGIN: wns.origin,
      TSUKASA_WNS_PFN: pfn,
      TSUKASA_WNS_SID: sid,
      TSUKASA_WNS_SECRET_FILE: secretFile,
      TSUKASA_AMAPI_ORIGIN: google.origin,
      TSUKASA_GOOGLE_TOKEN_ORIGIN: google.origin,
      TSUKASA_GOOGLE_CERTS_ORIGIN: google.origin,
    },
  };
}
