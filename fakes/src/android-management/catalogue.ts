import type { Message } from './validate.ts';

/** An application of Google Play that the stand-in knows. */
export type PlayApplication = {
  readonly packageName: string;
  readonly title: string;
  readonly author: string;
  readonly category: string;
  readonly versionCode: number;
  readonly versionName: string;
  readonly minAndroidSdkVersion: number;
  readonly features?: readonly string[];
  readonly managedProperties?: readonly Message[];
  readonly tracks?: readonly { readonly trackId: string; readonly trackAlias: string }[];
  readonly permissions?: readonly string[];
  /** In place of an installation, what comes of it. */
  readonly failure?: string;
};

const entry = (value: string, name: string): Message => ({ value, name });

const CHROME_PROPERTIES: readonly Message[] = [
  { key: 'HomepageLocation', title: 'Home page', type: 'STRING', description: 'The page that the home button opens.' },
  {
    key: 'SafeBrowsingEnabled',
    title: 'Safe browsing',
    type: 'BOOL',
    description: 'Warns of harmful pages.',
    defaultValue: true,
  },
  {
    key: 'IncognitoModeAvailability',
    title: 'Incognito windows',
    type: 'CHOICE',
    description: 'Whether they may be opened.',
    defaultValue: '0',
    entries: [entry('0', 'Allowed'), entry('1', 'Not allowed'), entry('2', 'Always')],
  },
  {
    key: 'ManagedBookmarks',
    title: 'Bookmarks',
    type: 'BUNDLE_ARRAY',
    description: 'Bookmarks of the company.',
    nestedProperties: [
      {
        key: 'bookmark',
        title: 'Bookmark',
        type: 'BUNDLE',
        description: 'One of them.',
        nestedProperties: [
          { key: 'name', title: 'Name', type: 'STRING', description: 'What is shown.' },
          { key: 'url', title: 'URL', type: 'STRING', description: 'What is opened.' },
        ],
      },
    ],
  },
];

const MAIL_PROPERTIES: readonly Message[] = [
  { key: 'email_address', title: 'Mail address', type: 'STRING', description: 'The account.' },
  { key: 'exchange_host', title: 'Server', type: 'STRING', description: 'Host of the mail server.' },
  {
    key: 'sync_days',
    title: 'Days to keep',
    type: 'INTEGER',
    description: 'How far back mail is kept.',
    defaultValue: 30,
  },
  {
    key: 'allowed_features',
    title: 'Features',
    type: 'MULTISELECT',
    description: 'What may be used.',
    entries: [entry('contacts', 'Contacts'), entry('calendar', 'Calendar')],
  },
  { key: 'license_key', title: 'Licence', type: 'HIDDEN', description: 'Not shown to people.' },
];

const SEEDS: readonly PlayApplication[] = [
  {
    packageName: 'com.android.chrome',
    title: 'Google Chrome',
    author: 'Google LLC',
    category: 'COMMUNICATION',
    versionCode: 690_000_033,
    versionName: '140.0.6900.33',
    minAndroidSdkVersion: 26,
    managedProperties: CHROME_PROPERTIES,
  },
  {
    packageName: 'com.google.android.gm',
    title: 'Gmail',
    author: 'Google LLC',
    category: 'COMMUNICATION',
    versionCode: 64_830_212,
    versionName: '2026.10.11',
    minAndroidSdkVersion: 26,
    managedProperties: MAIL_PROPERTIES,
    permissions: ['android.permission.READ_CONTACTS'],
  },
  {
    packageName: 'com.microsoft.teams',
    title: 'Microsoft Teams',
    author: 'Microsoft Corporation',
    category: 'BUSINESS',
    versionCode: 2_026_100_301,
    versionName: '1416/1.0.0.2026100301',
    minAndroidSdkVersion: 29,
    permissions: ['android.permission.CAMERA', 'android.permission.RECORD_AUDIO'],
  },
  {
    packageName: 'jp.example.kintai',
    title: '勤怠打刻',
    author: '株式会社エグザンプル',
    category: 'BUSINESS',
    versionCode: 312,
    versionName: '3.1.2',
    minAndroidSdkVersion: 28,
    managedProperties: [
      { key: 'company_code', title: '会社コード', type: 'STRING', description: '打刻先の会社を表す番号。' },
      {
        key: 'use_location',
        title: '位置情報',
        type: 'BOOL',
        description: '打刻に位置を添える。',
        defaultValue: false,
      },
    ],
    tracks: [{ trackId: '4698273500', trackAlias: 'pilot' }],
  },
  {
    packageName: 'jp.example.zaiko',
    title: '在庫スキャナー',
    author: '株式会社エグザンプル',
    category: 'PRODUCTIVITY',
    versionCode: 87,
    versionName: '0.8.7',
    minAndroidSdkVersion: 28,
  },
  {
    packageName: 'jp.example.vpn',
    title: 'Example VPN',
    author: '株式会社エグザンプル',
    category: 'TOOLS',
    versionCode: 45,
    versionName: '4.5',
    minAndroidSdkVersion: 28,
    features: ['VPN_APP'],
  },
  {
    packageName: 'jp.example.overseas',
    title: 'Overseas only',
    author: 'Example Inc.',
    category: 'TOOLS',
    versionCode: 3,
    versionName: '1.0.3',
    minAndroidSdkVersion: 28,
    failure: 'NOT_AVAILABLE_IN_COUNTRY',
  },
  {
    packageName: 'jp.example.sixteen',
    title: 'Android 16 only',
    author: 'Example Inc.',
    category: 'TOOLS',
    versionCode: 16,
    versionName: '16.0',
    minAndroidSdkVersion: 36,
  },
];

/** The seeded applications, by package name. */
export function seededCatalogue(): Map<string, PlayApplication> {
  return new Map(SEEDS.map((application) => [application.packageName, application]));
}

/** The resource that `applications.get` answers. */
export function applicationResource(enterprise: string, application: PlayApplication, updateTime: string): Message {
  const { packageName, title, author, category, versionCode, versionName, minAndroidSdkVersion } = application;
  return {
    name: `${enterprise}/applications/${packageName}`,
    title,
    author,
    category,
    description: title,
    fullDescription: title,
    contentRating: 'THREE_YEARS',
    iconUrl: `https://play-lh.googleusercontent.example/${packageName}=w512`,
    smallIconUrl: `https://play-lh.googleusercontent.example/${packageName}=w128`,
    playStoreUrl: `https://play.google.com/store/apps/details?id=${packageName}`,
    appPricing: 'FREE',
    distributionChannel: packageName.startsWith('jp.example.') ? 'PRIVATE_GOOGLE_HOSTED' : 'PUBLIC_GOOGLE_HOSTED',
    availableCountries: application.failure === 'NOT_AVAILABLE_IN_COUNTRY' ? ['US'] : ['JP', 'US'],
    minAndroidSdkVersion,
    features: application.features ?? [],
    permissions: (application.permissions ?? []).map((permissionId) => ({ permissionId, name: permissionId })),
    appTracks: application.tracks ?? [],
    appVersions: [{ versionCode, versionString: versionName, production: true }],
    managedProperties: application.managedProperties ?? [],
    updateTime,
  };
}
