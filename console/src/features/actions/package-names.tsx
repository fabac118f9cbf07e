import { TagsInput, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { isPackageName } from './params.ts';

const MOST = 50;
type Props = {
  readonly value: readonly string[];
  readonly device?: { readonly contractorId: string; readonly deviceId: string };
  readonly onChange: (value: readonly string[]) => void;
};

/** Apps by their package names: of one device chosen from what it reported, of many typed in. */
export function PackageNames({ value, device, onChange }: Props) {
  const { t } = useTranslation();
  const bad = value.find((name) => !isPackageName(name));
  const error = bad === undefined ? undefined : t('actionParam.packageNameWrong', { name: bad });
  return device === undefined ? (
    <Typed error={error} onChange={onChange} />
  ) : (
    <Chosen value={value} error={error} device={device} onChange={onChange} />
  );
}

type ChosenProps = Required<Props> & { readonly error: string | undefined };
function Chosen({ value, error, device, onChange }: ChosenProps) {
  const { t } = useTranslation();
  const apps = useQuery({
    queryKey: ['device-apps', device.contractorId, device.deviceId],
    queryFn: () => call('listDeviceApps', { params: device }),
  });
  const names = [...new Set((apps.data?.items ?? []).map(({ identifier }) => identifier))].filter(isPackageName);
  return (
    <TagsInput
      label={t('actionParam.packageNames')}
      description={t('actionParam.packageNamesHint')}
      required
      error={error}
      maxTags={MOST}
      data={names}
      limit={50}
      renderOption={({ option }) => {
        const app = apps.data?.items.find(({ identifier }) => identifier === option.value);
        return app?.name === null || app === undefined ? option.value : `${app.name} (${option.value})`;
      }}
      value={[...value]}
      onChange={onChange}
    />
  );
}

function Typed({ error, onChange }: Pick<ChosenProps, 'error' | 'onChange'>) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  return (
    <Textarea
      label={t('actionParam.packageNames')}
      description={t('actionParam.packageNamesTyped')}
      required
      error={error}
      autosize
      minRows={2}
      maxRows={8}
      spellCheck={false}
      value={text}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        const names = next.split(/\s+/).filter((name) => name !== '');
        onChange([...new Set(names)].slice(0, MOST));
      }}
    />
  );
}
