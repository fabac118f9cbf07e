import type { Random } from '../apple-device/index.ts';

/** Eight groups of six digits, each a multiple of 11 below 720896: what BitLocker calls a numerical password. */
export function recoveryPassword(random: Random): string {
  return Array.from({ length: 8 }, () => String(random.integer(0, 65_535) * 11).padStart(6, '0')).join('-');
}
