import { Box, Button, Code, Group, Select, Stack, Table, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { useNoteText } from '../../shared/codes.ts';
import { notify } from '../../shared/notify.ts';
import { Section } from '../../shared/page.tsx';
import { PLATFORM } from '../../shared/platforms.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import type { DevicePart } from '../device/observed.tsx';
import { Consequences } from './ask-action.tsx';
import { type RawLanguage, TEMPLATES } from './raw-templates.ts';

type RawCommand = Output<'listRawCommands'>['items'][number];

/** For experts: one command of the platform's catalogue in its own language, checked before it can be sent. */
export function RawCommand({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const commands = useQuery({
    queryKey: ['raw-commands', contractorId, device.deviceId],
    queryFn: () => call('listRawCommands', { params: { contractorId, deviceId: device.deviceId } }),
    staleTime: 300_000,
  });
  const language = PLATFORM[device.platform].raw;
  if (language === undefined) return null;
  return (
    <Section title={t('raw.title')}>
      <Text size="sm" mb="md">
        {t(`raw.${language}`)}
      </Text>
      <QueryStates query={commands}>
        {({ items }) => <Editor language={language} commands={items} device={device} contractorId={contractorId} />}
      </QueryStates>
    </Section>
  );
}

type EditorProps = DevicePart & { readonly language: RawLanguage; readonly commands: readonly RawCommand[] };
function Editor({ language, commands, device, contractorId }: EditorProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/c/$contractorId/devices/$deviceId' });
  const [chosen, setChosen] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const params = { contractorId, deviceId: device.deviceId };
  const check = useMutation({
    mutationFn: () => call('previewAction', { params, body: { type: 'raw', params: { [language]: text } } }),
  });
  const send = useMutation({
    mutationFn: () =>
      call('askAction', { params, body: { type: 'raw', params: { [language]: text }, reason: reason.trim() } }),
    onSuccess: async () => {
      notify(t('actions.asked'));
      await client.invalidateQueries({ queryKey: ['device-actions', contractorId, device.deviceId] });
      await navigate({ search: { tab: 'actions' } });
    },
  });
  const command = commands.find((one) => one.requestType === chosen);
  return (
    <Stack>
      <Group align="end" display={commands.length === 0 ? 'none' : 'flex'}>
        <Select
          label={t('raw.command')}
          placeholder={t('raw.commandPlaceholder')}
          searchable
          clearable
          flex="1 1 16rem"
          data={commands.map((one) => ({
            value: one.requestType,
            label: one.possible ? one.requestType : `${one.requestType} ${t('raw.notPossible')}`,
          }))}
          value={chosen}
          onChange={setChosen}
        />
        <Button
          variant="default"
          disabled={command === undefined}
          onClick={() => {
            if (command !== undefined) setText(TEMPLATES[language](command));
            check.reset();
          }}
        >
          {t('raw.insert')}
        </Button>
      </Group>
      {command === undefined ? null : <Keys command={command} />}
      <Textarea
        label={t(`actionParam.${language}`)}
        required
        autosize
        minRows={10}
        maxRows={24}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          check.reset();
        }}
      />
      <Group>
        <Button
          variant="default"
          disabled={text.trim() === ''}
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          {t('raw.check')}
        </Button>
      </Group>
      <ProblemAlert error={check.error} />
      {check.data === undefined ? null : (
        <>
          <Consequences assessment={check.data} />
          {check.data.possible ? (
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (reason.trim() !== '') send.mutate();
              }}
            >
              <Stack>
                <Textarea
                  label={t('common.reason')}
                  description={t('common.reasonHint')}
                  required
                  maxLength={1000}
                  value={reason}
                  onChange={(event) => setReason(event.currentTarget.value)}
                />
                <ProblemAlert error={send.error} />
                <Group justify="flex-end">
                  <Button type="submit" color="red.9" disabled={reason.trim() === ''} loading={send.isPending}>
                    {t('raw.send')}
                  </Button>
                </Group>
              </Stack>
            </form>
          ) : null}
        </>
      )}
    </Stack>
  );
}

function Keys({ command }: { command: RawCommand }) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  return (
    <Box>
      {command.refusal === null ? null : (
        <Text size="sm" style={{ color: 'var(--tsukasa-bad)' }}>
          {noteText(command.refusal)}
        </Text>
      )}
      {command.keys.length === 0 ? null : (
        <Table aria-label={t('raw.keys')} maw={640}>
          <Table.Tbody>
            {command.keys.map((key) => (
              <Table.Tr key={key.name}>
                <Table.Td>
                  <Code>{key.name}</Code>
                </Table.Td>
                <Table.Td>{key.type}</Table.Td>
                <Table.Td>{key.required ? t('raw.required') : ''}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Box>
  );
}
