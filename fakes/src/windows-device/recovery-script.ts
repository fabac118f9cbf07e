import { buildSignedData } from '@tsukasa/cms';
import type { Random } from '../apple-device/index.ts';
import { post, type Reach } from './http.ts';
import type { WindowsIdentity } from './identity.ts';
import { insist } from './mistakes.ts';
import type { Account } from './provisioning.ts';
import { newProtector, type WindowsState } from './state.ts';

const WHERE = 'recovery keys';
const AGENT = 'Mozilla/5.0 (Windows NT; Windows NT 10.0; ja-JP) WindowsPowerShell/5.1.26100.4768';

export type ScriptRun = {
  readonly reach: Reach;
  readonly identity: WindowsIdentity;
  readonly account: Account;
  /** As the management client reports it. */
  readonly deviceId: string;
  readonly state: WindowsState;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

type Protector = { readonly volume: string; readonly protectorId: string; readonly recoveryPassword: string };
type Answer = { readonly stored: readonly string[]; readonly rotate: readonly string[] };

/**
 * What `docs/windows-recovery-keys.ps1` does as a scheduled task: hands over the recovery passwords of all volumes, and
 * replaces those that the server wants rotated, each only after its successor is in custody. Gives how many are in custody.
 * Throws `ServerMistake` for any answer but a good one, `ConnectionFailed`.
 */
export async function runRecoveryScript(run: ScriptRun): Promise<number> {
  const before = protectorsOf(run.state);
  const told = await handOver(run, before, 0);
  if (told.rotate.length === 0) return told.stored.length;
  const old = before.filter(({ protectorId }) => told.rotate.includes(bare(protectorId)));
  const added = old.map(({ volume }) => ({ volume, ...newProtector(run.random) }));
  const held = await handOver(run, [...before, ...added], 1);
  for (const { volume, ...protector } of added) {
    insist(held.stored.includes(bare(protector.protectorId)), WHERE, 'does not hold a key that it answered 200 for');
    run.state.volumes = run.state.volumes.map((one) => (one.letter === volume ? { ...one, ...protector } : one));
  }
  return (await handOver(run, protectorsOf(run.state), 2)).stored.length;
}

function protectorsOf({ volumes }: WindowsState): readonly Protector[] {
  return volumes.flatMap(({ letter, protectorId, recoveryPassword }) =>
    protectorId === undefined || recoveryPassword === undefined
      ? []
      : [{ volume: letter, protectorId, recoveryPassword }],
  );
}

/** `later`: no two uploads are of one moment. */
async function handOver(run: ScriptRun, volumes: readonly Protector[], later: number): Promise<Answer> {
  const { account, deviceId, identity, now } = run;
  const madeAt = Temporal.Instant.fromEpochMilliseconds(now() + later).toString({ fractionalSecondDigits: 6 });
  const body = Buffer.from(JSON.stringify({ deviceId, madeAt, volumes }));
  const { certificate, privateKey } = identity;
  const signature = buildSignedData({
    content: body,
    detached: true,
    certificate: certificate.der,
    privateKey,
    signingTime: now(),
  });
  const answer = await post(run.reach, {
    url: new URL('RecoveryKeys', account.address).href,
    body,
    contentType: 'application/json',
    userAgent: AGENT,
    headers: { 'mdm-signature': signature.toString('base64') },
  });
  insist(answer.status === 200, WHERE, `answers ${answer.status}: ${answer.body.toString('utf8').slice(0, 200)}`);
  const { stored, rotate } = JSON.parse(answer.body.toString('utf8')) as {
    readonly stored: readonly string[];
    readonly rotate: readonly { readonly protectorId: string }[];
  };
  return { stored, rotate: rotate.map(({ protectorId }) => protectorId) };
}

/** Upper case without braces, as the server answers them. */
function bare(protectorId: string): string {
  return protectorId.replace(/[{}]/g, '').toUpperCase();
}
