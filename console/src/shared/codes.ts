import type { Note } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../app/problem.ts';
import { type CodeKind, codes } from '../locales/codes.ts';
import { useDuration, useLanguage } from './format.ts';

type Params = Readonly<Record<string, unknown>>;

/** The wording of a code of the server in the chosen language; an unknown one is shown as it came, with its parameters. */
export function useWording(): (kind: CodeKind, code: string, params?: Params) => string {
  const language = useLanguage();
  const duration = useDuration();
  return (kind, code, params = {}) => {
    const template = codes[kind].get(code)?.[language];
    if (template === undefined) return `${code}${paramText(params)}`;
    return template.replace(/\{(\w+)\}/g, (_, name: string) => valueText(params[name], duration));
  };
}

/** Whether the console has words for a code. */
export function hasWording(kind: CodeKind, code: string): boolean {
  return codes[kind].has(code);
}

function valueText(value: unknown, duration: (iso: string) => string): string {
  if (value === undefined || value === null) return '–';
  if (Array.isArray(value)) return value.map((v) => valueText(v, duration)).join(', ');
  if (typeof value === 'string') return /^P(T?\d+[DHMS])+$/.test(value) ? duration(value) : value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function paramText(params: Params): string {
  const parts = Object.entries(params).map(
    ([k, v]) => `${k}: ${typeof v === 'object' ? JSON.stringify(v) : String(v)}`,
  );
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

export function useNoteText(): (note: Note) => string {
  const word = useWording();
  return (note) => word('note', note.code, note.params);
}

export type ProblemText = {
  readonly title: string;
  readonly detail: string;
  readonly request: string | undefined;
  /** The clause of the service terms that refuses it. */
  readonly clause: string | undefined;
};
/** What to tell a person about a failure: the server words its problems in the language that was asked for. */
export function useProblemText(): (error: unknown) => ProblemText {
  const { t } = useTranslation();
  return (error) => {
    if (!(error instanceof ApiError)) {
      return {
        title: t('states.failed'),
        detail: error instanceof Error ? error.message : '',
        request: undefined,
        clause: undefined,
      };
    }
    if (error.status === 0) {
      return {
        title: t('states.unreachable'),
        detail: t('states.unreachableText'),
        request: undefined,
        clause: undefined,
      };
    }
    const { title, detail, errors, instance, clause } = error.problem;
    const places = (errors ?? []).map((e) => `${e.pointer}: ${e.detail}`).join('\n');
    const said = [detail ?? '', places].filter((part) => part !== '').join('\n');
    return { title, detail: said, request: error.status >= 500 ? instance : undefined, clause };
  };
}
