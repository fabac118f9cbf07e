import { type AnswerPiece, CHUNK_STATUS, ChunkError, type CommandOutcome, outcomeOf } from '@tsukasa/windows-mdm';
import type { AnswerRow, CommandFacts } from './answer-store.ts';
import { type DeviceAlert, type FinishedCommand, type SessionReport, UnreadableAnswer } from './model.ts';

/** An answer in the words of the interpreter. Throws `UnreadableAnswer`. */
export function finishedOf(answer: AnswerRow, command: CommandFacts): FinishedCommand {
  const { contractorId, enrollmentId, deviceId, gone, pieces } = answer;
  const { request, ...facts } = command;
  return { contractorId, enrollmentId, deviceId, gone, ...facts, command: request, outcome: joined(request, pieces) };
}

/** A large object that does not fit together is an answer too: that it could not be had, and why (fact sheet 4.5). */
function joined(request: CommandFacts['request'], texts: readonly string[]): CommandOutcome {
  const pieces = texts.map((text): AnswerPiece => JSON.parse(text)); // written by this room
  const outcome = attempt(request, pieces);
  if (outcome === undefined) throw new UnreadableAnswer('no_status');
  return outcome;
}

function attempt(request: CommandFacts['request'], pieces: readonly AnswerPiece[]): CommandOutcome | undefined {
  try {
    return outcomeOf(request, pieces);
  } catch (error) {
    if (!(error instanceof ChunkError)) throw error;
    const bare = pieces.map(({ statuses }) => ({ statuses, results: [] }));
    const outcome = outcomeOf(request, bare);
    const status = CHUNK_STATUS[error.code];
    return outcome && { ...outcome, status, items: outcome.items.map((item) => ({ ...item, status })) };
  }
}

/** What `session-message.ts` kept of a message. */
type KeptReport = {
  readonly opened: boolean;
  readonly leaving: boolean;
  readonly devInfo: Readonly<Record<string, string>>;
  readonly alerts: readonly DeviceAlert[];
};

export function reportOf(answer: AnswerRow): SessionReport & { readonly leaving: boolean } {
  const { contractorId, enrollmentId, deviceId, receivedAt, enrolledAt, pieces } = answer;
  const kept: KeptReport = JSON.parse(pieces[0] ?? ''); // written by this room
  const first = enrolledAt !== undefined && Temporal.Instant.compare(enrolledAt, receivedAt) === 0;
  return { contractorId, enrollmentId, deviceId, at: receivedAt, ...kept, first };
}
