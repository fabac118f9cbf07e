import type { Command, CommandOutcome } from '@tsukasa/windows-mdm';
import type { Tx } from '../../base/db.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import type { ActionId } from '../actions/index.ts';
import type { DeviceId } from '../devices/index.ts';

export type EnrollmentId = Id<'Enrollment'>;
export type CommandId = Id<'Command'>;

/**
 * Why a command was queued. `action` and `raw` (an expert's own) belong to an action; the server makes the others by
 * itself: `observation` reads, `upkeep` keeps the channel going (poll schedule, renewal, push).
 */
export const COMMAND_PURPOSES = ['action', 'raw', 'observation', 'upkeep'] as const;
export type CommandPurpose = (typeof COMMAND_PURPOSES)[number];

/**
 * How a command ended.
 *
 * - `answered`: the device gave a status, good or bad.
 * - `quarantined`: the device called it malformed (400), or it does not fit into a message; never sent again.
 * - `unknown`: sent, and its time is over without a status: nobody knows whether it was done.
 * - `expired`: its time is over and it was never sent.
 * - `cancelled`, `superseded`: taken back before it was sent.
 */
export const COMMAND_ENDS = ['answered', 'quarantined', 'unknown', 'expired', 'cancelled', 'superseded'] as const;
export type CommandEnd = (typeof COMMAND_ENDS)[number];

/** One command for the queue of an enrollment. */
export type NewCommand = {
  readonly command: Command;
  readonly purpose: CommandPurpose;
  /** Of `action` and `raw`, and only of those. */
  readonly actionId?: ActionId | undefined;
  /** Holds a secret: sealed until it is delivered. */
  readonly secret?: boolean;
  /** Higher goes first: 10 for urgent actions, 0 otherwise. */
  readonly priority?: number;
  readonly expiresAt: Temporal.Instant;
  /**
   * `again` (the default): sent anew in the next session when its answer was lost, so for what may be done twice.
   * `once`: what may not (wipe, unenroll, restart); after a lost answer it waits for its expiry and ends as `unknown`.
   */
  readonly delivery?: 'again' | 'once';
  /** Kept in clear beside the command and handed back with its answer: what its maker wants to remember. No secrets. */
  readonly note?: Readonly<Record<string, unknown>>;
};

/** A command that came to its end, as the interpreter gets it. */
export type FinishedCommand = {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  readonly commandId: CommandId;
  readonly purpose: CommandPurpose;
  readonly actionId: ActionId | undefined;
  /** As queued, but without any item's `data`. */
  readonly command: Command;
  readonly note: Readonly<Record<string, unknown>>;
  readonly end: CommandEnd;
  /** What the device said: with `answered`, and with `quarantined` when the device called it malformed. */
  readonly outcome: CommandOutcome | undefined;
  readonly sentAt: Temporal.Instant | undefined;
  /** When the answer arrived, or when the command was given up. */
  readonly finishedAt: Temporal.Instant;
  /** The enrollment is gone: nothing is asked of it any more. */
  readonly gone: boolean;
};

/** An `Alert` of the device (OMA DM 1.2; fact sheet 4.6). */
export type DeviceAlert = {
  readonly code: number;
  /** `Meta/Type` as sent, e.g. `com.microsoft/MDM/LoginStatus`; empty when there was none. Compare it lower-cased. */
  readonly type: string;
  readonly format: string | undefined;
  readonly mark: string | undefined;
  /** LocURI of the node it speaks of. */
  readonly source: string | undefined;
  readonly data: string | undefined;
};

/** What a device said by itself in one message. */
export type SessionReport = {
  readonly contractorId: ContractorId;
  readonly enrollmentId: EnrollmentId;
  readonly deviceId: DeviceId;
  readonly at: Temporal.Instant;
  /** `./DevInfo/*` of package 1 by its last segment (`Man`, `Mod`, `DmV`, `Lang`, `DevId`); empty in other messages. */
  readonly devInfo: Readonly<Record<string, string>>;
  readonly alerts: readonly DeviceAlert[];
  /** First message of a session. */
  readonly opened: boolean;
  /** First message of the enrollment: the device can be spoken to from now on. */
  readonly first: boolean;
};

/**
 * What answers mean, declared here and given by the half of this room that knows the nodes. Each call runs in the
 * transaction that removes what it was called for: it counts once. What it throws is tried again a few times, then kept
 * and shown as an event; a throw of `UnreadableAnswer` is not tried again.
 */
export interface Interpreter {
  /** Of one device in the order in which its answers arrived; also for commands that ended without an answer. */
  finished(tx: Tx, finished: FinishedCommand, now: Temporal.Instant): Promise<void>;
  /** Before the answers of the same message. */
  reported(tx: Tx, report: SessionReport, now: Temporal.Instant): Promise<void>;
  /**
   * The device said that it leaves (1226 `unenrollment.userrequest`). The room has ended the enrollment, revoked its
   * certificates and marked the device; open actions are superseded afterwards (`unenrolled`).
   */
  unenrolled(tx: Tx, of: Pick<SessionReport, 'contractorId' | 'enrollmentId' | 'deviceId' | 'at'>): Promise<void>;
}

/** An answer that cannot mean anything to us. `code` is a fixed word: it becomes visible. */
export class UnreadableAnswer extends Error {
  readonly code: string;
  constructor(code: string, options?: ErrorOptions) {
    super(`unreadable answer: ${code}`, options);
    this.name = 'UnreadableAnswer';
    this.code = code;
  }
}

/**
 * Queues commands, in order, in the caller's transaction; signature of `enqueueCommands` in `command-store.ts`. The caller
 * asks for a wake-up. Throws `conflict` (`windows.queue_full`) and `invalid` (`windows.command_too_large`).
 */
export type EnqueueCommands = (
  tx: Tx,
  to: { readonly contractorId: ContractorId; readonly enrollmentId: EnrollmentId },
  commands: readonly NewCommand[],
  now: Temporal.Instant,
) => Promise<readonly CommandId[]>;

/** Deliveries without an answer after which a command lets the others go first. */
export const STUCK_AFTER = 3;
