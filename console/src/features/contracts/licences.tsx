import { Alert, Box, Button, Checkbox, Group, Modal, ScrollArea, Stack, Text } from '@mantine/core';
import { IconSignature } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { LicenceToAgree } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { useCloseLabel } from '../../shared/confirm-danger.tsx';
import { Day } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { useLanguage } from '../../shared/format.ts';
import { notify } from '../../shared/notify.ts';
import { Section } from '../../shared/page.tsx';
import { Status } from '../../shared/status.tsx';
import { useNames } from './names.ts';
import { useRefreshContracts } from './refresh.ts';

type Props = { contractorId: string; licences: readonly LicenceToAgree[] };

/** Licence documents that the contracts need (Art. 7, 8-3, 9-2): to be read and agreed to, or who agreed when. */
export function Licences({ contractorId, licences }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = useNames();
  const may = useCan(contractorId)('contracts.apply');
  const [reading, setReading] = useState<LicenceToAgree>();
  if (licences.length === 0) return null;
  return (
    <Section title={t('contracts.licences')}>
      <Stack gap="sm">
        {licences.map((licence) => (
          <Group key={`${licence.document} ${licence.version}`} justify="space-between" gap="sm">
            <Box flex="1 1 16rem">
              <Text size="sm" fw={600}>
                {licence.title[language]}
              </Text>
              <span className="age">
                {t('contracts.version', { version: licence.version })}
                {licence.neededFor.map((one) => ` · ${one.contractNumber} ${names.subject(one.subject)}`)}
              </span>
              {licence.agreedOn === null ? (
                <Status tone="warning">{t('contracts.licence.waits')}</Status>
              ) : (
                <Status tone="good">
                  {t('contracts.licence.agreed', { name: licence.agreedBy ?? '' })} <Day on={licence.agreedOn} />
                </Status>
              )}
            </Box>
            <Button
              size="sm"
              variant={licence.agreedOn === null && may ? 'filled' : 'default'}
              leftSection={<IconSignature size={16} aria-hidden />}
              aria-label={`${licence.agreedOn === null && may ? t('contracts.licence.readAndAgree') : t('contracts.licence.read')}: ${licence.title[language]}`}
              onClick={() => setReading(licence)}
            >
              {licence.agreedOn === null && may ? t('contracts.licence.readAndAgree') : t('contracts.licence.read')}
            </Button>
          </Group>
        ))}
      </Stack>
      {reading === undefined ? null : reading.agreedOn === null && may ? (
        <Agree contractorId={contractorId} licence={reading} onClose={() => setReading(undefined)} />
      ) : (
        <Read licence={reading} onClose={() => setReading(undefined)} />
      )}
    </Section>
  );
}

function LicenceText({ licence }: { licence: LicenceToAgree }) {
  const language = useLanguage();
  const { t } = useTranslation();
  return (
    <>
      <ScrollArea.Autosize
        mah="50vh"
        type="auto"
        className="card"
        viewportProps={{ tabIndex: 0, role: 'document', 'aria-label': licence.title[language] }}
      >
        <Text size="sm" p="md" style={{ whiteSpace: 'pre-line' }}>
          {licence.text[language]}
        </Text>
      </ScrollArea.Autosize>
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {t('contracts.version', { version: licence.version })} · SHA-256 {licence.sha256}
      </Text>
    </>
  );
}

function Agree({
  contractorId,
  licence,
  onClose,
}: {
  contractorId: string;
  licence: LicenceToAgree;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefreshContracts();
  const [read, setRead] = useState(false);
  const agree = useMutation({
    mutationFn: () =>
      call('agreeToLicence', {
        params: { contractorId, document: licence.document },
        body: { version: licence.version, sha256: licence.sha256 },
      }),
    onSuccess: async () => {
      await refresh();
      notify(t('contracts.licence.thanks'));
      onClose();
    },
  });
  return (
    <FormModal
      title={licence.title[language]}
      submit={t('contracts.licence.agree')}
      size="xl"
      busy={agree.isPending}
      ready={read}
      error={agree.error}
      onSubmit={() => agree.mutate()}
      onClose={onClose}
    >
      <LicenceText licence={licence} />
      <Alert color="blue">{t('contracts.licence.binding')}</Alert>
      <Checkbox
        label={t('contracts.licence.confirm')}
        checked={read}
        onChange={(event) => setRead(event.currentTarget.checked)}
      />
    </FormModal>
  );
}

function Read({ licence, onClose }: { licence: LicenceToAgree; onClose: () => void }) {
  const language = useLanguage();
  return (
    <Modal opened onClose={onClose} title={licence.title[language]} size="xl" closeButtonProps={useCloseLabel()}>
      <Stack>
        <LicenceText licence={licence} />
      </Stack>
    </Modal>
  );
}
