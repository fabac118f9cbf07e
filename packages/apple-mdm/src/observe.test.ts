import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COMMANDS } from './catalogue/index.ts';
import { jsonSafe } from './json.ts';
import {
  observeApps,
  observeCertificates,
  observeDevice,
  observeLocation,
  observeProfiles,
  observeSecurity,
} from './observe.ts';
import { platformOf } from './platform.ts';
import { type PlistDict, PlistError, type PlistValue, Real } from './plist-value.ts';

/** Without prototypes, so that only the facts are compared. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test('device facts are named, and what is left is kept as JSON', () => {
  const seen = observeDevice({
    QueryResponses: {
      DeviceName: '営業 iPad',
      ProductName: 'iPad14,1',
      OSVersion: '18.1',
      DeviceCapacity: new Real(64),
      BatteryLevel: new Real(0.5),
      IsSupervised: 1,
      IsMDMLostModeEnabled: false,
      LastCloudBackupDate: Temporal.Instant.from('2026-01-02T03:04:05Z'),
      SerialNumber: 12,
      PushToken: Buffer.from('hi'),
      Odd: [2n ** 60n, new Real(Number.NaN)],
      ServiceSubscriptions: [
        { Slot: 'CTSubscriptionSlotOne', IMEI: '35', PhoneNumber: '+81' },
        { ICCID: '89', IsDataPreferred: true },
      ],
    },
  });
  assert.deepEqual(plain(seen), {
    deviceName: '営業 iPad',
    osVersion: '18.1',
    productName: 'iPad14,1',
    iccid: '89',
    batteryLevel: 0.5,
    capacityGb: 64,
    isSupervised: true,
    isLostModeEnabled: false,
    lastCloudBackup: '2026-01-02T03:04:05Z',
    subscriptions: [
      { slot: 'CTSubscriptionSlotOne', imei: '35', phoneNumber: '+81', raw: {} },
      { iccid: '89', isDataPreferred: true, raw: {} },
    ],
    raw: { SerialNumber: 12, PushToken: { $data: 'aGk=' }, Odd: ['1152921504606846976', null] },
  });
});

test('a battery that is not there has no level', () => {
  assert.equal(observeDevice({ QueryResponses: { BatteryLevel: new Real(-1) } }).batteryLevel, undefined);
});

test('security facts come out of their dictionaries; the escrowed key is not in the rest', () => {
  const seen = observeSecurity({
    SecurityInfo: {
      PasscodePresent: true,
      FDE_Enabled: true,
      FDE_PersonalRecoveryKeyCMS: Buffer.from('cms'),
      ManagementStatus: { EnrolledViaDEP: true, UserApprovedEnrollment: true, Later: 1 },
      FirewallSettings: { FirewallEnabled: false, Applications: [] },
      HardwareEncryptionCaps: 3,
    },
  });
  assert.equal(seen.passcodePresent, true);
  assert.equal(seen.fileVaultEnabled, true);
  assert.deepEqual(seen.fileVaultPersonalKeyCms, Buffer.from('cms'));
  assert.equal(seen.enrolledViaDep, true);
  assert.equal(seen.firewallEnabled, false);
  assert.equal(seen.hardwareEncryptionCaps, 3);
  assert.deepEqual(plain(seen.raw), { ManagementStatus: { Later: 1 }, FirewallSettings: { Applications: [] } });
});

test('apps, profiles and certificates', () => {
  const [app] = observeApps({
    InstalledApplicationList: [{ Identifier: 'a.b', Name: 'B', BundleSize: 10n, Version: 3 }, 'odd'],
  });
  assert.deepEqual(plain(app), { identifier: 'a.b', name: 'B', bundleSize: 10, raw: { Version: 3 } });
  const profiles = observeProfiles({
    ProfileList: [
      {
        PayloadIdentifier: 'p',
        PayloadUUID: 'u',
        IsManaged: true,
        PayloadContent: [{ PayloadType: 'com.apple.mdm' }, {}],
      },
      { PayloadIdentifier: 'no uuid' },
    ],
  });
  assert.deepEqual(plain(profiles), [
    {
      identifier: 'p',
      uuid: 'u',
      isManaged: true,
      isEncrypted: false,
      hasRemovalPasscode: false,
      removalDisallowed: false,
      payloadTypes: ['com.apple.mdm'],
      raw: {},
    },
  ]);
  assert.deepEqual(
    observeCertificates({
      CertificateList: [{ CommonName: 'x', Data: Buffer.from('d'), IsIdentity: true }, { CommonName: 'y' }],
    }),
    [{ commonName: 'x', isIdentity: true, data: Buffer.from('d') }],
  );
});

test('a location needs a place on the globe', () => {
  const seen = observeLocation({ Latitude: new Real(35.6), Longitude: 139, Timestamp: '2026-01-02T03:04:05Z' });
  assert.deepEqual(seen, { latitude: 35.6, longitude: 139, at: '2026-01-02T03:04:05Z' });
  assert.throws(() => observeLocation({ Latitude: 100, Longitude: 0 }), PlistError);
  assert.throws(() => observeLocation({}), PlistError);
});

for (const [product, model, platform] of [
  ['iPhone16,2', undefined, 'iOS'],
  ['iPad14,1', undefined, 'iPadOS'],
  ['Mac15,6', undefined, 'macOS'],
  ['MacBookPro18,3', undefined, 'macOS'],
  ['iMac21,1', undefined, 'macOS'],
  ['VirtualMac2,1', undefined, 'macOS'],
  ['AppleTV14,1', undefined, 'tvOS'],
  ['Watch7,1', undefined, 'watchOS'],
  ['RealityDevice14,1', undefined, 'visionOS'],
  [undefined, 'MacBook Air', 'macOS'],
  ['AudioAccessory5,1', undefined, undefined],
] as const) {
  test(`${product ?? model} is ${platform}`, () => assert.equal(platformOf(product, model), platform));
}

test('answers of any shape give observations or a PlistError, and observations are JSON', () => {
  const names = [
    ...new Set(
      COMMANDS.flatMap(({ response }) =>
        response.flatMap(({ name, keys = [], item }) => [
          name,
          ...keys.map((k) => k.name),
          ...(item?.keys ?? []).map((k) => k.name),
        ]),
      ),
    ),
  ];
  const { value } = fc.letrec<{ value: PlistValue; dict: PlistDict }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.bigInt(),
      fc.double().map((n) => new Real(n)),
      fc.constant(Buffer.from('x')),
      fc.array(tie('value'), { maxLength: 4 }),
      tie('dict'),
    ),
    dict: fc.dictionary(fc.constantFrom(...names, '__proto__'), tie('value'), { maxKeys: 6 }),
  }));
  const keys = [
    'QueryResponses',
    'SecurityInfo',
    'InstalledApplicationList',
    'ProfileList',
    'CertificateList',
    'Latitude',
    'Longitude',
  ];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keys), value), (report) => {
      for (const observe of [
        observeDevice,
        observeSecurity,
        observeApps,
        observeProfiles,
        observeCertificates,
        observeLocation,
      ]) {
        try {
          assert.equal(typeof JSON.stringify(observe(report)), 'string');
        } catch (error) {
          assert.ok(error instanceof PlistError, String(error));
        }
      }
      assert.equal(typeof JSON.stringify(jsonSafe(report)), 'string');
    }),
    { numRuns: 500 },
  );
});
