import { type Book, type ContractState, effectiveFacts, type History, stateOn, TermsError } from '@tsukasa/terms';
import type { ApplicationState } from './application-store.ts';
import type { Projection } from './model.ts';

/**
 * The contract on a day; undefined when nothing had been applied for by then, or the application was taken out of the
 * history by a correction.
 */
export function stateIfApplied(book: Book, history: History, day: Temporal.PlainDate): ContractState | undefined {
  try {
    return stateOn(book, history, day);
  } catch (error) {
    if (error instanceof TermsError && error.code === 'history.not_applied') return undefined;
    throw error;
  }
}

const NOTHING: Projection = {
  item: '',
  kind: undefined,
  phase: 'withdrawn',
  startOn: undefined,
  endsOn: undefined,
  options: [],
};

/** What lists show of a contract. One whose application was taken out counts as withdrawn. */
export function projectionOf(state: ContractState | undefined): Projection {
  if (state === undefined) return NOTHING;
  return {
    item: state.item,
    kind: state.kind,
    phase: state.phase,
    startOn: state.startOn,
    endsOn: state.endsOn,
    options: state.options.map(({ subject, phase, deviceCount, endsOn }) => ({
      subject,
      phase,
      deviceCount: deviceCount ?? null,
      endsOn: endsOn?.toString() ?? null,
    })),
  };
}

/** How far each application of a history has come, corrections applied. */
export function statesOfApplications(history: History): ReadonlyMap<string, ApplicationState> {
  const states = new Map<string, ApplicationState>();
  for (const fact of effectiveFacts(history)) {
    switch (fact.type) {
      case 'applied':
      case 'change_applied':
        states.set(fact.application, 'applied');
        break;
      case 'quoted':
        if (fact.application !== undefined && states.get(fact.application) === 'applied')
          states.set(fact.application, 'quoted');
        break;
      case 'accepted':
      case 'refused':
      case 'withdrawn':
        states.set(fact.application, fact.type);
        break;
      default:
    }
  }
  return states;
}
