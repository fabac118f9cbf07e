import { randomUUID } from 'node:crypto';
import { firstQuestions, LIST_SECTIONS, type Question, SECTIONS, type Section } from '@tsukasa/windows-mdm';
import type { DeviceFacts } from '../devices/index.ts';
import { PROVIDER_ID } from './enrollment-model.ts';
import type { NewCommand } from './model.ts';
import { targetOf } from './target.ts';

/** What a question's command carries beside it, and its answer brings back. */
export type QuestionNote = {
  readonly section: Section;
  readonly step: Question['step'];
  /** Which questioning it belongs to. */
  readonly round: string;
  /** Of a section whose answers are put together: which of how many. */
  readonly part: number;
  readonly parts: number;
};

export type Ordered = Pick<NewCommand, 'purpose' | 'actionId' | 'priority' | 'expiresAt'>;

/** Everything that a device is asked about itself, as commands. */
export function questionCommands(
  device: DeviceFacts,
  ordered: Ordered,
): { readonly round: string; readonly commands: readonly NewCommand[] } {
  const personallyOwned = device.usageMode === 'personally-owned';
  const questions = firstQuestions({ target: targetOf(device), providerId: PROVIDER_ID, personallyOwned });
  const round = randomUUID();
  return { round, commands: commandsOf(questions, round, ordered) };
}

/** Questions of one round as commands; parts are numbered within each section and step. */
export function commandsOf(questions: readonly Question[], round: string, ordered: Ordered): readonly NewCommand[] {
  return questions.map((question, index) => {
    const same = (each: Question) => each.section === question.section && each.step === question.step;
    const note: QuestionNote = {
      section: question.section,
      step: question.step,
      round,
      part: questions.slice(0, index).filter(same).length,
      parts: questions.filter(same).length,
    };
    return { ...ordered, command: question.command, note };
  });
}

/** The note of a question; undefined for any other command. */
export function questionNote(note: Readonly<Record<string, unknown>>): QuestionNote | undefined {
  const { step, round, part, parts } = note;
  const section = SECTIONS.find((each) => each === note.section);
  if (section === undefined || (step !== 'list' && step !== 'read') || typeof round !== 'string') return undefined;
  if (typeof part !== 'number' || typeof parts !== 'number') return undefined;
  return { section, step, round, part, parts };
}

export function isListSection(section: Section): section is (typeof LIST_SECTIONS)[number] {
  return LIST_SECTIONS.some((each) => each === section);
}
