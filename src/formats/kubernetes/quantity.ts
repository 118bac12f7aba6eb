/**
 * Quantities of Kubernetes, exactly: `100m`, `1Gi`, `1e3`, `.5`, `128974848`.
 *
 * The grammar is that of apimachinery's `resource.Quantity`: a signed number with at most one suffix, which is
 * binary (`Ki` ... `Ei`), decimal (`n u m k M G T P E`, or none) or an exponent (`e3`, `E-2`). `1E` is an exa, and
 * `1E3` a thousand. Nothing is rounded here; the server rounds up what is finer than a billionth.
 */
import { Decimal } from '../../domain/money.ts';

const FORM = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d{1,2}))?$/;
const DECIMAL_POWERS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = 'KMGTPE';
const KIBI = new Decimal(1024n, 0);
const LONGEST = 40;

/** Undefined for what is no quantity. A number is what YAML or JSON made of a bare `1` or `0.5`. */
export function parseQuantity(given: unknown): Decimal | undefined {
  if (typeof given === 'number') return Decimal.of(given);
  if (typeof given !== 'string' || given.length > LONGEST) return undefined;
  const [, sign = '', digits, binary, power, exponent = '0'] = FORM.exec(given) ?? [];
  if (digits === undefined) return undefined;
  const scale = power === undefined ? Number(exponent) : (DECIMAL_POWERS[power] ?? 0);
  const value = Decimal.parse(`${sign}${digits.startsWith('.') ? '0' : ''}${digits.replace(/\.$/, '')}e${scale}`);
  if (value === undefined || binary === undefined) return value;
  let bytes = value;
  for (let step = BINARY.indexOf(binary.charAt(0)); step >= 0; step -= 1) bytes = bytes.times(KIBI);
  return bytes;
}
