import { useQuery } from '@tanstack/react-query';
import type { CatalogueContent, ContractPhase } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useLanguage } from '../../shared/format.ts';
import type { Tone } from '../../shared/status.tsx';

export const SERVICE = 'service';

export function useCatalogue() {
  return useQuery({ queryKey: ['catalogue'], queryFn: () => call('getCatalogue'), staleTime: 5 * 60_000 });
}

type Named = CatalogueContent['items'][number];
export type Names = {
  /** Of the service itself or an option. */
  readonly subject: (id: string) => string;
  readonly kind: (id: string | null) => string;
  readonly item: (id: string) => string;
  /** Of a contract: its kind, or its item where that has no kinds. */
  readonly contract: (contract: { readonly item: string; readonly kind: string | null }) => string;
};
/** What the catalogue calls things, in the chosen language; an unknown one is shown by its id. */
export function useNames(): Names {
  const { t } = useTranslation();
  const language = useLanguage();
  const content = useCatalogue().data?.content;
  const find = (list: readonly Pick<Named, 'id' | 'name'>[] | undefined, id: string) =>
    list === undefined ? '…' : (list.findLast((one) => one.id === id)?.name[language] ?? id);
  return {
    contract: ({ item, kind }) => (kind === null ? find(content?.items, item) : find(content?.kinds, kind)),
    subject: (id) => (id === SERVICE ? t('contracts.theService') : find(content?.options, id)),
    kind: (id) => (id === null ? t('contracts.noKind') : find(content?.kinds, id)),
    item: (id) => find(content?.items, id),
  };
}

/** Of what is effective-dated, that which holds on a day. */
export function holdsOn<T extends { readonly from: string; readonly until?: string }>(
  list: readonly T[],
  day: string,
): readonly T[] {
  return list.filter((one) => one.from <= day && (one.until === undefined || day <= one.until));
}

export const PHASE_TONE: Readonly<Record<ContractPhase, Tone>> = {
  applied: 'active',
  quoted: 'active',
  accepted: 'active',
  in_force: 'good',
  ending: 'warning',
  ended: 'quiet',
  lapsed: 'quiet',
  refused: 'bad',
  withdrawn: 'quiet',
};
