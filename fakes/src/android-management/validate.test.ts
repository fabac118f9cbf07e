import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { discovery, type Schema } from './discovery.ts';
import { handlerOf } from './handlers/index.ts';
import { merge, readMask } from './masks.ts';
import { present, selectFields } from './present.ts';
import { judgeQuery } from './query.ts';
import { isObject, judge, type Message } from './validate.ts';

const api = discovery();
const bodies = [...new Set(api.methods.flatMap(({ request }) => (request === undefined ? [] : [request.$ref])))];

/** Values that Google takes for a schema; `depth` bounds how far they go down. */
function valid(reference: Schema, depth: number): fc.Arbitrary<unknown> {
  const schema = api.resolve(reference);
  const { properties, additionalProperties, items } = schema;
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.type === 'array') return fc.array(valid(items ?? {}, depth - 1), { maxLength: depth > 0 ? 2 : 0 });
  if (properties !== undefined) return messageOf(properties, depth);
  if (additionalProperties !== undefined)
    return fc.dictionary(fc.string({ maxLength: 8 }), valid(additionalProperties, depth - 1), { maxKeys: 2 });
  return scalar(schema);
}

function messageOf(properties: Readonly<Record<string, Schema>>, depth: number): fc.Arbitrary<unknown> {
  const names = depth > 0 ? Object.keys(properties).filter((name) => properties[name]?.readOnly !== true) : [];
  return fc
    .subarray(names, { maxLength: Math.min(6, names.length) })
    .chain((chosen) =>
      fc.record(Object.fromEntries(chosen.map((name) => [name, valid(properties[name] ?? {}, depth - 1)]))),
    );
}

function scalar(schema: Schema): fc.Arbitrary<unknown> {
  switch (schema.format) {
    case 'int32':
      return fc.integer();
    case 'int64':
      return fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), fc.maxSafeInteger());
    case 'float':
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'google-duration':
      return fc
        .tuple(fc.integer({ min: 0, max: 300_000_000_000 }), fc.nat(999))
        .map(([s, ms]) => `${s}.${String(ms).padStart(3, '0')}s`);
    case 'google-datetime':
      return fc
        .date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true })
        .map((date) => date.toISOString());
    case 'byte':
      return fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'google-fieldmask':
      return fc.constantFrom('installType', 'managedConfiguration,roles');
  }
  if (schema.type === 'boolean') return fc.boolean();
  return schema.type === 'any' ? fc.jsonValue({ maxDepth: 2 }) : fc.string();
}

/** Every path to a field that the document types, with its schema. */
function leaves(reference: Schema, value: unknown, path: readonly (string | number)[]): readonly Leaf[] {
  const schema = api.resolve(reference);
  if (schema.type === 'any') return [];
  if (Array.isArray(value)) return value.flatMap((one, index) => leaves(schema.items ?? {}, one, [...path, index]));
  if (isObject(value) && schema.properties !== undefined)
    return Object.entries(value).flatMap(([name, one]) =>
      leaves(schema.properties?.[name] ?? {}, one, [...path, name]),
    );
  return path.length === 0 ? [] : [{ path, schema }];
}

type Leaf = { readonly path: readonly (string | number)[]; readonly schema: Schema };

function replaced(value: unknown, [first, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (first === undefined) return by;
  if (Array.isArray(value))
    return value.map((one: unknown, index) => (index === first ? replaced(one, rest, by) : one));
  const message = value as Message;
  return { ...message, [first]: replaced(message[first], rest, by) };
}

describe('bodies as the document has them', () => {
  for (const schema of bodies) {
    test(`${schema}: every valid value is taken, and stays as it is`, () => {
      fc.assert(
        fc.property(valid({ $ref: schema }, 4), (value) => {
          const judged = judge(api, schema, value);
          assert.deepEqual(judged.violations, []);
          assert.deepEqual(judge(api, schema, judged.value).value, judged.value);
        }),
        { numRuns: 60 },
      );
    });

    test(`${schema}: one wrong value is found where it is`, () => {
      fc.assert(
        fc.property(valid({ $ref: schema }, 4), fc.nat(), (value, which) => {
          const all = leaves({ $ref: schema }, value, []);
          const leaf = all[which % Math.max(1, all.length)];
          fc.pre(leaf !== undefined);
          // No field of the document takes a list within a list.
          const wrong = replaced(value, leaf.path, [[true]]);
          const { violations } = judge(api, schema, wrong);
          assert.equal(violations.length, 1);
          const name = String(leaf.path.findLast((part) => typeof part === 'string')).toLowerCase();
          assert.ok(violations[0]?.field.toLowerCase().replaceAll('_', '').includes(name.replaceAll('_', '')));
        }),
        { numRuns: 40 },
      );
    });

    test(`${schema}: an unknown field is refused`, () => {
      fc.assert(
        fc.property(valid({ $ref: schema }, 3), (value) => {
          const { violations } = judge(api, schema, { ...(value as Message), noSuchField: 1 });
          assert.deepEqual(
            violations.map(({ field }) => field),
            ['noSuchField'],
          );
        }),
        { numRuns: 20 },
      );
    });
  }
});

describe('single fields', () => {
  const cases: readonly (readonly [string, Message, Message | 'refused'])[] = [
    ['Policy', { maximumTimeToLock: 60_000 }, { maximumTimeToLock: '60000' }],
    ['Policy', { maximumTimeToLock: '060000' }, { maximumTimeToLock: '60000' }],
    ['Policy', { maximumTimeToLock: '9223372036854775808' }, 'refused'],
    ['Policy', { maximumTimeToLock: 1.5 }, 'refused'],
    ['Policy', { minimumApiLevel: '30' }, { minimumApiLevel: 30 }],
    ['Policy', { minimumApiLevel: 2 ** 31 }, 'refused'],
    ['Policy', { camera_disabled: true }, { cameraDisabled: true }],
    ['Policy', { camera_disabled: true, cameraDisabled: true }, 'refused'],
    ['Policy', { cameraDisabled: 'true' }, 'refused'],
    ['Policy', { cameraDisabled: null }, {}],
    ['Policy', { applications: [null] }, 'refused'],
    ['Policy', { playStoreMode: 'whitelist' }, 'refused'],
    ['Policy', { crossProfilePolicies: { crossProfileCopyPaste: 'DISALLOWED' } }, 'refused'],
    ['Policy', { statusReportingSettings: [] }, 'refused'],
    ['Policy', [] as unknown as Message, 'refused'],
    ['Command', { duration: '600s' }, { duration: '600s' }],
    ['Command', { duration: '0.5s' }, { duration: '0.5s' }],
    ['Command', { duration: 600 }, 'refused'],
    ['Command', { duration: '10m' }, 'refused'],
    ['Command', { duration: '315576000001s' }, 'refused'],
    ['Command', { startLostModeStatus: { status: 'SUCCESS' } }, {}],
    [
      'EnrollmentToken',
      { expirationTimestamp: '2026-11-26T09:00:00+09:00' },
      { expirationTimestamp: '2026-11-26T00:00:00Z' },
    ],
    ['EnrollmentToken', { expirationTimestamp: '2026-11-31T09:00:00Z' }, 'refused'],
    ['EnrollmentToken', { expirationTimestamp: '2026-11-26 09:00:00' }, 'refused'],
    ['EnrollmentToken', { allowPersonalUsage: 'PERSONAL_USAGE_UNSPECIFIED' }, 'refused'],
    [
      'ApplicationPolicy',
      { signingKeyCerts: [{ signingKeyCertFingerprintSha256: '-_8' }] },
      { signingKeyCerts: [{ signingKeyCertFingerprintSha256: '+/8=' }] },
    ],
    ['ApplicationPolicy', { signingKeyCerts: [{ signingKeyCertFingerprintSha256: 'A:B:C' }] }, 'refused'],
    [
      'ApplicationPolicy',
      { managedConfiguration: { a: { b: [1, null, 'x'] } } },
      { managedConfiguration: { a: { b: [1, null, 'x'] } } },
    ],
  ];
  for (const [schema, given, wanted] of cases) {
    test(`${schema} ${JSON.stringify(given)} ${wanted === 'refused' ? 'is refused' : 'is taken'}`, () => {
      const { value, violations } = judge(api, schema, given);
      if (wanted === 'refused') assert.equal(violations.length, 1);
      else assert.deepEqual([value, violations], [wanted, []]);
    });
  }

  test('an output-only field is passed over and noted, a deprecated one is taken and noted', () => {
    const judged = judge(api, 'Enterprise', { enterpriseType: 'MANAGED_GOOGLE_DOMAIN', appAutoApprovalEnabled: true });
    assert.deepEqual(judged.value, { appAutoApprovalEnabled: true });
    assert.deepEqual(judged.notes, [
      'enterpriseType is output only and was passed over',
      'appAutoApprovalEnabled is deprecated',
    ]);
  });

  test('a body that goes down without end is refused and does not exhaust the stack', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const { violations } = judge(api, 'ApplicationPolicy', { managedConfiguration: { deep } });
    assert.equal(violations[0]?.description, 'is nested too deeply');
  });
});

describe('methods', () => {
  const sample = (flatPath: string) => `/${flatPath.replace(/\{\w+\}/g, 'a1')}`;

  test('there are 36, each is found by its own path, and each is answered', () => {
    assert.equal(api.methods.length, 36);
    for (const method of api.methods) {
      assert.equal(api.match(method.httpMethod, sample(method.flatPath))?.method.id, method.id);
      assert.notEqual(handlerOf(method.id), undefined, method.id);
    }
  });

  test('a segment too many or an empty one finds none', () => {
    for (const { httpMethod, flatPath } of api.methods) {
      assert.equal(api.match(httpMethod, `${sample(flatPath)}/a/b`), undefined, flatPath);
      if (flatPath.includes('{'))
        assert.equal(api.match(httpMethod, `/${flatPath.replace(/\{\w+\}/g, '')}`), undefined);
    }
  });

  test('query parameters are those of the method, as their types', () => {
    const method = api.methods.find(({ id }) => id.endsWith('devices.delete'));
    assert.ok(method);
    const query = (text: string) => judgeQuery(api, method, new URLSearchParams(text));
    assert.deepEqual(query('wipeDataFlags=WIPE_ESIMS&wipeDataFlags=WIPE_EXTERNAL_STORAGE&alt=json&prettyPrint=false'), {
      value: { wipeDataFlags: ['WIPE_ESIMS', 'WIPE_EXTERNAL_STORAGE'], alt: 'json', prettyPrint: false },
      violations: [],
    });
    for (const bad of [
      'pageSize=3',
      'wipeDataFlags=EVERYTHING',
      'prettyPrint=yes',
      'wipeReasonMessage=a&wipeReasonMessage=b',
    ])
      assert.equal(query(bad).violations.length, 1, bad);
  });
});

describe('changes and answers', () => {
  const current = {
    name: 'n',
    cameraDisabled: true,
    applications: [{ packageName: 'a.b' }],
    deviceRadioState: { wifiState: 'WIFI_ENABLED', airplaneModeState: 'AIRPLANE_MODE_DISABLED' },
  };
  const change = (mask: string | undefined, body: Message) =>
    merge(api, 'Policy', current, body, { mask, kept: ['name'] });

  test('without a mask everything that the service does not keep is replaced', () => {
    assert.deepEqual(change(undefined, { funDisabled: true, name: 'x' }), { name: 'n', funDisabled: true });
    assert.deepEqual(change('*', { funDisabled: true }), { name: 'n', funDisabled: true });
  });

  test('with a mask only what it lists changes; what it lists and the body lacks is cleared', () => {
    assert.deepEqual(change('funDisabled,camera_disabled', { funDisabled: true, applications: [] }), {
      name: 'n',
      applications: current.applications,
      deviceRadioState: current.deviceRadioState,
      funDisabled: true,
    });
    assert.deepEqual(
      change('deviceRadioState.wifiState', {
        deviceRadioState: { wifiState: 'WIFI_DISABLED', ultraWidebandState: 'ULTRA_WIDEBAND_DISABLED' },
      })['deviceRadioState'],
      {
        wifiState: 'WIFI_DISABLED',
        airplaneModeState: 'AIRPLANE_MODE_DISABLED',
      },
    );
    assert.deepEqual(change('name', { name: 'x' }), current);
  });

  for (const mask of ['noSuchField', 'applications.packageName', 'cameraDisabled.x', 'a,,b', 'cameraDisabled,'])
    test(`the mask ${mask} is refused`, () => {
      assert.throws(() => readMask(api, 'Policy', mask), { code: 'INVALID_ARGUMENT' });
    });

  test('fields at their default are absent, empty messages are not', () => {
    const device = {
      name: 'd',
      policyCompliant: false,
      apiLevel: 0,
      appliedPolicyVersion: '0',
      nonComplianceDetails: [],
      appliedState: 'DEVICE_STATE_UNSPECIFIED',
      memoryInfo: {},
      systemProperties: {},
      displays: [{ displayId: 0, width: 5 }],
    };
    assert.deepEqual(present(api, 'Device', device), { name: 'd', memoryInfo: {}, displays: [{ width: 5 }] });
  });

  test('an answer that the document does not have is a mistake of the stand-in', () => {
    assert.throws(() => present(api, 'Device', { nickname: 'x' }), /bad Device: nickname/);
  });

  test('a partial answer has what was asked for', () => {
    const answer = { devices: [{ name: 'a', state: 'ACTIVE', memoryInfo: { totalRam: '1' } }], nextPageToken: 't' };
    assert.deepEqual(selectFields(answer, 'devices(name,memoryInfo/totalRam),nextPageToken'), {
      devices: [{ name: 'a', memoryInfo: { totalRam: '1' } }],
      nextPageToken: 't',
    });
    assert.deepEqual(selectFields(answer, 'devices/name'), { devices: [{ name: 'a' }] });
    assert.deepEqual(selectFields(answer, '*'), answer);
    for (const bad of ['devices(name', 'devices)', ',', 'devices(,)', 'a b'])
      assert.throws(() => selectFields(answer, bad), { code: 'INVALID_ARGUMENT' }, bad);
  });
});
