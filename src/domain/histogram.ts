/**
 * Latency as a log-linear histogram: 16 sub-buckets per power of two of microseconds.
 *
 * A duration falls into one of 512 cells, each at most 6.25 % wide, from 1 µs to over 30 minutes.
 * Histograms of several processes, revisions or windows merge by adding cell by cell, which is why
 * the edge counts cells and never quantiles: quantiles cannot be merged. Counts are doubles, exact
 * to 2^53. The sparse form ([cell, count] pairs, ascending) is what travels and what is stored.
 */
export const HISTOGRAM_CELLS = 512;

export type SparseHistogram = [cell: number, count: number][];

/** The cell of a duration in microseconds; negative and fractional values are floored, too long ones fall into the last cell. */
export function histogramCell(microseconds: number): number {
  const whole = microseconds < 0 ? 0 : microseconds > 0xffffffff ? 0xffffffff : microseconds >>> 0;
  if (whole < 16) return whole;
  const exponent = 31 - Math.clz32(whole);
  const cell = ((exponent - 3) << 4) + ((whole >>> (exponent - 4)) & 15);
  return cell < HISTOGRAM_CELLS ? cell : HISTOGRAM_CELLS - 1;
}

/** The smallest duration of a cell, in microseconds. */
export function cellFloor(cell: number): number {
  if (cell < 16) return cell;
  const exponent = (cell >>> 4) + 3;
  return (16 + (cell & 15)) * 2 ** (exponent - 4);
}

/** The first duration above a cell, in microseconds. */
export function cellCeiling(cell: number): number {
  return cellFloor(cell + 1);
}

export function emptyHistogram(): Float64Array {
  return new Float64Array(HISTOGRAM_CELLS);
}

/** Adds pairs to dense cells, in place. Cells outside the histogram are ignored: they can only come from a newer form. */
export function addToHistogram(into: Float64Array, sparse: SparseHistogram): void {
  for (const [cell, count] of sparse) {
    if (cell >= 0 && cell < into.length) into[cell] = (into[cell] ?? 0) + count;
  }
}

export function toSparse(cells: Float64Array): SparseHistogram {
  const sparse: SparseHistogram = [];
  for (let cell = 0; cell < cells.length; cell += 1) {
    const count = cells[cell] ?? 0;
    if (count !== 0) sparse.push([cell, count]);
  }
  return sparse;
}

/** Cell-wise sum of any number of histograms; commutative and associative. */
export function mergeHistograms(...histograms: SparseHistogram[]): SparseHistogram {
  const cells = emptyHistogram();
  for (const histogram of histograms) addToHistogram(cells, histogram);
  return toSparse(cells);
}

/**
 * `later` minus `earlier`, for two readings of one cumulative histogram.
 * A cell that went down means that the counter began anew; it then counts from zero.
 */
export function subtractHistogram(later: SparseHistogram, earlier: SparseHistogram): SparseHistogram {
  const before = new Map(earlier);
  const difference: SparseHistogram = [];
  for (const [cell, count] of later) {
    const old = before.get(cell) ?? 0;
    const rise = count >= old ? count - old : count;
    if (rise > 0) difference.push([cell, rise]);
  }
  return difference;
}

export function histogramCount(sparse: SparseHistogram): number {
  return sparse.reduce((sum, [, count]) => sum + count, 0);
}

/**
 * The quantile (0..1) in microseconds, linear within its cell; undefined without samples.
 * The error is at most the width of the cell: 6.25 %.
 */
export function histogramQuantile(sparse: SparseHistogram, quantile: number): number | undefined {
  const total = histogramCount(sparse);
  if (total <= 0) return undefined;
  const rank = Math.min(1, Math.max(0, quantile)) * total;
  const ordered = sparse.filter(([, count]) => count > 0).sort(([one], [other]) => one - other);
  let below = 0;
  for (const [cell, count] of ordered) {
    if (below + count >= rank) {
      const share = Math.max(0, rank - below) / count;
      return cellFloor(cell) + share * (cellCeiling(cell) - cellFloor(cell));
    }
    below += count;
  }
  const last = ordered.at(-1);
  return last === undefined ? undefined : cellCeiling(last[0]);
}

/** How many samples took longer than a limit in microseconds; the limit's own cell is shared out linearly. */
export function countAbove(sparse: SparseHistogram, microseconds: number): number {
  const limit = histogramCell(microseconds);
  let above = 0;
  for (const [cell, count] of sparse) {
    if (cell > limit) above += count;
    else if (cell === limit) {
      const width = cellCeiling(cell) - cellFloor(cell);
      above += count * Math.min(1, Math.max(0, (cellCeiling(cell) - microseconds) / width));
    }
  }
  return above;
}
