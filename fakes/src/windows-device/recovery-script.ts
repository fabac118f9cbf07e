import { buildSignedData } from '@tsukasa/cms';
import type { Random } from '../apple-device/index.ts';
import { type HttpAnswer, insistOnLength, post, type Reach } from './http.ts';
import type { WindowsIdentity } from './identity.ts';
import { insist } from './mistakes.ts';
import type { Account } from './provisioning.ts';
import { newProtector, type Protector, type WindowsState } from './state.ts';

const WHERE = 'recovery keys';
const AGENT = 'Mozilla/5.0 (Windows NT; Windows NT 10.0; ja-JP) WindowsPowerShell/5.1.26100.4768';
const BARE_ID = /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;

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
  /** The answer to this upload of the run, counted from 1, is lost on its way. */
  readonly losesAnswer?: number;
};

/** The server does not take the keys: its status and the `error` of its answer. */
export class RecoveryKeysRefused extends Error {
  readonly status: number;
  readonly problem: string;

  constructor(status: number, problem: string) {
    super(`the server does not take the recovery keys: ${status} ${problem}`);
    this.name = 'RecoveryKeysRefused';
    this.status = status;
    this.problem = problem;
  }
}

type OnVolume = Protector & { readonly volume: string };
type Wanted = { readonly volume: string; readonly protectorId: string; readonly replacedBy: string | null };
type Answer = { readonly stored: readonly string[]; readonly rotate: readonly Wanted[] };

/**
 * What `docs/windows-recovery-keys.ps1` does as a scheduled task: hands over the recovery passwords of all volumes, and
 * replaces those that the server wants rotated, each only after its successor is in custody. Gives how many are in custody.
 * Throws `RecoveryKeysRefused`, `ConnectionFailed`, and `ServerMistake` for an answer that the server must not give.
 */
export async function runRecoveryScript(run: ScriptRun): Promise<number> {
  const { rotate, stored } = await handOver(run, 1);
  if (rotate.length === 0) return stored.length;
  for (const { volume, replacedBy } of rotate) if (replacedBy === null) addProtector(run, volume);
  const held = await handOver(run, 2);
  for (const wanted of rotate) removeProtector(run.state, wanted, held.stored);
  return (await handOver(run, 3)).stored.length;
}

/** The one that is to go stays until its successor is in custody. */
function addProtector({ state, random }: ScriptRun, letter: string): void {
  state.volumes = state.volumes.map((volume) =>
    volume.letter === letter ? { ...volume, successor: newProtector(random) } : volume,
  );
}

/** Never without a key that the server says it holds. */
function removeProtector(state: WindowsState, wanted: Wanted, stored: readonly string[]): void {
  state.volumes = state.volumes.map((volume) => {
    const { successor, ...kept } = volume;
    if (successor === undefined || volume.letter !== wanted.volume) return volume;
    if (bare(volume.protectorId ?? '') !== wanted.protectorId || !stored.includes(bare(successor.protectorId)))
      return volume;
    return { ...kept, ...successor };
  });
}

function protectorsOf({ volumes }: WindowsState): readonly OnVolume[] {
  return volumes.flatMap(({ letter: volume, protectorId, recoveryPassword, successor }) => [
    ...(protectorId === undefined || recoveryPassword === undefined ? [] : [{ volume, protectorId, recoveryPassword }]),
    ...(successor === undefined ? [] : [{ volume, ...successor }]),
  ]);
}

async function handOver(run: ScriptRun, upload: number): Promise<Answer> {
  const { account, deviceId, identity, state, reach } = run;
  const volumes = protectorsOf(state);
  const body = Buffer.from(JSON.stringify({ deviceId, madeAt: nextMoment(run), volumes }));
  const { certificate, privateKey } = identity;
  const signed = buildSignedData({ content: body, detached: true, certificate: certificate.der, privateKey });
  const answer = await post(reach, {
    url: new URL('RecoveryKeys', account.address).href,
    body,
    contentType: 'application/json',
    userAgent: AGENT,
    headers: { 'mdm-signature': signed.toString('base64') },
    dropAnswer: run.losesAnswer === upload,
  });
  return readAnswer(answer, volumes);
}

/** No two uploads are of one moment: the later one would be a replay. */
function nextMoment({ state, now }: ScriptRun): string {
  const moment = Math.max(now(), state.handedOverAt + 1);
  state.handedOverAt = moment;
  return Temporal.Instant.fromEpochMilliseconds(moment).toString({ fractionalSecondDigits: 6 });
}

function readAnswer(answer: HttpAnswer, sent: readonly OnVolume[]): Answer {
  const value = parsed(answer);
  const { stored, rotate, error } = value;
  if (answer.status !== 200) {
    insist(typeof error === 'string', WHERE, `answers ${answer.status} without saying why`);
    throw new RecoveryKeysRefused(answer.status, error);
  }
  insistOnLength(answer, WHERE);
  insist(Array.isArray(stored) && Array.isArray(rotate), WHERE, 'answers without stored and rotate');
  const ids = sent.map(({ protectorId }) => bare(protectorId));
  insist(
    ids.every((id) => stored.includes(id)),
    WHERE,
    'does not hold a key that it answered 200 for',
  );
  for (const each of rotate as readonly Readonly<Record<string, unknown>>[]) {
    const known = sent.some(
      ({ volume, protectorId }) => volume === each['volume'] && bare(protectorId) === each['protectorId'],
    );
    insist(known, WHERE, 'wants a protector rotated that this PC does not have');
    const { replacedBy } = each as { readonly replacedBy: unknown };
    const isKnown = replacedBy === null || (typeof replacedBy === 'string' && BARE_ID.test(replacedBy));
    insist(isKnown, WHERE, 'names a replacement that is no protector');
  }
  return { stored, rotate } as Answer;
}

function parsed({ body, headers }: HttpAnswer): Readonly<Record<string, unknown>> {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  insist(type.trim().toLowerCase() === 'application/json', WHERE, 'answers no JSON');
  const value: unknown = JSON.parse(body.toString('utf8'));
  insist(typeof value === 'object' && value !== null, WHERE, 'answers no object');
  return value as Readonly<Record<string, unknown>>;
}

/** Upper case without braces, as the server answers them. */
function bare(protectorId: string): string {
  return protectorId.replace(/[{}]/g, '').toUpperCase();
}
