import { Checkbox, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { ACTION_PARAMS, type ActionType } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';

const TEXTS = ['message', 'phoneNumber', 'footnote', 'name', 'pin'] as const;
const FLAGS = ['notifyUser', 'preserveDataPlan', 'disallowProximitySetup', 'returnToService'] as const;
const OBLITERATION = ['Default', 'DoNotObliterate', 'ObliterateWithWarning', 'Always'] as const;
type TextParam = (typeof TEXTS)[number];
type FlagParam = (typeof FLAGS)[number];
/** What the form holds; empty texts and unticked boxes are not sent. */
export type ActionValues = { readonly [K in TextParam | 'obliterationBehavior']?: string } & {
  readonly [K in FlagParam]?: boolean;
};
const LENGTHS: Readonly<Record<TextParam, number>> = {
  message: 1000,
  phoneNumber: 40,
  footnote: 200,
  name: 100,
  pin: 6,
};

export function paramsOf(values: ActionValues): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values)
      .map(([key, value]) => [key, typeof value === 'string' ? value.trim() : value] as const)
      .filter(([, value]) => value !== '' && value !== false && value !== undefined),
  );
}

/** The fields that are not right yet. */
export function problemsOf(values: ActionValues, required: readonly string[]): ReadonlySet<string> {
  const params = paramsOf(values);
  const wrong = new Set(required.filter((name) => params[name] === undefined));
  if (typeof params['pin'] === 'string' && !/^[0-9]{6}$/.test(params['pin'])) wrong.add('pin');
  return wrong;
}

type Props = {
  readonly type: ActionType;
  readonly options: readonly string[];
  readonly required: readonly string[];
  readonly values: ActionValues;
  readonly onChange: (values: ActionValues) => void;
};

/** One field for each parameter that this device understands. */
export function ParamFields({ type, options, required, values, onChange }: Props) {
  const { t } = useTranslation();
  const has = (name: string) => options.includes(name) && Object.hasOwn(ACTION_PARAMS[type].properties, name);
  const texts = TEXTS.filter(has);
  const flags = FLAGS.filter(has);
  if (texts.length === 0 && flags.length === 0 && !has('obliterationBehavior')) return null;
  const set = (name: keyof ActionValues, value: string | boolean) => onChange({ ...values, [name]: value });
  return (
    <Stack gap="sm">
      {texts.map((name) =>
        name === 'message' ? (
          <Textarea
            key={name}
            label={t(`actionParam.${name}`)}
            required={required.includes(name)}
            maxLength={LENGTHS[name]}
            autosize
            minRows={2}
            value={values[name] ?? ''}
            onChange={(event) => set(name, event.currentTarget.value)}
          />
        ) : (
          <TextInput
            key={name}
            label={t(`actionParam.${name}`)}
            description={name === 'pin' ? t('actionParam.pinHint') : undefined}
            error={
              name === 'pin' && (values.pin ?? '').length === 6 && problemsOf(values, []).has('pin')
                ? t('actionParam.sixDigits')
                : undefined
            }
            required={required.includes(name)}
            maxLength={LENGTHS[name]}
            inputMode={name === 'pin' ? 'numeric' : name === 'phoneNumber' ? 'tel' : 'text'}
            autoComplete="off"
            value={values[name] ?? ''}
            onChange={(event) => set(name, event.currentTarget.value)}
          />
        ),
      )}
      {has('obliterationBehavior') ? (
        <Select
          label={t('actionParam.obliterationBehavior')}
          placeholder={t('obliteration.Default')}
          clearable
          data={OBLITERATION.map((value) => ({ value, label: t(`obliteration.${value}`) }))}
          value={values.obliterationBehavior ?? null}
          onChange={(value) => set('obliterationBehavior', value ?? '')}
        />
      ) : null}
      {flags.map((name) => (
        <Checkbox
          key={name}
          label={t(`actionParam.${name}`)}
          checked={values[name] ?? false}
          onChange={(event) => set(name, event.currentTarget.checked)}
        />
      ))}
    </Stack>
  );
}
