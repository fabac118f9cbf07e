import type { Random } from '../apple-device/index.ts';

/** A product of Windows Installer. `productCode` with braces. */
export type InstalledMsi = {
  readonly productCode: string;
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  /** `YYYYMMDD`, as Windows Installer writes it. */
  readonly installDate: string;
  readonly installPath: string;
  /** Put there by the management server: only such may be removed by it. */
  readonly managed: boolean;
};

/** A packaged app (MSIX, AppX). */
export type InstalledPackage = {
  readonly kind: 'AppStore' | 'nonStore' | 'System';
  readonly familyName: string;
  readonly fullName: string;
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  readonly architecture: string;
  readonly installDate: string;
  readonly framework: boolean;
  readonly managed: boolean;
};

type Product = readonly [name: string, publisher: string, version: string, folder: string, share: number];
const PRODUCTS: readonly Product[] = [
  ['7-Zip 24.09 (x64 edition)', 'Igor Pavlov', '24.09.00.0', '7-Zip', 0.5],
  ['Google Chrome', 'Google LLC', '142.0.7444.60', 'Google\\Chrome\\Application', 0.8],
  ['Adobe Acrobat (64-bit)', 'Adobe', '25.001.20756', 'Adobe\\Acrobat DC', 0.6],
  ['Zoom Workplace (64-bit)', 'Zoom Communications, Inc.', '6.5.12103', 'Zoom', 0.45],
  ['Microsoft Visual C++ 2022 X64 Minimum Runtime - 14.44.35211', 'Microsoft Corporation', '14.44.35211', '', 1],
  ['Microsoft Visual C++ 2022 X64 Additional Runtime - 14.44.35211', 'Microsoft Corporation', '14.44.35211', '', 1],
  [
    'ウイルスバスター コーポレートエディション エージェント',
    'Trend Micro Inc.',
    '14.0.14260',
    'Trend Micro\\Agent',
    0.2,
  ],
  ['弥生会計 26 プロフェッショナル', '弥生株式会社', '32.1.2', 'Yayoi', 0.1],
  ['サクラエディタ 2.4.2', 'サクラエディタ開発チーム', '2.4.2.6048', 'sakura', 0.2],
  ['Cisco Secure Client - AnyConnect VPN', 'Cisco Systems, Inc.', '5.1.8.122', 'Cisco\\Cisco Secure Client', 0.3],
];

/** What administrators and people have installed. */
export function msiProducts(random: Random): readonly InstalledMsi[] {
  return PRODUCTS.filter(([, , , , share]) => random.chance(share)).map(([name, publisher, version, folder]) => ({
    productCode: `{${random.uuid()}}`,
    name,
    version,
    publisher,
    installDate: `202${random.integer(4, 5)}${month(random)}${String(random.integer(1, 28)).padStart(2, '0')}`,
    installPath: folder === '' ? '' : `C:\\Program Files\\${folder}\\`,
    managed: false,
  }));
}

type Packaged = readonly [kind: InstalledPackage['kind'], name: string, id: string, version: string, framework?: true];
const MS = 'CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US';
const SYSTEM = 'CN=Microsoft Windows, O=Microsoft Corporation, L=Redmond, S=Washington, C=US';
const PACKAGED: readonly Packaged[] = [
  ['AppStore', 'Microsoft.WindowsCalculator', '8wekyb3d8bbwe', '11.2502.2.0'],
  ['AppStore', 'Microsoft.Windows.Photos', '8wekyb3d8bbwe', '2025.11040.1001.0'],
  ['AppStore', 'Microsoft.WindowsStore', '8wekyb3d8bbwe', '22503.1401.1.0'],
  ['AppStore', 'Microsoft.Paint', '8wekyb3d8bbwe', '11.2502.161.0'],
  ['AppStore', 'Microsoft.WindowsNotepad', '8wekyb3d8bbwe', '11.2501.29.0'],
  ['AppStore', 'Microsoft.VCLibs.140.00', '8wekyb3d8bbwe', '14.0.33519.0', true],
  ['AppStore', 'Microsoft.UI.Xaml.2.8', '8wekyb3d8bbwe', '8.2501.31001.0', true],
  ['AppStore', 'MSTeams', '8wekyb3d8bbwe', '25275.2601.4002.2815'],
  ['nonStore', 'Contoso.Kintai', 'b3z7s0c2f9d1e', '2.4.0.0'],
  ['System', 'Microsoft.LockApp', 'cw5n1h2txyewy', '10.0.19041.1023'],
  ['System', 'Microsoft.AAD.BrokerPlugin', 'cw5n1h2txyewy', '1000.19041.1023.0'],
  ['System', 'Microsoft.Windows.ShellExperienceHost', 'cw5n1h2txyewy', '10.0.19041.3636'],
];

/** The packaged apps of a PC; `nonStore` ones only here and there. */
export function packages(random: Random, architecture: 'x64' | 'arm64', build: number): readonly InstalledPackage[] {
  return PACKAGED.filter(([kind, name]) =>
    kind === 'nonStore' ? random.chance(0.4) : build >= 22000 || name !== 'MSTeams',
  ).map(([kind, name, id, version, framework]) => ({
    kind,
    name,
    version,
    familyName: `${name}_${id}`,
    fullName: `${name}_${version}_${architecture}__${id}`,
    publisher: kind === 'System' ? SYSTEM : kind === 'nonStore' ? 'CN=Contoso K.K., O=Contoso K.K., C=JP' : MS,
    architecture,
    installDate: `2025-${month(random)}-${String(random.integer(1, 28)).padStart(2, '0')}T0${random.integer(0, 9)}:12:45Z`,
    framework: framework === true,
    managed: false,
  }));
}

function month(random: Random): string {
  return String(random.integer(1, 12)).padStart(2, '0');
}
