import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellCeiling, cellFloor, countAbove, HISTOGRAM_CELLS, histogramCell, histogramCount, histogramQuantile, mergeHistograms, subtractHistogram } from './histogram.ts';
import type { SparseHistogram } from './histogram.ts';

const duration = fc.integer({ min: 0, max: 0x7fffffff });

function histogramOf(durations: number[]): SparseHistogram {
  return mergeHistograms(...durations.map((microseconds): SparseHistogram => [[histogramCell(microseconds), 1]]));
}

describe('a latency histogram', () => {
  test('puts each duration into the one cell that spans it, exact to 6.25 %', () => {
    fc.assert(
      fc.property(duration, (microseconds) => {
        const cell = histogramCell(microseconds);
        expect(cell).toBeLessThan(HISTOGRAM_CELLS);
        expect(cellFloor(cell)).toBeLessThanOrEqual(microseconds);
        expect(cellCeiling(cell)).toBeGreaterThan(microseconds);
        if (microseconds >= 16) expect((cellCeiling(cell) - cellFloor(cell)) / cellFloor(cell)).toBeLessThanOrEqual(1 / 16);
      }),
    );
  });

  test('keeps too short and too long durations in its outermost cells', () => {
    expect(histogramCell(-5)).toBe(0);
    expect(histogramCell(0.9)).toBe(0);
    expect(histogramCell(1e15)).toBe(histogramCell(0xffffffff));
    expect(cellFloor(histogramCell(30 * 60 * 1e6))).toBeGreaterThan(28 * 60 * 1e6);
  });

  test('merges by addition, in any order, and subtracts back', () => {
    fc.assert(
      fc.property(fc.array(duration), fc.array(duration), (one, other) => {
        const merged = mergeHistograms(histogramOf(one), histogramOf(other));
        expect(merged).toEqual(mergeHistograms(histogramOf(other), histogramOf(one)));
        expect(merged).toEqual(histogramOf([...one, ...other]));
        expect(histogramCount(merged)).toBe(one.length + other.length);
        expect(subtractHistogram(merged, histogramOf(one))).toEqual(histogramOf(other));
      }),
    );
  });

  test('gives quantiles within the width of a cell', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 16, max: 10_000_000 }), { minLength: 1, maxLength: 200 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (durations, quantile) => {
        const exact = durations.toSorted((one, other) => one - other)[Math.ceil(quantile * durations.length) - 1] ?? 0;
        const found = histogramQuantile(histogramOf(durations), quantile) ?? 0;
        expect(Math.abs(found - exact) / exact).toBeLessThanOrEqual(1 / 15);
      }),
    );
    expect(histogramQuantile([], 0.5)).toBeUndefined();
  });

  test('counts what took longer than a limit', () => {
    expect(countAbove(histogramOf([100, 200, 5_000, 9_000]), 1_000)).toBe(2);
    expect(countAbove([], 1_000)).toBe(0);
  });
});
