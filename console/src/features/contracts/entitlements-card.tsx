import { Text } from '@mantine/core';
import type { Entitlements } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { Because } from '../../shared/because.tsx';
import { Day } from '../../shared/day.tsx';
import { Section } from '../../shared/page.tsx';
import { Status, type Tone } from '../../shared/status.tsx';

const FUNCTIONS = ['enroll', 'control', 'configure', 'observe', 'distribute_apps', 'container', 'desk'] as const;
const TONE: Readonly<Record<Entitlements['state'], Tone>> = {
  none: 'quiet',
  waiting: 'active',
  in_force: 'good',
  readable: 'warning',
  closed: 'bad',
};

/** What the contracts let the contractor do today, and why. */
export function EntitlementsCard({ entitlements }: { entitlements: Entitlements }) {
  const { t } = useTranslation();
  return (
    <Section
      title={t('contracts.entitlements')}
      aside={<Status tone={TONE[entitlements.state]}>{t(`contracts.entitlementState.${entitlements.state}`)}</Status>}
    >
      <dl className="facts">
        {FUNCTIONS.map((one) => (
          <FunctionRow key={one} label={t(`contracts.function.${one}`)} given={entitlements.functions.includes(one)} />
        ))}
        {entitlements.deskDevices === null ? null : (
          <>
            <dt>{t('contracts.deskDevices')}</dt>
            <dd>{t('contracts.devices', { count: entitlements.deskDevices })}</dd>
          </>
        )}
        {entitlements.readableUntil === null ? null : (
          <>
            <dt>{t('contracts.notices.readableUntil')}</dt>
            <dd>
              <Day on={entitlements.readableUntil} />
            </dd>
          </>
        )}
      </dl>
      <Text size="sm" fw={600} mt="sm" mb={6}>
        {t('contracts.because')}
      </Text>
      <Because reasons={entitlements.because} />
    </Section>
  );
}

function FunctionRow({ label, given }: { label: string; given: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <Status tone={given ? 'good' : 'quiet'}>{given ? t('contracts.given') : t('contracts.notGiven')}</Status>
      </dd>
    </>
  );
}
