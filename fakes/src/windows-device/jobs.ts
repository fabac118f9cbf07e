import type { GenericAlert } from './csp/rule.ts';
import type { Job, WindowsState } from './state.ts';

/** What Windows Installer goes through after the job was accepted (fact sheet 6.1). */
const MSI_STEPS = [10, 20, 40, 50, 70];
const MSI_BASE = './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI';
const APP_BASE = './Device/Vendor/MSFT/EnterpriseModernAppManagement/AppInstallation';

export type JobOutcome = 'ok' | 'download_failed' | 'install_failed';

/** Takes every job of the PC one step on. The alerts of those that ended; what they installed is in the state. */
export function advanceJobs(
  state: WindowsState,
  outcome: (job: Job) => JobOutcome,
  now: number,
): readonly GenericAlert[] {
  const alerts: GenericAlert[] = [];
  state.jobs = state.jobs.flatMap((job) => {
    if (job.kind !== 'msi' && job.kind !== 'msix') return [];
    if (isOver(job)) return [job];
    const next =
      job.kind === 'msi' ? advanceMsi(state, job, outcome(job), now) : advanceMsix(state, job, outcome(job), now);
    if (isOver(next)) alerts.push(alertOf(next));
    return next.kind === 'msix' && next.status === 3 ? [] : [next]; // the node goes when the app is there
  });
  return alerts;
}

function isOver({ kind, status }: Job): boolean {
  return kind === 'msi' ? status === 30 || status === 60 || status === 70 : status === 2 || status === 3;
}

type MsiJob = Extract<Job, { kind: 'msi' }>;
type MsixJob = Extract<Job, { kind: 'msix' }>;

function advanceMsi(state: WindowsState, job: MsiJob, outcome: JobOutcome, now: number): MsiJob {
  if (job.status === 20 && outcome === 'download_failed') return { ...job, status: 30, lastError: -2_147_012_889 };
  if (job.status === 50 && outcome === 'install_failed') return { ...job, status: 60, lastError: -2_147_023_293 };
  const status = MSI_STEPS[MSI_STEPS.indexOf(job.status) + 1] ?? 70;
  if (status === 70) install(state, job, now);
  return { ...job, status };
}

function install(state: WindowsState, { id, xml }: MsiJob, now: number): void {
  const [, version = '1.0.0'] = /<Product\b[^>]*\bVersion="([^"]+)"/.exec(xml) ?? [];
  const [, file = id] = /<ContentURL>[^<]*\/([^/<]+)<\/ContentURL>/.exec(xml) ?? [];
  const installDate = Temporal.Instant.fromEpochMilliseconds(now).toString().slice(0, 10).replaceAll('-', '');
  const name = file.replace(/\.msi$/i, '');
  state.msi = [
    ...state.msi.filter(({ productCode }) => productCode !== id),
    { productCode: id, name, version, publisher: 'Contoso K.K.', installDate, installPath: '', managed: true },
  ];
}

function advanceMsix(state: WindowsState, job: MsixJob, outcome: JobOutcome, now: number): MsixJob {
  if (outcome !== 'ok') return { ...job, status: 2, lastError: -2_147_009_285 };
  const [name = job.id, id = ''] = job.id.split('_');
  const version = '1.0.0.0';
  const installed = {
    kind: 'nonStore',
    familyName: job.id,
    fullName: `${name}_${version}_x64__${id}`,
    name,
    version,
    publisher: 'CN=Contoso K.K., O=Contoso K.K., C=JP',
    architecture: 'x64',
    installDate: Temporal.Instant.fromEpochMilliseconds(now).toString(),
    framework: false,
    managed: true,
  } as const;
  state.packages = [...state.packages.filter(({ fullName }) => fullName !== installed.fullName), installed];
  return { ...job, status: 3 };
}

function alertOf(job: MsiJob | MsixJob): GenericAlert {
  if (job.kind === 'msi') {
    const source = `${MSI_BASE}/${encodeURIComponent(job.id)}/DownloadInstall`;
    const type = 'Reversed-Domain-Name:com.microsoft.mdm.win32csp_install';
    return { code: '1226', type, source, format: 'int', mark: 'informational', data: String(job.lastError) };
  }
  const type = 'Reversed-Domain-Name:com.microsoft.mdm.EnterpriseHostedAppInstall.result';
  const source = `${APP_BASE}/${job.id}/HostedInstall`;
  return { code: '1226', type, source, format: 'int', mark: 'informational', data: String(job.lastError) };
}
