/** The little linear algebra that a forecast needs. */

export function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

/** Of a square, positive definite matrix, by Gauss and Jordan with the largest pivot. Throws when it has none. */
export function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const work = matrix.map((row, index) => [...row, ...Array.from({ length: size }, (_, column) => (column === index ? 1 : 0))]);
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) if (Math.abs(work[row]?.[column] ?? 0) > Math.abs(work[pivot]?.[column] ?? 0)) pivot = row;
    const chosen = work[pivot];
    const displaced = work[column];
    const size0 = chosen?.[column] ?? 0;
    if (chosen === undefined || displaced === undefined || Math.abs(size0) < 1e-12) throw new Error('the matrix has no inverse');
    work[pivot] = displaced;
    const scaled = chosen.map((value) => value / size0);
    work[column] = scaled;
    for (let row = 0; row < size; row += 1) {
      const factor = work[row]?.[column] ?? 0;
      if (row !== column && factor !== 0) work[row] = (work[row] ?? []).map((value, index) => value - factor * (scaled[index] ?? 0));
    }
  }
  return work.map((row) => row.slice(size));
}

/** Quantile of the normal distribution (Acklam's rational approximation, error below 1.2e-9), 0 < p < 1. */
function normalQuantile(p: number): number {
  const low = 0.02425;
  if (p < low || p > 1 - low) {
    const q = Math.sqrt(-2 * Math.log(p < low ? p : 1 - p));
    const tail = (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783) / ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
    return p < low ? tail : -tail;
  }
  const q = p - 0.5;
  const r = q * q;
  return ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r - 3.066479806614716e1) * r + 2.506628277459239) * q) / (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r - 1.328068155288572e1) * r + 1);
}

/** Quantile of Student's distribution (Cornish-Fisher expansion of the normal one; within 0.5 % from 5 degrees on). */
export function studentQuantile(p: number, degrees: number): number {
  const z = normalQuantile(p);
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
