/** What the lines of a resource say together: whether it is priced, in part, by usage, or unknown. */
import type { CostLine, CostStatus } from './cost-line.ts';

export function statusOfLines(lines: readonly CostLine[]): CostStatus {
  const fixed = lines.filter((line) => line.kind === 'fixed');
  const known = lines.filter((line) => line.monthly !== undefined);
  if (fixed.some((line) => line.monthly === undefined)) return known.length > 0 ? 'partly' : 'unknown';
  if (fixed.length > 0) return 'priced';
  if (lines.length === 0) return 'unknown';
  if (known.length === lines.length) return 'priced';
  if (lines.every((line) => line.monthly === undefined && line.price === undefined)) return 'unknown';
  return known.length > 0 ? 'partly' : 'usage';
}
