/**
 * Whether 13 digits are a corporate number (法人番号): the first is a check digit over the other twelve,
 * 9 − (Σ digit × weight mod 9) with weights 1, 2, 1, 2 … from the right.
 */
export function isCorporateNumber(text: string): boolean {
  if (!/^\d{13}$/.test(text)) return false;
  const [check, ...digits] = [...text].map(Number);
  const sum = digits.reverse().reduce((total, digit, i) => total + digit * (i % 2 === 0 ? 1 : 2), 0);
  return check === 9 - (sum % 9);
}
