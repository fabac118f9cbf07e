import { createHash, createHmac } from 'node:crypto';
import type { Provisioning } from '@tsukasa/windows-mdm';
import type { Purpose, Secrets } from '../../base/secrets.ts';
import type { EnrollmentId } from './model.ts';

/** Under which a device's MD5(name:secret), 16 bytes, is sealed in `windows_enrollments.sealed_md5`. */
export const md5Purpose = (enrollmentId: EnrollmentId): Purpose => ({ use: 'windows.md5', row: enrollmentId });

const NONCE_BYTES = 16;

/**
 * Names and secrets of the DM accounts. Derived from the enrollment, so that a repeated request gets the same answer and
 * nothing but the hash needs to be kept.
 */
export class DmAccounts {
  readonly #key: Buffer;

  constructor(secrets: Pick<Secrets, 'derive'>) {
    this.#key = secrets.derive('windows.dm-accounts');
  }

  /** What the device authenticates with (APPSRV). */
  ofDevice(enrollmentId: EnrollmentId): { readonly name: string; readonly secret: string; readonly hash: Buffer } {
    const name = enrollmentId.replaceAll('-', '');
    const secret = this.#derive('device', enrollmentId).toString('base64url');
    return { name, secret, hash: createHash('md5').update(`${name}:${secret}`, 'utf8').digest() };
  }

  /** What the server could authenticate with (CLIENT). */
  ofServer(enrollmentId: EnrollmentId): Provisioning['serverSecret'] {
    const secret = this.#derive('server', enrollmentId).toString('base64url');
    return { secret, nonce: this.#derive('server-nonce', enrollmentId).subarray(0, NONCE_BYTES) };
  }

  #derive(use: string, enrollmentId: EnrollmentId): Buffer {
    return createHmac('sha256', this.#key).update(`${use}/${enrollmentId}`).digest();
  }
}
