const FORM = /^[1-9][0-9]{12}$/;

/**
 * Whether 13 digits are a 法人番号: the first is the check digit of the twelve that follow it, 9 − (Σ Pₙ × Qₙ mod 9), where
 * Pₙ is the n-th digit from the right and Qₙ is 1 for odd n and 2 for even n (法人番号の指定等に関する省令, Art. 2).
 */
export function isCorporateNumber(text: string): boolean {
  if (!FORM.test(text)) return false;
  const [check = 0, ...rest] = [...text].map(Number);
  const sum = rest.reverse().reduce((total, digit, at) => total + digit * (at % 2 === 0 ? 1 : 2), 0);
  return check === 9 - (sum % 9);
}
