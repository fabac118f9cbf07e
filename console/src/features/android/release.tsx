import { Button, Radio, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { FormModal } from '../../shared/form-modal.tsx';
import { notify } from '../../shared/notify.ts';
import { Section } from '../../shared/page.tsx';
import type { BindingPart } from './binding-page.tsx';
import { useKeepBinding } from './use-binding.ts';

const HOW = ['delete', 'forget'] as const;

/** Gives the enterprise up: at Google too, or only here when Google refuses or has lost it. */
export function Release({ binding, contractorId }: BindingPart) {
  const { t } = useTranslation();
  const keep = useKeepBinding(contractorId);
  const [open, setOpen] = useState(false);
  const [how, setHow] = useState<(typeof HOW)[number]>(binding.state === 'lost' ? 'forget' : 'delete');
  const [reason, setReason] = useState('');
  const release = useMutation({
    mutationFn: () =>
      call('releaseAndroidEnterprise', { params: { contractorId }, body: { how, reason: reason.trim() } }),
    onSuccess: (next) => {
      keep(next);
      setOpen(false);
      notify(t('android.released'));
    },
  });
  return (
    <Section title={t('android.release')}>
      <Text size="sm" mb="sm">
        {t(`android.howText.${how}`)}
      </Text>
      <Button color="red.9" onClick={() => setOpen(true)}>
        {t('android.release')}
      </Button>
      {open ? (
        <FormModal
          title={t('android.releaseTitle')}
          submit={t('android.release')}
          danger
          busy={release.isPending}
          ready={reason.trim() !== ''}
          error={release.error}
          onSubmit={() => release.mutate()}
          onClose={() => setOpen(false)}
        >
          <Radio.Group
            label={t('android.releaseHow')}
            value={how}
            onChange={(value) => setHow(value === 'forget' ? 'forget' : 'delete')}
          >
            <Stack gap="xs" mt="xs">
              {HOW.map((one) => (
                <Radio
                  key={one}
                  value={one}
                  label={t(`android.how.${one}`)}
                  description={t(`android.howText.${one}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Textarea
            label={t('common.reason')}
            description={t('common.reasonHint')}
            required
            maxLength={1000}
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </FormModal>
      ) : null}
    </Section>
  );
}
