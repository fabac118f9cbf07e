import { Text } from '@mantine/core';
import type { Action } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { useNoteText } from '../../shared/codes.ts';
import { TimeAgo } from '../../shared/time.tsx';
import { isOpen } from './state.ts';

/** Where an action stands: each step with its time, and the one that it waits for, named. */
export function ActionSteps({ action }: { action: Action }) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  const open = isOpen(action.state);
  return (
    <ol className="steps" aria-label={t('actions.steps')}>
      {action.steps.map((step) => {
        const waiting = open && step.step === action.waitingFor;
        const state = step.at !== null ? 'done' : waiting ? 'waiting' : open ? 'later' : 'missed';
        return (
          <li key={step.step} data-state={state} aria-current={waiting ? 'step' : undefined}>
            <b>{t(`actionStep.${step.step}`)}</b>
            <Text component="span" size="xs" c="dimmed" display="block">
              {step.at !== null ? (
                <TimeAgo at={step.at} />
              ) : waiting ? (
                `${t('actions.waiting')}…`
              ) : open ? (
                '–'
              ) : (
                t('actions.notReached')
              )}
            </Text>
            {step.detail === null ? null : (
              <Text component="span" size="xs" display="block">
                {noteText(step.detail)}
              </Text>
            )}
          </li>
        );
      })}
    </ol>
  );
}
