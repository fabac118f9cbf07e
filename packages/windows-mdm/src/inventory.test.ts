import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPlace } from './actions.ts';
import {
  BITLOCKER_CAUSES,
  bitLockerCauses,
  readBitLocker,
  readDefender,
  readDevDetail,
  readDeviceStatus,
  readNetwork,
  serialNumberOf,
} from './device-status.ts';
import {
  followingQuestions,
  hresult,
  INVENTORY_LIMITS,
  readChannel,
  readMsi,
  readMsix,
  readStoredCertificates,
} from './inventory.ts';
import type { ResultItem } from './model.ts';
import { minutesToNextPoll, setPollSchedule } from './poll.ts';
import { isRecoveryPassword, protectorId, volumeLetter } from './recovery-key.ts';
import { childNames, macAddress, valuesOf } from './values.ts';

const said = (pairs: Readonly<Record<string, string>>): readonly ResultItem[] =>
  Object.entries(pairs).map(([source, data]) => ({ source, format: undefined, type: undefined, data }));
const values = (pairs: Readonly<Record<string, string>>) => valuesOf(said(pairs));

const DETAIL = './DevDetail/Ext/Microsoft';
const STATUS = './Vendor/MSFT/DeviceStatus';

test('DevInfo and DevDetail become what every platform has', () => {
  const { reading, details } = readDevDetail(
    values({
      './DevInfo/Man': 'Contoso',
      './DevInfo/Mod': 'Book 5',
      './DevDetail/SwV': '10.0.22631.3447',
      './DevDetail/Ext/WLANMACAddress': '00155D0A0B0C',
      [`${DETAIL}/DNSComputerName`]: 'TOKYO-01',
      [`${DETAIL}/SMBIOSSerialNumber`]: ' 5CG1234XYZ ',
      [`${DETAIL}/TotalStorage`]: '488386',
      [`${DETAIL}/FreeStorage`]: '1024',
      [`${DETAIL}/TotalRAM`]: '16384',
      [`${DETAIL}/ProcessorArchitecture`]: '9',
    }),
  );
  assert.deepEqual(
    { ...reading },
    {
      name: 'TOKYO-01',
      serialNumber: '5CG1234XYZ',
      manufacturer: 'Contoso',
      model: 'Book 5',
      osVersion: '10.0.22631.3447',
      wifiMac: '00:15:5d:0a:0b:0c',
      capacityBytes: 488_386 * 1024 * 1024,
      availableBytes: 1024 * 1024 * 1024,
    },
  );
  const architecture = details.find(({ code }) => code === 'processor_architecture');
  assert.deepEqual(architecture?.meaning, { code: 'windows.architecture.x64' });
});

test('what was not said stays unsaid', () => {
  const none = new Map<string, string>();
  for (const { reading, details } of [readDevDetail(none), readDeviceStatus(none), readNetwork(none)]) {
    assert.deepEqual(
      Object.values(reading).filter((value) => value !== undefined),
      [],
    );
    assert.deepEqual(details, []);
  }
});

for (const text of ['To Be Filled By O.E.M.', 'Default string', '0000000', 'XXXX', 'System Serial Number']) {
  test(`${text} is no serial number`, () => assert.equal(serialNumberOf(text), null));
}

test('security states: on, off, and what the device does not have', () => {
  const read = (antivirus: string, signatures: string, firewall: string) =>
    readDeviceStatus(
      values({
        [`${STATUS}/Antivirus/Status`]: antivirus,
        [`${STATUS}/Antivirus/SignatureStatus`]: signatures,
        [`${STATUS}/Firewall/Status`]: firewall,
      }),
    ).reading;
  const pick = ({ antivirusActive, antivirusCurrent, firewallEnabled }: ReturnType<typeof read>) => [
    antivirusActive,
    antivirusCurrent,
    firewallEnabled,
  ];
  assert.deepEqual(pick(read('0', '1', '0')), [true, true, true]);
  assert.deepEqual(pick(read('1', '0', '2')), [false, false, false]);
  assert.deepEqual(pick(read('4', '2', '4')), [null, null, null]);
});

test('secure boot, TPM, edition, encryption, battery and domain', () => {
  const { reading } = readDeviceStatus(
    values({
      [`${STATUS}/SecureBootState`]: '1',
      [`${STATUS}/TPM/SpecificationVersion`]: '2.0, 0, 1.38',
      [`${STATUS}/OS/Edition`]: '48',
      [`${STATUS}/Compliance/EncryptionCompliance`]: 'true',
      [`${STATUS}/Battery/EstimatedChargeRemaining`]: '87',
      [`${STATUS}/DomainName`]: '',
    }),
  );
  const { secureBoot, tpmVersion, osEdition, encrypted, batteryLevel, domainName } = reading;
  assert.deepEqual([secureBoot, tpmVersion, osEdition, encrypted], [true, '2.0', 'Pro', true]);
  assert.deepEqual([batteryLevel, domainName], [0.87, null]);
  const desktop = readDeviceStatus(
    values({ [`${STATUS}/SecureBootState`]: '0', [`${STATUS}/Battery/EstimatedChargeRemaining`]: '255' }),
  ).reading;
  assert.deepEqual([desktop.secureBoot, desktop.batteryLevel], [null, null]);
});

test('BitLocker says in words what keeps it from being in order', () => {
  assert.deepEqual(bitLockerCauses(0), []);
  assert.deepEqual(bitLockerCauses(2 ** 2 + 2 ** 13), ['os_volume_unprotected', 'tpm_not_available']);
  const { details } = readBitLocker(values({ './Device/Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus': '4' }));
  assert.deepEqual(
    details.map(({ code, of, meaning }) => [code, of, meaning?.code]),
    [
      ['encryption_status', undefined, 'windows.bitlocker.not_compliant'],
      ['cause', 'os_volume_unprotected', 'windows.bitlocker.os_volume_unprotected'],
    ],
  );
  fc.assert(
    fc.property(fc.subarray([...BITLOCKER_CAUSES]), (causes) => {
      const mask = causes.reduce((sum, cause) => sum + 2 ** BITLOCKER_CAUSES.indexOf(cause), 0);
      assert.deepEqual(bitLockerCauses(mask), causes);
      assert.deepEqual(bitLockerCauses(mask + 2 ** 30), causes);
    }),
  );
});

test('Defender: clean, and with something to do', () => {
  const health = './Device/Vendor/MSFT/Defender/Health';
  const clean = readDefender(values({ [`${health}/ComputerState`]: '0', [`${health}/ProductStatus`]: '524288' }));
  assert.deepEqual(
    clean.details.map(({ meaning }) => meaning?.code),
    ['windows.defender.clean', 'windows.defender.in_order'],
  );
  const ill = readDefender(values({ [`${health}/ComputerState`]: '2', [`${health}/ProductStatus`]: '40' }));
  assert.deepEqual(
    ill.details.filter(({ code }) => code === 'cause').map(({ of }) => of),
    ['restart_pending', 'antivirus_signatures_outdated'],
  );
});

test('adapters: the wired one that is connected is the Ethernet address', () => {
  const at = (mac: string, node: string) => `${STATUS}/NetworkIdentifiers/${mac}/${node}`;
  const { reading, details } = readNetwork(
    values({
      [at('00-15-5D-00-00-01', 'Type')]: '1',
      [at('00-15-5D-00-00-01', 'IsConnected')]: 'false',
      [at('00-15-5D-00-00-02', 'Type')]: '1',
      [at('00-15-5D-00-00-02', 'IsConnected')]: 'true',
      [at('00-15-5D-00-00-02', 'IPAddressV4')]: '192.0.2.7',
      [at('00-15-5D-00-00-03', 'Type')]: '2',
    }),
  );
  assert.equal(reading.ethernetMac, '00:15:5d:00:00:02');
  assert.ok(
    details.some(({ code, of, value }) => code === 'ipv4' && of === '00:15:5d:00:00:02' && value === '192.0.2.7'),
  );
});

test('after the list of products their values are asked, in pieces, and what is no product code is not', () => {
  const products = Array.from({ length: 30 }, (_, n) => `%7B11111111-2222-3333-4444-${String(n).padStart(12, '0')}%7D`);
  const list = said({
    './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI': [...products, 'UpgradeCode'].join('/'),
  });
  const questions = followingQuestions('msi', list);
  assert.equal(questions.flatMap(({ command }) => command.items).length, 30 * 4);
  assert.ok(questions.every(({ command }) => command.items.length <= INVENTORY_LIMITS.itemsPerGet));
  assert.ok(questions[0]?.command.items[0]?.target.endsWith(`${products[0]}/Name`));
  assert.deepEqual(followingQuestions('msi', said({ './Vendor/MSFT/EnterpriseDesktopAppManagement/MSI': '' })), []);
});

test('products and packages are read; frameworks and what has no name are left out', () => {
  const product = './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D';
  assert.deepEqual(readMsi(values({ [`${product}/Name`]: 'Agent', [`${product}/Version`]: '3.1.0' })), [
    {
      identifier: '{11111111-2222-3333-4444-555555555555}',
      kind: 'msi',
      name: 'Agent',
      version: '3.1.0',
      publisher: undefined,
      installedOn: undefined,
    },
  ]);
  assert.deepEqual(readMsi(values({ [`${product}/Name`]: '' })), []);
  const store = './Vendor/MSFT/EnterpriseModernAppManagement/AppManagement/AppStore';
  const app = `${store}/Contoso.Notes_8wekyb3d8bbwe/Contoso.Notes_1.2.0.0_x64__8wekyb3d8bbwe`;
  const runtime = `${store}/Contoso.Runtime_8wekyb3d8bbwe/Contoso.Runtime_1.0.0.0_x64__8wekyb3d8bbwe`;
  const packages = readMsix(
    values({
      [`${app}/Name`]: 'Contoso.Notes',
      [`${app}/Version`]: '1.2.0.0',
      [`${app}/IsFramework`]: '0',
      [`${runtime}/Name`]: 'Contoso.Runtime',
      [`${runtime}/IsFramework`]: '1',
    }),
  );
  assert.deepEqual(
    packages.map(({ identifier, version, kind }) => [identifier, version, kind]),
    [['Contoso.Notes_8wekyb3d8bbwe', '1.2.0.0', 'msix']],
  );
});

test('certificates: the names of a store, then what they are', () => {
  const hash = 'AB'.repeat(20);
  const [question] = followingQuestions(
    'certificates',
    said({ './Vendor/MSFT/CertificateStore/CA/System': `${hash}/junk` }),
  );
  const target = `./Vendor/MSFT/CertificateStore/CA/System/${hash}/EncodedCertificate`;
  assert.deepEqual(question?.command.items, [{ target }]);
  const der = Buffer.alloc(100, 7);
  const base64 = der.toString('base64').replace(/(.{40})/g, '$1\r\n');
  assert.deepEqual(readStoredCertificates(values({ [target]: base64 })), [{ store: 'CA/System', der }]);
  assert.deepEqual(readStoredCertificates(values({ [target]: 'no certificate' })), []);
});

test('the channel says where it is, and what is wrong with it', () => {
  const provider = './Device/Vendor/MSFT/DMClient/Provider/Tsukasa';
  const facts = readChannel(
    values({
      [`${provider}/Push/ChannelURI`]: 'https://db5.notify.windows.com/?token=x',
      [`${provider}/Push/Status`]: '0',
      './Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew/ErrorCode': '-2145910730',
    }),
    'Tsukasa',
  );
  assert.equal(facts.channelUri, 'https://db5.notify.windows.com/?token=x');
  assert.deepEqual(
    facts.details.map(({ code, value, meaning }) => [code, value, meaning?.code]),
    [
      ['push_status', 0, 'windows.push_status.ok'],
      ['renewal_error', '0x80180036', undefined],
    ],
  );
  assert.equal(
    facts.details.some(({ value }) => String(value).includes('notify')),
    false,
  );
  assert.equal(hresult(-1), '0xFFFFFFFF');
});

test('a place is read with its accuracy; nowhere, and the middle of the ocean, are no place', () => {
  const at = (node: string) => `./Vendor/MSFT/RemoteFind/Location/${node}`;
  const place = (latitude: string, longitude: string) =>
    readPlace(
      said({ [at('Latitude')]: latitude, [at('Longitude')]: longitude, [at('Accuracy')]: '35', [at('Age')]: '2' }),
    );
  assert.deepEqual(place('35.6812', '139.7671'), {
    latitude: 35.6812,
    longitude: 139.7671,
    accuracyMeters: 35,
    ageMinutes: 2,
  });
  for (const [latitude, longitude] of [
    ['0', '0'],
    ['91', '0.1'],
    ['x', '1'],
    ['', ''],
  ] as const) {
    assert.equal(place(latitude, longitude), undefined);
  }
  assert.equal(readPlace([]), undefined);
});

const SCHEDULE = {
  first: { count: 8, minutes: 15 },
  second: { count: 5, minutes: 60 },
  remaining: { count: 0, minutes: 480 },
} as const;

for (const { since, idle, expected } of [
  { since: 0, idle: 0, expected: 15 },
  { since: 119, idle: 10, expected: 5 },
  { since: 121, idle: 0, expected: 60 },
  { since: 500, idle: 0, expected: 480 },
  { since: 2000, idle: 481, expected: -1 },
]) {
  test(`${since} min into a schedule and ${idle} min after a contact the next is due in ${expected}`, () => {
    assert.equal(minutesToNextPoll(SCHEDULE, { since, idle }), expected);
  });
}

test('a schedule that ends promises nothing, and one set without an end hides the later ones', () => {
  const ended = { ...SCHEDULE, remaining: { count: 0, minutes: 0 } };
  assert.equal(minutesToNextPoll(ended, { since: 1000, idle: 0 }), undefined);
  const endless = { ...SCHEDULE, first: { count: 0, minutes: 1 } };
  assert.equal(minutesToNextPoll(endless, { since: 100_000, idle: 0 }), 1);
});

test('a schedule is set node by node', () => {
  const { verb, items } = setPollSchedule(SCHEDULE, 'Tsukasa');
  assert.equal(verb, 'Replace');
  assert.deepEqual(
    items.map(({ target, data }) => [target.split('/').at(-1), data]),
    [
      ['NumberOfFirstRetries', '8'],
      ['IntervalForFirstSetOfRetries', '15'],
      ['NumberOfSecondRetries', '5'],
      ['IntervalForSecondSetOfRetries', '60'],
      ['NumberOfRemainingScheduledRetries', '0'],
      ['IntervalForRemainingScheduledRetries', '480'],
    ],
  );
});

test('recovery passwords: eight groups, each divisible by 11 and of 16 bits', () => {
  const groups = fc.array(fc.nat(65_535), { minLength: 8, maxLength: 8 });
  const written = (numbers: readonly number[]) => numbers.map((n) => String(n * 11).padStart(6, '0')).join('-');
  fc.assert(fc.property(groups, (numbers) => isRecoveryPassword(written(numbers))));
  fc.assert(
    fc.property(groups, fc.nat(7), fc.integer({ min: 1, max: 10 }), (numbers, position, off) => {
      const parts = written(numbers).split('-');
      const changed = Math.max(0, Number(parts[position]) - off);
      parts[position] = String(changed).padStart(6, '0');
      return isRecoveryPassword(parts.join('-')) === (changed % 11 === 0);
    }),
  );
  for (const text of ['', '000000', `720896${'-000000'.repeat(7)}`, `${'000000-'.repeat(8)}`, 'x'.repeat(55)]) {
    assert.equal(isRecoveryPassword(text), false);
  }
});

test('ids of protectors and letters of volumes in one form', () => {
  assert.equal(protectorId('{3f2504e0-4f89-11d3-9a0c-0305e82c3301}'), '3F2504E0-4F89-11D3-9A0C-0305E82C3301');
  assert.equal(protectorId('3f2504e0'), undefined);
  assert.equal(volumeLetter('c:\\'), 'C:');
  assert.equal(volumeLetter('\\\\?\\Volume'), undefined);
});

test('whatever a device answers, reading it throws nothing and invents nothing', () => {
  const uris = fc.oneof(
    fc.constantFrom(
      `${STATUS}/OS/Edition`,
      `${STATUS}/NetworkIdentifiers/%/Type`,
      './DevDetail/SwV',
      './Vendor/MSFT/EnterpriseDesktopAppManagement/MSI',
      './Vendor/MSFT/EnterpriseModernAppManagement/AppManagement/AppStore/a/b/Name',
      './Vendor/MSFT/CertificateStore/MY/User/x/EncodedCertificate',
    ),
    fc.string(),
  );
  const items = fc.array(fc.tuple(uris, fc.oneof(fc.string(), fc.constantFrom('/', '%7B', 'NaN', '9'.repeat(400)))));
  fc.assert(
    fc.property(items, (pairs) => {
      const results = said(Object.fromEntries(pairs));
      const all = valuesOf(results);
      for (const { reading } of [readDevDetail(all), readDeviceStatus(all), readNetwork(all)]) {
        const { batteryLevel, osVersion } = reading;
        assert.ok(batteryLevel === undefined || batteryLevel === null || (batteryLevel >= 0 && batteryLevel <= 1));
        assert.ok(osVersion === undefined || osVersion.startsWith('10.0.'));
      }
      readBitLocker(all);
      readDefender(all);
      readMsi(all);
      readMsix(all);
      readStoredCertificates(all);
      readPlace(results);
      for (const section of ['msi', 'network', 'certificates'] as const) followingQuestions(section, results);
    }),
  );
});

test('names of children and MAC addresses', () => {
  assert.deepEqual(childNames('a/b/a//c '), ['a', 'b', 'c']);
  assert.deepEqual(childNames(''), []);
  assert.equal(macAddress('00-15-5D-0A-0B-0C'), '00:15:5d:0a:0b:0c');
  assert.equal(macAddress('000000000000'), undefined);
  assert.equal(macAddress('hello'), undefined);
});
