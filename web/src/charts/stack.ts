/** Layers of a stacked picture: each stands on the sum of those below. Pure. */
export interface Layer {
  label: string;
  /** One a day; undefined: nothing is known of it, which is not 0. */
  values: readonly (number | undefined)[];
}

export interface Band {
  low: number;
  high: number;
}

export interface ForecastDay extends Band {
  value: number;
}

/** Bottom and top of every layer at every place. A place where no layer knows anything is undefined in all of them. */
export function stackOf(layers: readonly Layer[]): (Band | undefined)[][] {
  const places = Math.max(0, ...layers.map((layer) => layer.values.length));
  const sums = Array.from({ length: places }, () => 0);
  const known = Array.from({ length: places }, (_, place) => layers.some((layer) => layer.values[place] !== undefined));
  return layers.map((layer) =>
    sums.map((low, place) => {
      if (known[place] !== true) return undefined;
      const high = low + (layer.values[place] ?? 0);
      sums[place] = high;
      return { low, high };
    }),
  );
}

/** An SVG path around every unbroken run of a layer; days are steps of equal width around `x`, so a lone day is a bar. */
export function areaPath(bands: readonly (Band | undefined)[], x: (place: number) => number, y: (value: number) => number): string {
  const runs: [number, Band][][] = [];
  bands.forEach((band, place) => {
    if (band === undefined) return;
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1)?.[0] === place - 1) last.push([place, band]);
    else runs.push([[place, band]]);
  });
  const point = (place: number, value: number): string => `${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
  return runs
    .map((run) => {
      const upper = run.flatMap(([place, { high }]) => [point(place - 0.5, high), point(place + 0.5, high)]);
      const lower = run.toReversed().flatMap(([place, { low }]) => [point(place + 0.5, low), point(place - 0.5, low)]);
      return `M${[...upper, ...lower].join('L')}Z`;
    })
    .join('');
}
