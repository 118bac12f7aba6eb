/**
 * Durations as people write them in strategies: `500ms`, `30s`, `5m`, `1h`; a bare number is seconds.
 *
 * Units may be joined (`1m30s`), each once, in falling order. Bounded at 366 days, so that a sum with
 * a point in time stays a point in time.
 */
const FORM = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
const BARE = /^\d+(?:\.\d+)?$/;
const UNIT_MS = [3_600_000, 60_000, 1_000, 1] as const;
const LONGEST_MS = 366 * 24 * 3_600_000;

/** Milliseconds; undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (text === '' || text.length > 40) return undefined;
  if (BARE.test(text)) return bounded(Number(text) * 1_000);
  const match = FORM.exec(text);
  if (match === null) return undefined;
  return bounded(UNIT_MS.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0));
}

function bounded(milliseconds: number): number | undefined {
  return milliseconds <= LONGEST_MS ? Math.round(milliseconds) : undefined;
}

/** The shortest text that `parseDuration` reads back to the same milliseconds: `90s` becomes `1m30s`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.max(0, Math.round(milliseconds));
  if (rest === 0) return '0s';
  let text = '';
  for (const [index, suffix] of ['h', 'm', 's', 'ms'].entries()) {
    const unit = UNIT_MS[index] ?? 1;
    const whole = Math.floor(rest / unit);
    if (whole > 0) text += `${whole}${suffix}`;
    rest -= whole * unit;
  }
  return text;
}
