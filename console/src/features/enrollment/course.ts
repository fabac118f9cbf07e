import type { EnrollmentOption, ManagementMode, Platform, UsageMode } from '@tsukasa/api';

/** What somebody has answered so far about the device to be invited. */
export type Answers = {
  readonly platform?: Platform;
  readonly usageMode?: UsageMode;
  /** May it be used privately? */
  readonly personal?: boolean;
  /** Does a person work with it, or does it serve a purpose? */
  readonly purpose?: 'person' | 'place';
};
/** What is still to be asked, and what the answers lead to. Only what the platform has is asked. */
export type Course = {
  readonly usageModes: readonly UsageMode[];
  readonly asksPersonal: boolean;
  readonly asksPurpose: boolean;
  /** What the answers lead to, once they are enough. */
  readonly choice: { readonly usageMode: UsageMode; readonly managementMode: ManagementMode } | undefined;
};

/** From plain answers to the modes of the contract, by what each option of the server has. Pure. */
export function courseOf(options: readonly EnrollmentOption[], answers: Answers): Course {
  const own = options.filter(({ platform }) => platform === answers.platform);
  const usageModes = own.map(({ usageMode }) => usageMode);
  const modes = own.find(({ usageMode }) => usageMode === answers.usageMode)?.managementModes ?? [];
  const workOnly = modes.filter((mode) => mode !== 'work-profile');
  const asksPersonal = modes.includes('work-profile') && workOnly.length > 0;
  const asksPurpose =
    workOnly.includes('dedicated') && workOnly.length > 1 && (!asksPersonal || answers.personal === false);
  const rest = { usageModes, asksPersonal, asksPurpose };
  return { ...rest, choice: choiceOf(modes, answers, rest) };
}

function choiceOf(
  modes: readonly ManagementMode[],
  { usageMode, personal, purpose }: Answers,
  { asksPersonal, asksPurpose }: Pick<Course, 'asksPersonal' | 'asksPurpose'>,
): Course['choice'] {
  if (usageMode === undefined || (asksPersonal && personal === undefined)) return undefined;
  if (asksPurpose && purpose === undefined) return undefined;
  const managementMode = modes.find((mode) => {
    if (asksPersonal && (mode === 'work-profile') !== personal) return false;
    return !asksPurpose || (mode === 'dedicated') === (purpose === 'place');
  });
  return managementMode === undefined ? undefined : { usageMode, managementMode };
}
