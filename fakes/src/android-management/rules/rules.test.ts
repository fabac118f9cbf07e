import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { discovery } from '../discovery.ts';
import { judge, type Message } from '../validate.ts';
import { checkCommand } from './command.ts';
import { checkPolicy } from './policy.ts';

/** What both the schema and the rules say of a policy: the fields that are wrong. */
function wrongFields(policy: Message): readonly string[] {
  const { value, violations } = judge(discovery(), 'Policy', policy);
  return [...violations, ...checkPolicy(value)].map(({ field }) => field);
}

const app = (fields: Message = {}, packageName = 'jp.example.app'): Message => ({ packageName, ...fields });
const apps = (count: number, fields: Message = {}) =>
  Array.from({ length: count }, (_, index) => app(fields, `jp.example.app${index}`));
const enforcement = (block: Message | undefined, wipe: Message | undefined, settingName = 'passwordPolicies') => ({
  policyEnforcementRules: [
    { settingName, ...(block ? { blockAction: block } : {}), ...(wipe ? { wipeAction: wipe } : {}) },
  ],
});
const FINGERPRINT = Buffer.alloc(32, 7).toString('base64');
const HEX_FINGERPRINT = Buffer.alloc(32, 7).toString('hex');
const custom = (fields: Message = {}) =>
  app({ installType: 'CUSTOM', signingKeyCerts: [{ signingKeyCertFingerprintSha256: FINGERPRINT }], ...fields });
const wifi = (fields: Message, network: Message = {}) => ({
  openNetworkConfiguration: {
    NetworkConfigurations: [
      { GUID: 'g1', Name: 'n', Type: 'WiFi', WiFi: { SSID: 'office', Security: 'None', ...fields }, ...network },
    ],
  },
});
const NETWORK = 'openNetworkConfiguration.NetworkConfigurations[0]';
const freeze = (...periods: readonly (readonly [number, number, number, number])[]) => ({
  systemUpdate: {
    type: 'AUTOMATIC',
    freezePeriods: periods.map(([m1, d1, m2, d2]) => ({
      startDate: { month: m1, day: d1 },
      endDate: { month: m2, day: d2 },
    })),
  },
});
const brightness = (fields: Message) => ({ displaySettings: { screenBrightnessSettings: fields } });
const BRIGHTNESS = 'displaySettings.screenBrightnessSettings.screenBrightness';
const timeout = (fields: Message) => ({ displaySettings: { screenTimeoutSettings: fields } });
const TIMEOUT = 'displaySettings.screenTimeoutSettings.screenTimeout';
const connectivity = (fields: Message) => ({ deviceConnectivityManagement: fields });

describe('policies that Google refuses', () => {
  const cases: readonly (readonly [string, Message, string])[] = [
    ['a rule without a wipe', enforcement({ blockAfterDays: 1 }, undefined), 'policyEnforcementRules[0]'],
    ['a rule without a block', enforcement(undefined, { wipeAfterDays: 1 }), 'policyEnforcementRules[0]'],
    [
      'a wipe on the day of the block',
      enforcement({ blockAfterDays: 3 }, { wipeAfterDays: 3 }),
      'policyEnforcementRules[0]',
    ],
    ['a rule for nothing', enforcement({}, { wipeAfterDays: 3 }, ''), 'policyEnforcementRules[0]'],
    [
      'a unified lock on the device’s scope',
      { passwordPolicies: [{ passwordScope: 'SCOPE_DEVICE', unifiedLockSettings: 'REQUIRE_SEPARATE_WORK_LOCK' }] },
      'passwordPolicies[0].unifiedLockSettings',
    ],
    [
      'two passwords of one scope',
      { passwordPolicies: [{ passwordScope: 'SCOPE_DEVICE' }, { passwordScope: 'SCOPE_DEVICE' }] },
      'passwordPolicies',
    ],
    [
      'a band in the old field',
      { passwordRequirements: { passwordQuality: 'COMPLEXITY_HIGH' } },
      'passwordRequirements.passwordQuality',
    ],
    [
      'an unlock in the old field',
      { passwordRequirements: { requirePasswordUnlock: 'REQUIRE_EVERY_DAY' } },
      'passwordRequirements.requirePasswordUnlock',
    ],
    ['3001 applications', { applications: apps(3001) }, 'applications'],
    ['21 minimum versions', { applications: apps(21, { minimumVersionCode: 2 }) }, 'applications'],
    ['two kiosks', { applications: apps(2, { installType: 'KIOSK' }) }, 'applications'],
    ['two extensions', { applications: apps(2, { extensionConfig: {} }) }, 'applications'],
    ['one package twice', { applications: [app(), app()] }, 'applications'],
    ['a package without a dot', { applications: [app({}, 'chrome')] }, 'applications[0].packageName'],
    [
      'a priority of 10001',
      { applications: [app({ installType: 'FORCE_INSTALLED', installPriority: 10_001 })] },
      'applications[0].installPriority',
    ],
    ['two constraints', { applications: [app({ installConstraint: [{}, {}] })] }, 'applications[0].installConstraint'],
    [
      'a kiosk role on an available app',
      { applications: [app({ roles: [{ roleType: 'KIOSK' }] })] },
      'applications[0].roles',
    ],
    ['one role for two', { applications: apps(2, { roles: [{ roleType: 'COMPANION_APP' }] }) }, 'applications'],
    [
      'an extension with the companion role',
      { applications: [app({ extensionConfig: {}, roles: [{ roleType: 'COMPANION_APP' }] })] },
      'applications[0].extensionConfig',
    ],
    [
      'a custom app without certificates',
      { applications: [app({ installType: 'CUSTOM' })] },
      'applications[0].signingKeyCerts',
    ],
    [
      'a custom app with a minimum version',
      { applications: [custom({ minimumVersionCode: 3 })] },
      'applications[0].minimumVersionCode',
    ],
    [
      'a custom app with an update mode',
      { applications: [custom({ autoUpdateMode: 'AUTO_UPDATE_POSTPONED' })] },
      'applications[0].autoUpdateMode',
    ],
    [
      'a custom setting on another type',
      { applications: [app({ customAppConfig: {} })] },
      'applications[0].customAppConfig',
    ],
    [
      'a fingerprint in hex',
      { applications: [app({ signingKeyCerts: [{ signingKeyCertFingerprintSha256: HEX_FINGERPRINT }] })] },
      'applications[0].signingKeyCerts[0].signingKeyCertFingerprintSha256',
    ],
    [
      'a configuration that is too long',
      { applications: [app({ managedConfiguration: { a: ['x'.repeat(65_536)] } })] },
      'applications[0].managedConfiguration.a.0',
    ],
    ['a scope for two', { applications: apps(2, { delegatedScopes: ['CERT_SELECTION'] }) }, 'applications'],
    [
      'selected keys and rules for them',
      { applications: [app({ delegatedScopes: ['CERT_SELECTION'] })], choosePrivateKeyRules: [{}] },
      'choosePrivateKeyRules',
    ],
    [
      'two setup actions',
      {
        applications: [app({ installType: 'REQUIRED_FOR_SETUP' })],
        setupActions: Array(2).fill({ launchApp: { packageName: 'jp.example.app' } }),
      },
      'setupActions',
    ],
    [
      'a setup action of an app that is not waited for',
      { applications: [app()], setupActions: [{ launchApp: { packageName: 'jp.example.app' } }] },
      'setupActions[0].launchApp',
    ],
    [
      'a default app that is blocked',
      {
        applications: [app({ installType: 'BLOCKED' })],
        defaultApplicationSettings: [
          {
            defaultApplicationType: 'DEFAULT_BROWSER',
            defaultApplications: [{ packageName: 'jp.example.app' }],
            defaultApplicationScopes: ['SCOPE_WORK_PROFILE'],
          },
        ],
      },
      'defaultApplicationSettings[0].defaultApplications',
    ],
    [
      'an empty allow list',
      connectivity({ wifiSsidPolicy: { wifiSsidPolicyType: 'WIFI_SSID_ALLOWLIST' } }),
      'deviceConnectivityManagement.wifiSsidPolicy.wifiSsids',
    ],
    [
      'one SSID to roam twice',
      connectivity({ wifiRoamingPolicy: { wifiRoamingSettings: [{ wifiSsid: 'a' }, { wifiSsid: 'a' }] } }),
      'deviceConnectivityManagement.wifiRoamingPolicy.wifiRoamingSettings',
    ],
    [
      'a DNS host without its mode',
      connectivity({ privateDnsSettings: { privateDnsHost: 'dns.example' } }),
      'deviceConnectivityManagement.privateDnsSettings.privateDnsHost',
    ],
    [
      'a DNS mode without its host',
      connectivity({ privateDnsSettings: { privateDnsMode: 'PRIVATE_DNS_SPECIFIED_HOST' } }),
      'deviceConnectivityManagement.privateDnsSettings.privateDnsHost',
    ],
    [
      'a slice that is not configured',
      { applications: [app({ preferentialNetworkId: 'PREFERENTIAL_NETWORK_ID_TWO' })] },
      'applications[0].preferentialNetworkId',
    ],
    [
      'a proxy of both kinds',
      { recommendedGlobalProxy: { host: 'proxy.example', port: 80, pacUri: 'https://proxy.example/pac' } },
      'recommendedGlobalProxy',
    ],
    ['a network without a GUID', wifi({}, { GUID: '' }), `${NETWORK}.GUID`],
    ['a network that is a VPN', wifi({}, { Type: 'VPN' }), `${NETWORK}.Type`],
    ['no SSID', wifi({ SSID: '' }), `${NETWORK}.WiFi.SSID`],
    ['two SSIDs that differ', wifi({ HexSSID: '00' }), `${NETWORK}.WiFi.HexSSID`],
    ['an unknown security', wifi({ Security: 'WPA2' }), `${NETWORK}.WiFi.Security`],
    ['no passphrase', wifi({ Security: 'WPA-PSK' }), `${NETWORK}.WiFi.Passphrase`],
    ['a WEP key of the wrong length', wifi({ Security: 'WEP-PSK', Passphrase: 'abc' }), `${NETWORK}.WiFi.Passphrase`],
    ['no EAP', wifi({ Security: 'WPA-EAP' }), `${NETWORK}.WiFi.EAP`],
    ['an unknown EAP', wifi({ Security: 'WPA-EAP', EAP: { Outer: 'LEAP' } }), `${NETWORK}.WiFi.EAP.Outer`],
    [
      'a removed certificate',
      { openNetworkConfiguration: { Certificates: [{ GUID: 'c', Type: 'Authority', X509: 'x', Remove: true }] } },
      'openNetworkConfiguration.Certificates[0]',
    ],
    [
      'an encrypted configuration',
      { openNetworkConfiguration: { Type: 'EncryptedConfiguration' } },
      'openNetworkConfiguration.Type',
    ],
    [
      'a minute of 1440',
      { systemUpdate: { type: 'WINDOWED', startMinutes: 1440, endMinutes: 60 } },
      'systemUpdate.startMinutes',
    ],
    [
      'a window of 29 minutes',
      { systemUpdate: { type: 'WINDOWED', startMinutes: 60, endMinutes: 89 } },
      'systemUpdate',
    ],
    ['a freeze of 91 days', freeze([1, 1, 4, 1]), 'systemUpdate.freezePeriods'],
    ['freezes 59 days apart', freeze([1, 1, 1, 31], [4, 1, 4, 10]), 'systemUpdate.freezePeriods'],
    ['a freeze from the 31st of April', freeze([4, 31, 5, 2]), 'systemUpdate.freezePeriods'],
    [
      'a freeze without a type',
      { systemUpdate: { ...freeze([1, 1, 2, 1]).systemUpdate, type: 'SYSTEM_UPDATE_TYPE_UNSPECIFIED' } },
      'systemUpdate.freezePeriods',
    ],
    [
      'a brightness of 256',
      brightness({ screenBrightnessMode: 'BRIGHTNESS_FIXED', screenBrightness: 256 }),
      BRIGHTNESS,
    ],
    [
      'a brightness of the user’s',
      brightness({ screenBrightnessMode: 'BRIGHTNESS_USER_CHOICE', screenBrightness: 9 }),
      BRIGHTNESS,
    ],
    ['an enforced timeout of nothing', timeout({ screenTimeoutMode: 'SCREEN_TIMEOUT_ENFORCED' }), TIMEOUT],
    ['a timeout that is not enforced', timeout({ screenTimeout: '60s' }), TIMEOUT],
    [
      'two days without work',
      { personalUsagePolicies: { maxDaysWithWorkOff: 2 } },
      'personalUsagePolicies.maxDaysWithWorkOff',
    ],
    [
      'exemptions of nothing',
      { crossProfilePolicies: { exemptionsToShowWorkContactsInPersonalProfile: { packageNames: ['a.b'] } } },
      'crossProfilePolicies.exemptionsToShowWorkContactsInPersonalProfile',
    ],
    [
      'functions across profiles and none',
      {
        appFunctions: 'APP_FUNCTIONS_DISALLOWED',
        crossProfilePolicies: { crossProfileAppFunctions: 'CROSS_PROFILE_APP_FUNCTIONS_ALLOWED' },
      },
      'crossProfilePolicies.crossProfileAppFunctions',
    ],
    ['a long message', { shortSupportMessage: { defaultMessage: 'x'.repeat(4097) } }, 'shortSupportMessage'],
    [
      'a message without a default',
      { longSupportMessage: { localizedMessages: { ja: '連絡先' } } },
      'longSupportMessage.defaultMessage',
    ],
    ['101 rules', { complianceRules: Array(101).fill({}) }, 'complianceRules'],
    ['a flag twice', { wipeDataFlags: ['WIPE_ESIMS', 'WIPE_ESIMS'] }, 'wipeDataFlags'],
  ];
  for (const [name, policy, field] of cases) {
    test(name, () => assert.deepEqual(wrongFields(policy), [field]));
  }
});

describe('policies that Google takes', () => {
  const cases: readonly (readonly [string, Message])[] = [
    ['nothing', {}],
    ['a block at once', enforcement({ blockAfterDays: 0 }, { wipeAfterDays: 1 })],
    [
      'passwords of both scopes',
      {
        passwordPolicies: [
          { passwordScope: 'SCOPE_DEVICE', passwordQuality: 'COMPLEXITY_HIGH' },
          { passwordScope: 'SCOPE_PROFILE', unifiedLockSettings: 'REQUIRE_SEPARATE_WORK_LOCK' },
        ],
      },
    ],
    ['3000 applications', { applications: apps(3000) }],
    ['a custom app', { applications: [custom()] }],
    ['a kiosk by role', { applications: [app({ installType: 'REQUIRED_FOR_SETUP', roles: [{ roleType: 'KIOSK' }] })] }],
    [
      'a setup action',
      {
        applications: [app({ installType: 'REQUIRED_FOR_SETUP' })],
        setupActions: [{ launchApp: { packageName: 'jp.example.app' } }],
      },
    ],
    ['a window over midnight', { systemUpdate: { type: 'WINDOWED', startMinutes: 1430, endMinutes: 20 } }],
    ['a freeze over New Year', freeze([12, 20, 1, 10], [5, 1, 5, 20])],
    ['a freeze of 90 days', freeze([1, 1, 3, 31])],
    ['a fixed brightness', brightness({ screenBrightnessMode: 'BRIGHTNESS_FIXED', screenBrightness: 255 })],
    ['an enforced timeout', timeout({ screenTimeoutMode: 'SCREEN_TIMEOUT_ENFORCED', screenTimeout: '60s' })],
    ['a company network', wifi({ Security: 'WPA-EAP', EAP: { Outer: 'EAP-TLS', DomainSuffixMatch: ['example.jp'] } })],
    ['a WEP key', wifi({ Security: 'WEP-PSK', Passphrase: '0x0123456789' })],
    ['a proxy', { recommendedGlobalProxy: { host: 'proxy.example', port: 8080 } }],
  ];
  for (const [name, policy] of cases) test(name, () => assert.deepEqual(wrongFields(policy), []));
});

describe('commands', () => {
  const COMPANY = { ownership: 'COMPANY_OWNED' };
  const PERSONAL = { ownership: 'PERSONALLY_OWNED' };
  const lost = (fields: Message) => ({ type: 'START_LOST_MODE', startLostModeParams: fields });
  const refused: readonly (readonly [string, Message, string, Message?])[] = [
    ['nothing', {}, 'type'],
    ['a duration of 0', { type: 'LOCK', duration: '0s' }, 'duration'],
    ['params of another command', { type: 'LOCK', wipeParams: {} }, 'wipeParams'],
    ['a password for a lock', { type: 'LOCK', newPassword: '123456' }, 'newPassword'],
    ['no packages to clear', { type: 'CLEAR_APP_DATA', clearAppsDataParams: {} }, 'clearAppsDataParams.packageNames'],
    ['no params to clear', { type: 'CLEAR_APP_DATA' }, 'clearAppsDataParams'],
    ['a lost device that says nothing', lost({ lostOrganization: { defaultMessage: '会社' } }), 'startLostModeParams'],
    ['a lost device with an empty message', lost({ lostMessage: { defaultMessage: '' } }), 'startLostModeParams'],
    [
      'a wipe flag twice',
      { type: 'WIPE', wipeParams: { wipeDataFlags: ['WIPE_ESIMS', 'WIPE_ESIMS'] } },
      'wipeParams.wipeDataFlags',
    ],
    [
      'a long reason',
      { type: 'WIPE', wipeParams: { wipeReason: { defaultMessage: 'x'.repeat(201) } } },
      'wipeParams.wipeReason',
      PERSONAL,
    ],
    ['an eSIM without its code', { type: 'ADD_ESIM', addEsimParams: {} }, 'addEsimParams.activationCode'],
    [
      'an active eSIM on a person’s device',
      { type: 'ADD_ESIM', addEsimParams: { activationCode: 'LPA:1$a$b', activationState: 'ACTIVATED' } },
      'addEsimParams.activationState',
      PERSONAL,
    ],
    ['an eSIM of no number', { type: 'REMOVE_ESIM', removeEsimParams: {} }, 'removeEsimParams.iccId'],
  ];
  for (const [name, command, field, identity] of refused) {
    test(`${name} is refused`, () => {
      const { value, violations } = judge(discovery(), 'Command', command);
      const all = [...violations, ...checkCommand(value, identity ?? COMPANY)];
      // Both the missing params and what is missing in them may be told.
      assert.equal(all[0]?.field, field);
    });
  }

  for (const command of [
    { type: 'LOCK', duration: '3600s' },
    { type: 'WIPE', wipeParams: {} },
    { type: 'WIPE', wipeParams: { wipeReason: { defaultMessage: 'x'.repeat(200) }, wipeDataFlags: ['WIPE_ESIMS'] } },
    { type: 'RESET_PASSWORD', newPassword: '', resetPasswordFlags: ['LOCK_NOW'] },
    lost({ lostEmailAddress: 'help@customer.example' }),
    { type: 'STOP_LOST_MODE', stopLostModeParams: {} },
    { type: 'CLEAR_APP_DATA', clearAppsDataParams: { packageNames: ['jp.example.app'] } },
  ]) {
    test(`${JSON.stringify(command).slice(0, 60)} is taken`, () => {
      const { value, violations } = judge(discovery(), 'Command', command);
      assert.deepEqual([...violations, ...checkCommand(value, COMPANY)], []);
    });
  }
});
