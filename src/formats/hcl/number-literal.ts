/** Largest decimal exponent that HashiCorp's numbers (Go's big.Float, a binary exponent of 32 bits) can hold. */
const MOST_MAGNITUDE = 646456993;

/** Whether what the scanner took for a number is one: at most one dot, one exponent, and not too large. */
export function isNumberInRange(text: string): boolean {
  const match = /^(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return false;
  const exponent = match[3];
  if (exponent === undefined) return true;
  const whole = (match[1] ?? '').replace(/^0+/, '');
  const fraction = match[2] ?? '';
  if (whole === '' && /^0*$/.test(fraction)) return Number(exponent) <= Number.MAX_SAFE_INTEGER;
  const magnitude = whole === '' ? -(/^0*/.exec(fraction)?.[0].length ?? 0) : whole.length;
  return Number(exponent) + magnitude <= MOST_MAGNITUDE;
}
