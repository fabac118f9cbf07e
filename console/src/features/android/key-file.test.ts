import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keyFileOf, readKeyFile } from './key-file.ts';

const KEY = {
  type: 'service_account',
  project_id: 'tsukasa-example',
  private_key_id: 'k1',
  private_key: 'not a real one',
  client_email: 'mdm@tsukasa-example.iam.gserviceaccount.example',
};

test('a key file says whose it is', () => {
  const text = JSON.stringify(KEY);
  assert.deepEqual(keyFileOf(text), { clientEmail: KEY.client_email, projectId: KEY.project_id, text });
});

for (const field of ['type', 'project_id', 'private_key', 'client_email'] as const) {
  test(`without ${field} it is none`, () => {
    assert.equal(keyFileOf(JSON.stringify({ ...KEY, [field]: undefined })), undefined);
  });
}

test('a key of an OAuth client is none', () => {
  assert.equal(keyFileOf(JSON.stringify({ ...KEY, type: 'authorized_user' })), undefined);
});

test('a file that is too large is not even read', async () => {
  const text = JSON.stringify({ ...KEY, padding: 'x'.repeat(20_000) });
  assert.equal(await readKeyFile(new Blob([text])), undefined);
});

test('whatever the file holds, nothing is thrown', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void keyFileOf(text)));
});
