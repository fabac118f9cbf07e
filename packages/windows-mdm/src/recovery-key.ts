/** A BitLocker recovery password: eight groups of six digits, each divisible by 11 with a quotient that fits 16 bits. */
export function isRecoveryPassword(text: string): boolean {
  const groups = text.split('-');
  return groups.length === 8 && groups.every((group) => /^[0-9]{6}$/.test(group) && isGroup(Number(group)));
}

function isGroup(value: number): boolean {
  return value % 11 === 0 && value < 11 * 65_536;
}

const PROTECTOR = /^\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?$/;

/** The id of a protector as the recovery screen shows it: upper case, without braces; undefined for what is none. */
export function protectorId(text: string): string | undefined {
  return PROTECTOR.exec(text.trim())?.[1]?.toUpperCase();
}

/** `C:`; undefined for what is no letter of a volume. */
export function volumeLetter(text: string): string | undefined {
  const match = /^([A-Za-z]):\\?$/.exec(text.trim());
  return match?.[1] === undefined ? undefined : `${match[1].toUpperCase()}:`;
}
