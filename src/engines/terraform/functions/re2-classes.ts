/** Character classes of RE2: sets of code points with an ASCII table for speed. */
export type CharacterTest = (code: number) => boolean;
export type Ranges = readonly (readonly [number, number])[];

const DIGIT: Ranges = [[48, 57]];
const LOWER: Ranges = [[97, 122]];
const UPPER: Ranges = [[65, 90]];
const ALPHA: Ranges = [...UPPER, ...LOWER];
const ALNUM: Ranges = [...DIGIT, ...ALPHA];
const WORD: Ranges = [...ALNUM, [95, 95]];

export const PERL_CLASSES: Record<string, Ranges> = { d: DIGIT, w: WORD, s: [[9, 10], [12, 13], [32, 32]] };

export const POSIX_CLASSES: Record<string, Ranges> = {
  alnum: ALNUM,
  alpha: ALPHA,
  ascii: [[0, 127]],
  blank: [[9, 9], [32, 32]],
  cntrl: [[0, 31], [127, 127]],
  digit: DIGIT,
  graph: [[33, 126]],
  lower: LOWER,
  print: [[32, 126]],
  punct: [[33, 47], [58, 64], [91, 96], [123, 126]],
  space: [[9, 13], [32, 32]],
  upper: UPPER,
  word: WORD,
  xdigit: [[48, 57], [65, 70], [97, 102]],
};

const GENERAL_CATEGORY = /^(C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/;

/** `\p{name}`: a general category or a script; undefined when there is no such one. */
export function propertyTest(name: string): CharacterTest | undefined {
  if (name === 'Any') return () => true;
  if (!/^[A-Za-z_]+$/.test(name)) return undefined;
  try {
    const pattern = new RegExp(GENERAL_CATEGORY.test(name) ? `^\\p{${name}}$` : `^\\p{Script=${name}}$`, 'u');
    return (code) => pattern.test(String.fromCodePoint(code));
  } catch {
    return undefined;
  }
}

/** Whether a code point is a letter, digit or underscore of ASCII: what `\b` looks at. */
export function isWordCode(code: number | undefined): boolean {
  return code !== undefined && (code === 95 || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122));
}

/** The other cases of a code point: `k`, `K` and the Kelvin sign are one letter. */
function foldsOf(code: number): number[] {
  const character = String.fromCodePoint(code);
  const folds = new Set([code]);
  for (const other of [character.toLowerCase(), character.toUpperCase(), character.toUpperCase().toLowerCase()]) {
    if ([...other].length === 1) folds.add(other.codePointAt(0) ?? code);
  }
  if (code === 0x6b || code === 0x4b) folds.add(0x212a);
  if (code === 0x73 || code === 0x53) folds.add(0x17f);
  return [...folds];
}

/** A set of ranges and tests, perhaps negated, perhaps without regard to case. */
export function classSet(ranges: Ranges, tests: readonly CharacterTest[], negated: boolean, fold: boolean): CharacterTest {
  const contains = (code: number): boolean => ranges.some(([low, high]) => code >= low && code <= high) || tests.some((test) => test(code));
  const matches = (code: number): boolean => (fold ? foldsOf(code).some(contains) : contains(code)) !== negated;
  const [only, second] = ranges;
  if (only !== undefined && second === undefined && tests.length === 0 && !negated && !fold) return only[0] === only[1] ? (code) => code === only[0] : (code) => code >= only[0] && code <= only[1];
  const table = Uint8Array.from({ length: 128 }, (_, code) => (matches(code) ? 1 : 0));
  return (code) => (code < 128 ? table[code] === 1 : matches(code));
}
