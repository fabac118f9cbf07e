import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, readConfig } from './config.ts';

test('an empty environment gives a server on port 8420 with the embedded database', () => {
  const config = readConfig({});
  assert.equal(config.port, 8420);
  assert.equal(config.publicUrl, 'http://localhost:8420');
  assert.equal(config.databaseUrl, undefined);
  assert.match(config.masterKeyFile, /data\/keys\/master\.key$/);
  assert.equal(config.sessionLifetime.total('hours'), 12);
});

test('a database behind a Unix socket may be named without a host', () => {
  const { databaseUrl } = readConfig({ DATABASE_URL: 'postgresql://me@/tsukasa?host=/var/run/postgresql' });
  assert.equal(databaseUrl, 'postgresql://me@localhost/tsukasa?host=/var/run/postgresql');
});

test('the configuration cannot be changed', () => {
  const config = readConfig({});
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.pools) && Object.isFrozen(config.trustProxy));
});

test('a public URL loses its trailing slash', () => {
  assert.equal(readConfig({ TSUKASA_PUBLIC_URL: 'https://mdm.example.jp/' }).publicUrl, 'https://mdm.example.jp');
});

test('all mistakes are reported at once, without repeating a password', () => {
  const env = {
    TSUKASA_PORT: 'http',
    TSUKASA_PUBLIC_URL: 'https://mdm.example.jp/console',
    DATABASE_URL: 'mysql://root:hunter2@db',
    TSUKASA_TRUST_PROXY: 'loopback, 10.0.0.0/33',
    TSUKASA_TLS_CERT_FILE: '/nonexistent.pem',
    TSUKASA_SESSION_LIFETIME: 'P1M',
    TSUKASA_LOG_LEVEL: 'loud',
  };
  assert.throws(
    () => readConfig(env),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.mistakes.length, 8, error.message);
      for (const name of Object.keys(env)) assert.ok(error.message.includes(name), name);
      assert.ok(!error.message.includes('hunter2'));
      return true;
    },
  );
});

test('a certificate header needs a trusted proxy', () => {
  assert.throws(() => readConfig({ TSUKASA_CLIENT_CERT_HEADER: 'X-Client-Cert' }), /TSUKASA_TRUST_PROXY/);
  const config = readConfig({ TSUKASA_CLIENT_CERT_HEADER: 'X-Client-Cert', TSUKASA_TRUST_PROXY: '10.1.2.3, fd00::/8' });
  assert.equal(config.clientCertHeader, 'x-client-cert');
  assert.deepEqual(config.trustProxy, ['10.1.2.3', 'fd00::/8']);
});
