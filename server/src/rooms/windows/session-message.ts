import {
  ALERT_INDEX,
  CHUNK_LIMITS,
  type CmdRef,
  isGood,
  type OwnStatus,
  parseCmdId,
  type SaidStatus,
  type SyncMessage,
  type WireAlert,
  type WireItem,
  type WireResults,
  type WireStatus,
} from '@tsukasa/windows-mdm';

/** Index of the question that makes a signed session fresh; a message has no other command then. */
export const PROBE_INDEX = ALERT_INDEX - 1;

/** Words of a device that are kept of one message. Our choice. */
const MOST_ALERTS = 100;
const LONGEST_ALERT = 16 * 1024;

/** What a message means to the session, before anybody knows whose it is. Texts are JSON. */
export type Heard = {
  /** Package 1: a session begins. */
  readonly opening: boolean;
  /** The user disconnected the device, or an unenrollment that we asked for goes ahead. */
  readonly leaving: boolean;
  /** Nothing may be sent in answer: the device aborts, or did not accept our message. */
  readonly stopping: boolean;
  readonly login: 'user' | 'others' | 'none' | undefined;
  readonly tree: 'user' | 'device' | 'mixed' | undefined;
  /** Token of the CmdIDs to which the message refers. */
  readonly echo: string | undefined;
  /** `[{t, m, k, v, act, piece}]`; see `windows_answer` in 0016_windows.sql. */
  readonly answers: string | undefined;
  /** What the device said by itself. */
  readonly report: string | undefined;
  /** Bytes of results that must be kept until the package is whole. */
  readonly weight: number;
  /** Answers that refer to nothing that could be ours. */
  readonly stray: number;
  /** Our statuses to the elements of the message, without the header's. */
  readonly statuses: readonly OwnStatus[];
  /** A large object is larger than we take. */
  readonly tooLarge: boolean;
};

type Act = 'finish' | 'quarantine' | 'replace' | 'later' | 'user_later' | 'piece' | 'part';

type Answer = {
  readonly token: string;
  readonly msgRef: number;
  readonly index: number;
  readonly statuses: (SaidStatus & { readonly cmd: string })[];
  readonly results: WireItem[];
};

/** Reads a message's meaning; fact sheet 4.3 to 4.7. Pure. */
export function hear(message: SyncMessage): Heard {
  const alerts = message.body.filter((one) => one.kind === 'Alert');
  const headerRefused = message.body.some((one) => one.kind === 'Status' && one.cmdRef === '0' && !isGood(one.status));
  const { answers, echo, stray } = headerRefused ? NOTHING : gather(message);
  const tooLarge = isTooLarge(message);
  const said = (type: string) =>
    alerts
      .flatMap(({ items }) => items)
      .find((item) => typeOf(item) === type)
      ?.data?.trim();
  const devInfo = devInfoOf(message);
  const kept = alerts.filter(isKept).slice(0, MOST_ALERTS).map(alertOf);
  const opening = message.msgId === 1 || alerts.some(({ code }) => code === 1200 || code === 1201);
  const leaving = alerts.some(({ items }) => items.some((item) => typeOf(item) === UNENROLLMENT));
  const hasReport = opening || leaving || kept.length > 0 || Object.keys(devInfo).length > 0;
  return {
    opening,
    leaving,
    stopping: headerRefused || tooLarge || alerts.some(({ code }) => code === 1223),
    login: oneOf(['user', 'others', 'none'] as const, said(LOGIN)),
    tree: oneOf(['user', 'device', 'mixed'] as const, said(SYNC_TYPE)),
    echo,
    answers: answers.length === 0 ? undefined : JSON.stringify(answers.map((one) => wireAnswer(one, message.final))),
    report: hasReport ? JSON.stringify({ opened: opening, leaving, devInfo, alerts: kept }) : undefined,
    weight: message.final ? 0 : answers.reduce((sum, { results }) => sum + bytesOf(results), 0),
    stray,
    statuses: message.body.flatMap(statusOf),
    tooLarge,
  };
}

const LOGIN = 'com.microsoft/mdm/loginstatus';
const SYNC_TYPE = 'com.microsoft.mdm.synctype';
const UNENROLLMENT = 'com.microsoft:mdm.unenrollment.userrequest';
/** A token of the signed-in person, which nobody here has a use for. */
const USER_TOKEN = 'com.microsoft/mdm/aadusertoken';
const SESSION_TYPES: readonly string[] = [LOGIN, SYNC_TYPE, USER_TOKEN];

const NOTHING = { answers: [], echo: undefined, stray: 0 } as const;

function gather(message: SyncMessage): {
  readonly answers: readonly Answer[];
  readonly echo: string | undefined;
  readonly stray: number;
} {
  const found = new Map<string, Answer>();
  let echo: string | undefined;
  let stray = 0;
  const answerOf = (ref: CmdRef, msgRef: number): Answer => {
    const key = `${ref.token} ${msgRef} ${ref.index}`;
    const known = found.get(key) ?? { token: ref.token, msgRef, index: ref.index, statuses: [], results: [] };
    found.set(key, known);
    return known;
  };
  for (const one of message.body) {
    if (one.kind !== 'Status' && one.kind !== 'Results') continue;
    if (one.cmdRef === '0') continue;
    const ref = parseCmdId(one.cmdRef);
    const msgRef = messageOf(one, message);
    if (ref === undefined || msgRef === undefined) {
      stray += 1;
      continue;
    }
    echo ??= ref.token;
    if (ref.index >= PROBE_INDEX) continue;
    const answer = answerOf(ref, msgRef);
    if (one.kind === 'Results') answer.results.push(...one.items);
    else answer.statuses.push(saidOf(one, ref.child));
  }
  return { answers: [...found.values()], echo, stray };
}

/** Results without a reference answer the message before (OMA DM 1.2). */
function messageOf({ msgRef }: WireStatus | WireResults, { msgId }: SyncMessage): number | undefined {
  if (msgRef === undefined) return msgId - 1;
  return /^[1-9]\d{0,8}$/.test(msgRef) ? Number(msgRef) : undefined;
}

function saidOf({ cmd, status, originalError, targets }: WireStatus, child: number) {
  return { child, cmd, status, originalError, targets };
}

function wireAnswer(answer: Answer, final: boolean) {
  const { token: t, msgRef: m, index: k, statuses, results } = answer;
  const own = statuses.filter(({ child }) => child === 0);
  const large = results.some(isLarge);
  // Asked for again it would be as large again: the answer is that it cannot be had.
  const piece = large
    ? { statuses: [{ child: 0, status: 413, targets: [] }], results: [] }
    : { statuses: statuses.map(({ cmd: _, ...status }) => status), results };
  return { t, m, k, v: own[0]?.cmd, act: large ? 'finish' : actOf(own, final), piece };
}

/** What a command's own statuses make of it (fact sheet 4.5). */
function actOf(own: Answer['statuses'], final: boolean): Act {
  const all = (...codes: number[]) => own.every(({ status }) => codes.includes(status));
  const cmd = own[0]?.cmd;
  if (own.length === 0) return 'part';
  if (own.some(({ status }) => status === 400)) return 'quarantine';
  if (
    cmd === 'Add' &&
    own.some(({ status }) => status === 418) &&
    own.every(({ status }) => status === 418 || isGood(status))
  ) {
    return 'replace';
  }
  if (all(213, 214, 215)) return 'later';
  if (all(405)) return 'user_later';
  return cmd === 'Get' && !final ? 'piece' : 'finish';
}

function isLarge({ meta, more }: WireItem): boolean {
  return more && (meta.size ?? 0) > CHUNK_LIMITS.object;
}

function isTooLarge({ body }: SyncMessage): boolean {
  return body.some((one) => one.kind === 'Results' && one.items.some(isLarge));
}

function statusOf(one: SyncMessage['body'][number]): readonly OwnStatus[] {
  const { cmdId: cmdRef } = one;
  switch (one.kind) {
    case 'Status':
      return []; // a status of a status would never end
    case 'Results': {
      const chunk = one.items.some(({ more }) => more);
      return chunk ? [{ cmdRef, cmd: 'Results', status: one.items.some(isLarge) ? 413 : 213 }] : [];
    }
    case 'Alert':
      return [{ cmdRef, cmd: 'Alert', status: 200 }];
    case 'Command':
      return [{ cmdRef, cmd: one.name, status: one.name === 'Replace' ? 200 : 406 }];
  }
}

function devInfoOf({ body }: SyncMessage): Record<string, string> {
  const items = body.flatMap((one) => (one.kind === 'Command' && one.name === 'Replace' ? one.items : []));
  const known = items.flatMap(({ source, target, data }): [string, string][] => {
    const name = /^\.\/DevInfo\/(DevId|Man|Mod|DmV|Lang)$/.exec(source ?? target ?? '')?.[1];
    return name === undefined || data === undefined ? [] : [[name, data.trim().slice(0, 256).toWellFormed()]];
  });
  return Object.fromEntries(known);
}

/** Alerts of the protocol are the room's own; the others are told. */
function isKept({ code, items }: WireAlert): boolean {
  if (code !== 1224 && code !== 1226) return false;
  return items.every((item) => !SESSION_TYPES.includes(typeOf(item)));
}

function alertOf({ code, items }: WireAlert) {
  const [item] = items;
  return {
    code,
    type: item?.meta.type ?? '',
    format: item?.meta.format,
    mark: item?.meta.mark,
    source: item?.source,
    data: item?.data?.slice(0, LONGEST_ALERT).toWellFormed(),
  };
}

const typeOf = ({ meta }: WireItem) => (meta.type ?? '').toLowerCase();

function oneOf<T extends string>(words: readonly T[], said: string | undefined): T | undefined {
  return words.find((word) => word === said?.toLowerCase());
}

function bytesOf(items: readonly WireItem[]): number {
  return items.reduce((sum, { data }) => sum + Buffer.byteLength(data ?? '', 'utf8'), 0);
}
