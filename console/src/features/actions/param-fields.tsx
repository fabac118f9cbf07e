import { Checkbox, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { ACTION_PARAMS, type ActionType } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { PackageNames } from './package-names.tsx';
import { type ActionValues, FLAGS, type FlagParam, problemsOf, TEXTS, type TextParam } from './params.ts';
import { WipeMethods } from './wipe-methods.tsx';

const OBLITERATION = ['Default', 'DoNotObliterate', 'ObliterateWithWarning', 'Always'] as const;
const LENGTHS: Readonly<Record<TextParam, number>> = {
  message: 1000,
  phoneNumber: 40,
  email: 254,
  streetAddress: 500,
  footnote: 200,
  name: 100,
  pin: 6,
  passcode: 64,
  wipeMessage: 200,
};
const LONG: ReadonlySet<TextParam> = new Set(['message', 'streetAddress', 'wipeMessage']);

type Props = {
  readonly type: ActionType;
  readonly options: readonly string[];
  readonly required: readonly string[];
  readonly values: ActionValues;
  /** Of which device the apps are offered; without one, package names are typed. */
  readonly device?: { readonly contractorId: string; readonly deviceId: string };
  /** Ways of wiping that the device has, where it is known. */
  readonly wipeMethods?: readonly unknown[] | undefined;
  readonly onChange: (values: ActionValues) => void;
};

/** One field for each parameter that this device understands. */
export function ParamFields({ type, options, required, values, device, wipeMethods, onChange }: Props) {
  const { t } = useTranslation();
  const has = (name: string) => options.includes(name) && Object.hasOwn(ACTION_PARAMS[type].properties, name);
  const set = <K extends keyof ActionValues>(name: K, value: ActionValues[K]) => onChange({ ...values, [name]: value });
  return (
    <Stack gap="sm">
      {has('wipeMethod') ? (
        <WipeMethods value={values.wipeMethod} available={wipeMethods} onChange={(value) => set('wipeMethod', value)} />
      ) : null}
      {has('packageNames') ? (
        <PackageNames
          value={values.packageNames ?? []}
          {...(device === undefined ? {} : { device })}
          onChange={(value) => set('packageNames', value)}
        />
      ) : null}
      {TEXTS.filter(has).map((name) => (
        <TextParamField
          key={name}
          name={name}
          required={required.includes(name)}
          value={values[name] ?? ''}
          onChange={(value) => set(name, value)}
        />
      ))}
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
      {FLAGS.filter(has).map((name: FlagParam) => (
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

type TextProps = {
  readonly name: TextParam;
  readonly required: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
};
function TextParamField({ name, required, value, onChange }: TextProps) {
  const { t } = useTranslation();
  const common = { label: t(`actionParam.${name}`), required, maxLength: LENGTHS[name], value };
  if (LONG.has(name)) {
    return <Textarea {...common} autosize minRows={2} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  const wrong = problemsOf({ [name]: value }, []).has(name);
  const finished = name !== 'pin' || value.length === LENGTHS.pin;
  const hints = { pin: t('actionParam.pinHint'), passcode: t('actionParam.passcodeHint') };
  const problems = { pin: t('actionParam.sixDigits'), passcode: t('actionParam.passcodeWrong') };
  const secret = name === 'pin' || name === 'passcode' ? name : undefined;
  return (
    <TextInput
      {...common}
      description={secret === undefined ? undefined : hints[secret]}
      error={secret !== undefined && wrong && finished ? problems[secret] : undefined}
      inputMode={name === 'pin' ? 'numeric' : name === 'phoneNumber' ? 'tel' : name === 'email' ? 'email' : 'text'}
      autoComplete="off"
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
