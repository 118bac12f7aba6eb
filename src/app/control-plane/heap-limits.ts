/**
 * Keeps the heap of the control plane small while it is busy.
 *
 * V8 lets the young generation grow to 128 MB and the old one to twice its live size before it cleans up; for a
 * process that should live beside its services that is too much. The young generation's limit is a matter of
 * the command line, which is not ours everywhere; the factor by which it grows can be set at any time, so growing
 * ends when it is large enough and is allowed again when an idle phase has shrunk it.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const YOUNG_BYTES = 32 * 2 ** 20;
/** Percent of the live old generation that may be added before the next full collection. */
const OLD_GROWTH_PERCENT = 40;

function youngBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0;
}

/** For after the start: while everything is being loaded, a tight limit would only make the collector look again and again. */
export function limitOldGeneration(): void {
  setFlagsFromString(`--heap-growing-percent=${OLD_GROWTH_PERCENT}`);
}

/** Begins at once; answers what ends the watching. */
export function limitYoungGeneration(): () => void {
  let growing: boolean | undefined;
  const adjust = (): void => {
    const mayGrow = youngBytes() < YOUNG_BYTES;
    if (mayGrow === growing) return;
    growing = mayGrow;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  };
  adjust();
  const observer = new PerformanceObserver(adjust);
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}
