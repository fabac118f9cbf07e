import { isObject, type Message } from '../validate.ts';

const PREFIX = 'android.app.extra.PROVISIONING_';
const EXTRAS = `${PREFIX}ADMIN_EXTRAS_BUNDLE`;
const TOKEN = 'com.google.android.apps.work.clouddpc.EXTRA_ENROLLMENT_TOKEN';

/** What a QR code of an enrollment token holds: a JSON text. */
export function qrCodeOf(token: string): string {
  return JSON.stringify({
    [`${PREFIX}DEVICE_ADMIN_COMPONENT_NAME`]:
      'com.google.android.apps.work.clouddpc/.receivers.CloudDeviceAdminReceiver',
    [`${PREFIX}DEVICE_ADMIN_SIGNATURE_CHECKSUM`]: 'I5YvS0O5hXY46mb01BlRjq4oJJGs2kuUcHvVkAPEXlg',
    [`${PREFIX}DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION`]:
      'https://play.google.com/managed/downloadManagingApp?identifier=setup',
    [EXTRAS]: { [TOKEN]: token },
  });
}

/** The token in a scanned QR code, in the JSON of zero-touch, or undefined when a device could not read it. */
export function tokenOfQrCode(scanned: string): string | undefined {
  const value = parse(scanned);
  const extras = value?.[EXTRAS];
  const token = isObject(extras) ? extras[TOKEN] : undefined;
  return typeof token === 'string' ? token : undefined;
}

/** The token of an enrollment link, `https://enterprise.google.com/android/enroll?et=…`. */
export function tokenOfLink(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { host, pathname, searchParams } = new URL(link);
  const right = host === 'enterprise.google.com' && pathname === '/android/enroll';
  return right ? (searchParams.get('et') ?? undefined) : undefined;
}

function parse(json: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // it is no QR code of this kind
  }
}
