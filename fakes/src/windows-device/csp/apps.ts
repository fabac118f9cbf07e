import type { InstalledMsi, InstalledPackage } from '../apps.ts';
import { GET, GET_BOOL, GET_INT, HRESULT, leaves, type Names, NodeRefused, type Pc, type Rule } from './rule.ts';

const MSI = './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI';
const PRODUCT = `${MSI}/{ProductID}`;
const MODERN = './Device/Vendor/MSFT/EnterpriseModernAppManagement';
const NOT_HOME = { notOn: ['home'] } as const;

/** Windows Installer products and packaged apps. */
export const APPS: readonly Rule[] = [
  { path: MSI, format: 'node', verbs: 'G', ...NOT_HOME, names: productCodes },
  { path: PRODUCT, format: 'node', verbs: 'ADG', ...NOT_HOME, removed: uninstall },
  { path: `${PRODUCT}/Version`, ...GET, ...NOT_HOME, read: (pc, names) => product(pc, names)?.version },
  { path: `${PRODUCT}/Name`, ...GET, ...NOT_HOME, read: (pc, names) => product(pc, names)?.name },
  { path: `${PRODUCT}/Publisher`, ...GET, ...NOT_HOME, read: (pc, names) => product(pc, names)?.publisher },
  { path: `${PRODUCT}/InstallPath`, ...GET, ...NOT_HOME, read: (pc, names) => product(pc, names)?.installPath },
  { path: `${PRODUCT}/InstallDate`, ...GET, ...NOT_HOME, read: (pc, names) => product(pc, names)?.installDate },
  { path: `${PRODUCT}/DownloadInstall`, format: 'xml', verbs: 'ADEGR', ...NOT_HOME, upsert: true, exec: install },
  { path: `${PRODUCT}/Status`, ...GET_INT, ...NOT_HOME, read: (pc, names) => msiStatus(pc, names) },
  {
    path: `${PRODUCT}/LastError`,
    ...GET_INT,
    ...NOT_HOME,
    read: (pc, names) => msiJob(pc, names)?.lastError ?? (product(pc, names) && 0),
  },
  {
    path: `${PRODUCT}/LastErrorDesc`,
    ...GET,
    ...NOT_HOME,
    read: (pc, names) => (msiStatus(pc, names) === undefined ? undefined : ''),
  },

  ...(['AppStore', 'nonStore', 'System'] as const).flatMap((kind) =>
    inventory(`${MODERN}/AppManagement/${kind}`, kind),
  ),
  { path: `${MODERN}/AppManagement/UpdateScan`, format: 'null', verbs: 'E', ...NOT_HOME, exec: () => undefined },
  { path: `${MODERN}/AppManagement/LastScanError`, ...GET_INT, ...NOT_HOME, read: () => 0 },
  {
    path: `${MODERN}/AppInstallation`,
    format: 'node',
    verbs: 'G',
    ...NOT_HOME,
    names: ({ state }) => jobIds(state.jobs, 'msix'),
  },
  { path: `${MODERN}/AppInstallation/{PackageFamilyName}`, format: 'node', verbs: 'ADGR', ...NOT_HOME, explicit: true },
  {
    path: `${MODERN}/AppInstallation/{PackageFamilyName}/HostedInstall`,
    format: 'xml',
    verbs: 'ADEGR',
    ...NOT_HOME,
    upsert: true,
    exec: hostedInstall,
  },
  {
    path: `${MODERN}/AppInstallation/{PackageFamilyName}/Status`,
    ...GET_INT,
    ...NOT_HOME,
    read: (pc, names) => msixJob(pc, names)?.status,
  },
  {
    path: `${MODERN}/AppInstallation/{PackageFamilyName}/LastError`,
    ...GET_INT,
    ...NOT_HOME,
    read: (pc, names) => msixJob(pc, names)?.lastError,
  },
  {
    path: `${MODERN}/AppInstallation/{PackageFamilyName}/LastErrorDesc`,
    ...GET,
    ...NOT_HOME,
    read: (pc, names) => msixJob(pc, names) && '',
  },
  {
    path: `${MODERN}/AppInstallation/{PackageFamilyName}/ProgressStatus`,
    ...GET_INT,
    ...NOT_HOME,
    read: (pc, names) => msixJob(pc, names) && 50,
  },
];

function inventory(base: string, kind: InstalledPackage['kind']): readonly Rule[] {
  const one = `${base}/{PackageFamilyName}/{PackageFullName}`;
  const value =
    (read: (app: InstalledPackage) => string | number | boolean): NonNullable<Rule['read']> =>
    (pc, names) => {
      const app = packaged(pc, kind, names);
      return app === undefined ? undefined : read(app);
    };
  const removable = kind === 'System' ? 'G' : 'DG';
  return [
    { path: base, format: 'node', verbs: 'G', ...NOT_HOME, names: ({ state }) => families(state.packages, kind) },
    {
      path: `${base}/{PackageFamilyName}`,
      format: 'node',
      verbs: removable,
      ...NOT_HOME,
      names: ({ state }, { PackageFamilyName }) =>
        state.packages
          .filter((app) => app.kind === kind && app.familyName === PackageFamilyName)
          .map(({ fullName }) => fullName),
      removed: (pc, names) => removePackage(pc, kind, names),
    },
    {
      path: one,
      format: 'node',
      verbs: removable,
      ...NOT_HOME,
      removed: (pc, names) => removePackage(pc, kind, names),
    },
    { path: `${one}/Name`, ...GET, ...NOT_HOME, read: value(({ name }) => name) },
    { path: `${one}/Version`, ...GET, ...NOT_HOME, read: value(({ version }) => version) },
    { path: `${one}/Publisher`, ...GET, ...NOT_HOME, read: value(({ publisher }) => publisher) },
    {
      path: `${one}/Architecture`,
      ...GET_INT,
      ...NOT_HOME,
      read: value(({ architecture }) => (architecture === 'arm64' ? 12 : 9)),
    },
    {
      path: `${one}/InstallLocation`,
      ...GET,
      ...NOT_HOME,
      read: value(({ fullName }) => `C:\\Program Files\\WindowsApps\\${fullName}`),
    },
    { path: `${one}/IsFramework`, ...GET_INT, ...NOT_HOME, read: value(({ framework }) => (framework ? 1 : 0)) },
    { path: `${one}/IsBundle`, ...GET_INT, ...NOT_HOME, read: value(() => 0) },
    { path: `${one}/InstallDate`, ...GET, ...NOT_HOME, read: value(({ installDate }) => installDate) },
    { path: `${one}/PackageStatus`, ...GET_INT, ...NOT_HOME, read: value(() => 0) },
    { path: `${one}/RequiresReinstall`, ...GET_BOOL, ...NOT_HOME, read: value(() => false) },
    { path: `${one}/Users`, ...GET, ...NOT_HOME, read: value(() => 'S-1-5-21-1004336348-1177238915-682003330-1001') },
    { path: `${one}/IsProvisioned`, ...GET_INT, ...NOT_HOME, read: value(({ managed }) => (managed ? 1 : 0)) },
    ...leaves(one, ['IsStub'], () => ({ ...GET_BOOL, ...NOT_HOME, builds: ['19041'], read: value(() => false) })),
  ];
}

function productCodes({ state }: Pc): readonly string[] {
  return [...new Set([...state.msi.map(({ productCode }) => productCode), ...jobIds(state.jobs, 'msi')])];
}

function jobIds(jobs: Pc['state']['jobs'], kind: 'msi' | 'msix'): readonly string[] {
  return jobs.filter((job) => job.kind === kind).map(({ id }) => id);
}

function product({ state }: Pc, { ProductID }: Names): InstalledMsi | undefined {
  return state.msi.find(({ productCode }) => productCode === ProductID);
}

function msiJob({ state }: Pc, { ProductID }: Names) {
  return state.jobs.find((job) => job.kind === 'msi' && job.id === ProductID);
}

/** The job's, or 70 for what is installed. */
function msiStatus(pc: Pc, names: Names): number | undefined {
  return msiJob(pc, names)?.status ?? (product(pc, names) === undefined ? undefined : 70);
}

/** Needs what Add put there before it; what is installed already stays as it is. */
function install({ state }: Pc, { ProductID = '' }: Names, data: string): undefined {
  const stored = [...state.values].find(([path]) => path === `${MSI}/${ProductID}/DownloadInstall`)?.[1].data;
  if (stored === undefined) throw new NodeRefused(404);
  const xml = data === '' ? stored : data;
  if (!xml.includes(`id="${ProductID}"`) || !/<MsiInstallJob\b/.test(xml))
    throw new NodeRefused(500, HRESULT.invalidArgument);
  const others = state.jobs.filter((job) => job.kind !== 'msi' || job.id !== ProductID);
  const installed = state.msi.some(({ productCode }) => productCode === ProductID);
  state.jobs = [...others, { kind: 'msi', id: ProductID, xml, status: installed ? 70 : 10, lastError: 0 }];
}

/** Only what the server put there goes when it says so. */
function uninstall({ state }: Pc, { ProductID }: Names): void {
  const found = state.msi.find(({ productCode }) => productCode === ProductID);
  if (found?.managed === false) throw new NodeRefused(405);
  state.msi = state.msi.filter(({ productCode }) => productCode !== ProductID);
  state.jobs = state.jobs.filter((job) => job.kind !== 'msi' || job.id !== ProductID);
}

function families(all: readonly InstalledPackage[], kind: InstalledPackage['kind']): readonly string[] {
  return [...new Set(all.filter((app) => app.kind === kind).map(({ familyName }) => familyName))];
}

function packaged(
  { state }: Pc,
  kind: InstalledPackage['kind'],
  { PackageFullName }: Names,
): InstalledPackage | undefined {
  return state.packages.find((app) => app.kind === kind && app.fullName === PackageFullName);
}

function removePackage(
  { state }: Pc,
  kind: InstalledPackage['kind'],
  { PackageFamilyName, PackageFullName }: Names,
): void {
  state.packages = state.packages.filter(
    (app) =>
      app.kind !== kind ||
      app.familyName !== PackageFamilyName ||
      (PackageFullName !== undefined && app.fullName !== PackageFullName),
  );
}

function msixJob({ state }: Pc, { PackageFamilyName }: Names) {
  return state.jobs.find((job) => job.kind === 'msix' && job.id === PackageFamilyName);
}

function hostedInstall({ state }: Pc, { PackageFamilyName = '' }: Names, data: string): undefined {
  const [, uri] = /<Application\b[^>]*\bPackageUri="([^"]+)"/.exec(data) ?? [];
  if (uri === undefined) throw new NodeRefused(500, HRESULT.invalidArgument);
  const others = state.jobs.filter((job) => job.kind !== 'msix' || job.id !== PackageFamilyName);
  state.jobs = [...others, { kind: 'msix', id: PackageFamilyName, uri, status: 1, lastError: 0 }];
}
