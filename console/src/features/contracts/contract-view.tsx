import { Alert, Button, Group, Menu, Stack } from '@mantine/core';
import { IconChevronDown, IconInfoCircle } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Contract, ContractFact, SubjectState } from '@tsukasa/api';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { Day, DayInput } from '../../shared/day.tsx';
import { Page } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { WhatIfSection } from '../billing/what-if.tsx';
import { ContractCharges } from './contract-charges.tsx';
import { ContractState, Options } from './contract-state.tsx';
import { CorrectFact } from './correct-fact.tsx';
import { CountForm } from './count-form.tsx';
import { SERVICE, useNames } from './names.ts';
import { NoticeForm, RecordNoticeForm } from './notice-form.tsx';
import {
  BillingStartForm,
  OneTimeFeeForm,
  PricesForm,
  WithdrawNotice,
  withoutBillingStart,
} from './provider-forms.tsx';
import { Timeline } from './timeline.tsx';

/** What somebody is doing with the contract in a dialog. */
type Doing =
  | { readonly what: 'notice' | 'record_notice'; readonly subject: string }
  | { readonly what: 'count'; readonly option: SubjectState }
  | { readonly what: 'billing_start' | 'prices' | 'one_time_fee' }
  | { readonly what: 'correct' | 'withdraw'; readonly fact: ContractFact };

type Props = {
  readonly contractorId: string;
  readonly contractId: string;
  /** The day that is looked at; today by the server's clock when absent. */
  readonly on: string | undefined;
  readonly onDay: (on: string | undefined) => void;
  /** Whose page it is: the provider's staff have other things to do with it than the contractor. */
  readonly side: 'own' | 'provider';
  readonly above: ReactNode;
  readonly applyForOptions: ((props: object) => ReactNode) | undefined;
};

/** One contract: its state on a day with the reasons, its options, its charges and the history that all of it follows from. */
export function ContractView(props: Props) {
  const { t } = useTranslation();
  const names = useNames();
  const { contractorId, contractId, on, side } = props;
  const [doing, setDoing] = useState<Doing>();
  const detail = useQuery({
    queryKey: ['contracts', contractorId, 'detail', contractId, on ?? 'today'],
    queryFn: () => call('getContract', { params: { contractorId, contractId }, query: { on } }),
    placeholderData: keepPreviousData,
  });
  const contract = detail.data?.contract;
  return (
    <Page
      title={
        contract === undefined ? t('contracts.contract') : `${contract.contractNumber} ${names.contract(contract)}`
      }
      text={side === 'provider' ? contract?.contractorName : undefined}
      above={props.above}
      actions={contract === undefined ? undefined : <Actions {...props} contract={contract} onDo={setDoing} />}
    >
      <DayInput
        maw={360}
        label={t('contracts.asOf')}
        description={t('contracts.asOfHint')}
        value={on ?? ''}
        onChange={(day) => props.onDay(/^\d{4}-\d{2}-\d{2}$/.test(day) ? day : undefined)}
      />
      <QueryStates query={detail}>
        {({ contract: known, facts }) => (
          <Stack gap="md">
            {on === undefined ? null : (
              <Alert color="blue" icon={<IconInfoCircle aria-hidden />}>
                {t('contracts.asOfNote')} <Day on={known.on} />{' '}
                <Button size="compact-xs" variant="default" onClick={() => props.onDay(undefined)}>
                  {t('contracts.toToday')}
                </Button>
              </Alert>
            )}
            <ContractState contract={known} />
            <Options
              options={known.options}
              actions={(option) => <OptionActions {...props} option={option} onDo={setDoing} />}
            />
            <ContractCharges key={known.contractId} contractorId={contractorId} contractId={contractId} on={known.on} />
            {known.inForce && on === undefined ? <WhatIfSection key={known.on} contract={known} /> : null}
            <History {...props} contract={known} facts={facts} onDo={setDoing} />
          </Stack>
        )}
      </QueryStates>
      {contract === undefined || doing === undefined ? null : (
        <Dialog contract={contract} side={side} doing={doing} onClose={() => setDoing(undefined)} />
      )}
    </Page>
  );
}

type DoProps = Props & { onDo: (doing: Doing) => void };

function History({
  contract,
  facts,
  onDo,
  ...props
}: DoProps & { contract: Contract; facts: readonly ContractFact[] }) {
  const can = useCan(props.contractorId);
  const may = props.side === 'provider' && can('provider.contracts.write');
  return (
    <Timeline
      contractorId={props.contractorId}
      facts={facts}
      on={contract.on}
      documents={can('provider.contracts.read')}
      onCorrect={may ? (fact) => onDo({ what: 'correct', fact }) : undefined}
      onWithdraw={may ? (fact) => onDo({ what: 'withdraw', fact }) : undefined}
    />
  );
}

const RUNNING: ReadonlySet<string> = new Set(['accepted', 'in_force', 'ending']);

function Actions({ contract, onDo, side, contractorId, applyForOptions }: DoProps & { contract: Contract }) {
  const { t } = useTranslation();
  const can = useCan(contractorId);
  if (!RUNNING.has(contract.phase)) return null;
  if (side === 'own') {
    return can('contracts.apply') ? (
      <>
        {applyForOptions === undefined ? null : (
          <Button variant="default" renderRoot={applyForOptions}>
            {t('contracts.addOption')}
          </Button>
        )}
        <Button variant="default" onClick={() => onDo({ what: 'notice', subject: SERVICE })}>
          {t('contracts.notice.title')}
        </Button>
      </>
    ) : null;
  }
  if (!can('provider.contracts.write')) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button rightSection={<IconChevronDown size={16} aria-hidden />}>{t('contracts.record')}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onDo({ what: 'record_notice', subject: SERVICE })}>
          {t('contracts.notice.record')}
        </Menu.Item>
        {withoutBillingStart(contract).length === 0 ? null : (
          <Menu.Item onClick={() => onDo({ what: 'billing_start' })}>{t('contracts.billingStart')}</Menu.Item>
        )}
        <Menu.Item onClick={() => onDo({ what: 'prices' })}>{t('contracts.prices')}</Menu.Item>
        <Menu.Item onClick={() => onDo({ what: 'one_time_fee' })}>{t('contracts.oneTimeFee')}</Menu.Item>
        {applyForOptions === undefined ? null : (
          <Menu.Item renderRoot={applyForOptions}>{t('contracts.addOption')}</Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function OptionActions({ option, onDo, side, contractorId }: DoProps & { option: SubjectState }) {
  const { t } = useTranslation();
  const names = useNames();
  const can = useCan(contractorId);
  const name = names.subject(option.subject);
  const counted = option.deviceCount !== null || option.comingCounts.length > 0;
  if (!RUNNING.has(option.phase) || !can(side === 'own' ? 'contracts.apply' : 'provider.contracts.write')) return null;
  return (
    <Group gap="xs">
      {counted ? (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`${t('contracts.count.title')}: ${name}`}
          onClick={() => onDo({ what: 'count', option })}
        >
          {t('contracts.count.title')}
        </Button>
      ) : null}
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`${t('contracts.notice.stopOption')}: ${name}`}
        onClick={() => onDo({ what: side === 'own' ? 'notice' : 'record_notice', subject: option.subject })}
      >
        {t('contracts.notice.stopOption')}
      </Button>
    </Group>
  );
}

type DialogProps = { contract: Contract; side: Props['side']; doing: Doing; onClose: () => void };
function Dialog({ contract, side, doing, onClose }: DialogProps) {
  switch (doing.what) {
    case 'notice':
      return <NoticeForm contract={contract} subject={doing.subject} onClose={onClose} />;
    case 'record_notice':
      return <RecordNoticeForm contract={contract} subject={doing.subject} onClose={onClose} />;
    case 'count':
      return <CountForm contract={contract} option={doing.option} side={side} onClose={onClose} />;
    case 'billing_start':
      return <BillingStartForm contract={contract} onClose={onClose} />;
    case 'prices':
      return <PricesForm contract={contract} onClose={onClose} />;
    case 'one_time_fee':
      return <OneTimeFeeForm contract={contract} onClose={onClose} />;
    case 'correct':
      return <CorrectFact contract={contract} fact={doing.fact} onClose={onClose} />;
    case 'withdraw':
      return <WithdrawNotice contract={contract} fact={doing.fact} onClose={onClose} />;
    default:
      return doing satisfies never;
  }
}
