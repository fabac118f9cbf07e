import type { ContractorSettings, Dashboard, Platform, ProviderStatus } from '@tsukasa/api';
import type { Static } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { ActionCounts } from '../actions/index.ts';
import { countFleet, type DeviceChannel, durationOf, glanceAtFleets } from '../devices/index.ts';

/** A contractor as the provider's overview needs it. */
export type ListedContractor = {
  readonly contractorId: ContractorId;
  readonly name: string;
  readonly state: string;
  readonly silentAfter: string;
};

export type ReportsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly version: string;
  readonly startedAt: Temporal.Instant;
  readonly channels: ReadonlyMap<Platform, DeviceChannel>;
  readonly contractorSettings: (tx: Tx, contractorId: ContractorId) => Promise<Pick<ContractorSettings, 'silentAfter'>>;
  /** All contractors, in the order of their names. */
  readonly listContractors: () => Promise<readonly ListedContractor[]>;
  readonly countActions: (tx: Tx, contractorId: ContractorId, since: Temporal.Instant) => Promise<ActionCounts>;
  /** When the current push certificate expires; undefined when there is none. */
  readonly pushCertificateNotAfter: (tx: Tx, contractorId: ContractorId) => Promise<Temporal.Instant | undefined>;
};

/** A push certificate is `expiring` from the first alarm on, in days. */
const EXPIRING_DAYS = 60;

/** Is the fleet all right? A handful of statements, whatever its size. */
export function dashboard(deps: ReportsDeps, contractorId: ContractorId): Promise<Dashboard> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const fleet = await countFleet(deps, tx, contractorId);
    const actions = await deps.countActions(tx, contractorId, now.subtract({ hours: 24 }));
    const notAfter = await deps.pushCertificateNotAfter(tx, contractorId);
    return {
      asOf: now.toString(),
      devices: { ...fleet.devices },
      attention: [...fleet.attention],
      byOs: [...fleet.byOs],
      byUsageMode: [...fleet.byUsageMode],
      contacts: [...fleet.contacts],
      actions: { open: actions.open, failed24h: actions.failed, done24h: actions.done },
      pushCertificate: pushCertificate(notAfter, now),
      openEvents: { ...fleet.openEvents },
    };
  });
}

/** `daysLeft` are whole days, negative once it has expired. */
export function pushCertificate(
  notAfter: Temporal.Instant | undefined,
  now: Temporal.Instant,
): Dashboard['pushCertificate'] {
  if (notAfter === undefined) return { state: 'missing', notAfter: null, daysLeft: null };
  const days = notAfter.since(now).total('hours') / 24;
  const state = days <= 0 ? 'expired' : days <= EXPIRING_DAYS ? 'expiring' : 'ok';
  return { state, notAfter: notAfter.toString(), daysLeft: Math.floor(days) };
}

/** The installation at a glance: two statements over all contractors' devices, and one for each push certificate. */
export async function providerStatus(deps: ReportsDeps): Promise<Static<typeof ProviderStatus>> {
  const now = deps.clock.now();
  const contractors = await deps.listContractors();
  const limits = contractors.map(({ contractorId, silentAfter }) => ({
    contractorId,
    silentBefore: now.subtract(durationOf(silentAfter)),
  }));
  const glances = await deps.db.jobs((tx) => glanceAtFleets(tx, limits));
  const shown = [];
  for (const { contractorId, name, state } of contractors) {
    const notAfter = await deps.db.asContractor(contractorId, (tx) => deps.pushCertificateNotAfter(tx, contractorId));
    const glance = glances.get(contractorId) ?? { managedDevices: 0, silentDevices: 0, openAlarms: 0 };
    shown.push({ contractorId, name, state, ...glance, pushCertificateNotAfter: notAfter?.toString() ?? null });
  }
  return { version: deps.version, startedAt: deps.startedAt.toString(), contractors: shown };
}
