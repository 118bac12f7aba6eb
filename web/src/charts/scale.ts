/** Scales and ticks of the charts. Pure. */
export interface Scale {
  (value: number): number;
  ticks: number[];
}

/** Steps of 1, 2 or 5 times a power of ten, about `wanted` of them, from 0 to at least `max`. */
export function valueTicks(max: number, wanted = 3): number[] {
  const top = max > 1e-9 ? max : 1;
  const raw = top / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw;
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, index) => index * step);
}

const TIME_STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400].map((seconds) => seconds * 1_000);

/** Round moments between the two, at most `most` of them. */
export function timeTicks(since: number, until: number, most: number): number[] {
  const step = TIME_STEPS.find((candidate) => (until - since) / candidate <= most) ?? 86_400_000;
  const ticks: number[] = [];
  for (let tick = Math.ceil(since / step) * step; tick <= until; tick += step) ticks.push(tick);
  return ticks;
}

export function linear(fromLow: number, fromHigh: number, toLow: number, toHigh: number): (value: number) => number {
  const span = fromHigh - fromLow || 1;
  return (value) => toLow + ((value - fromLow) / span) * (toHigh - toLow);
}

export interface Point {
  at: number;
  value: number | undefined;
}

/** An SVG path; a missing value interrupts the line, a lone point is a short dash. */
export function linePath(points: readonly Point[], x: (at: number) => number, y: (value: number) => number): string {
  let path = '';
  let open = false;
  points.forEach((point, index) => {
    if (point.value === undefined) {
      open = false;
      return;
    }
    const alone = !open && points[index + 1]?.value === undefined;
    path += `${open ? 'L' : 'M'}${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}${alone ? 'h1.5' : ''}`;
    open = true;
  });
  return path;
}
