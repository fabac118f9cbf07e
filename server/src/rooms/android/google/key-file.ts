import { createPrivateKey } from 'node:crypto';
import { DomainError } from '../../../base/errors.ts';
import { field, parseObject, textOf } from '../json.ts';

/** A service account's key. */
export type ServiceAccountKey = {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly keyId: string;
  readonly privateKey: string;
};

/** Reads the JSON file that Google gives for a service account. Throws `invalid`, repeating nothing of it. */
export function parseServiceAccountKey(text: string): ServiceAccountKey {
  const file = parseObject(Buffer.from(text));
  if (file === undefined) throw unusable('is not a JSON object');
  if (field(file, 'type') !== 'service_account') throw unusable('is not the key file of a service account');
  const part = (name: string, pattern: RegExp): string => {
    const value = textOf(field(file, name), 10_000);
    if (value === undefined || !pattern.test(value)) throw unusable(`has no usable ${name}`);
    return value;
  };
  const key: ServiceAccountKey = {
    projectId: part('project_id', /^[a-z0-9.:-]{1,100}$/),
    clientEmail: part('client_email', /^[^\s@]{1,128}@[A-Za-z0-9.-]{1,125}$/),
    keyId: part('private_key_id', /^[A-Za-z0-9_-]{1,100}$/),
    privateKey: part('private_key', /^-----BEGIN/),
  };
  if (!isRsa(key.privateKey)) throw unusable('has no RSA private key');
  return key;
}

function isRsa(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function unusable(detail: string): DomainError {
  return new DomainError('invalid', `the service account key ${detail}`, {
    reason: 'google.key_unusable',
    errors: [{ pointer: '/serviceAccountKey', detail }],
  });
}
