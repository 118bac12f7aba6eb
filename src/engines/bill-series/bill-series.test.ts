import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from '../../domain/money.ts';
import { findAnomalies } from './anomaly.ts';
import { forecast } from './forecast.ts';
import { inverse, product, studentQuantile } from './least-squares.ts';
import { dailySeries, dayAfter, lastDayOfMonth, type DailySeries } from './series.ts';

/** A generator of its own, so that every run sees the same numbers. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Weekends cost 60 %, a trend by day, noise of 5 % that may go together from day to day. */
function made(days: number, seed: number, options: { trend?: number; together?: number; change?: (value: number, day: number) => number } = {}): DailySeries {
  const next = noise(seed);
  let off = 0;
  const values = Array.from({ length: days }, (_, day) => {
    off = (options.together ?? 0) * off + next() * 5;
    const weekend = (day + 2) % 7 < 2;
    const value = (weekend ? 60 : 100) + (options.trend ?? 0) * day + off;
    return options.change?.(value, day) ?? value;
  });
  return { name: 'x', currency: 'USD', first: '2026-06-01', values };
}

function anomalies(series: DailySeries, options = {}): string[] {
  const result = findAnomalies(series, options);
  return result.verdict === 'noData' ? ['noData'] : result.anomalies.map((each) => `${each.kind} ${each.from}..${each.to}`);
}

test('weekends, noise and growth are no anomalies', () => {
  let judged = 0;
  let found = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const result = findAnomalies(made(100, seed, { trend: seed % 2 === 0 ? 1 : 0 }));
    if (result.verdict === 'judged') {
      judged += result.judgedDays;
      found += result.anomalies.length;
    }
  }
  expect(judged).toBe(40 * 79);
  console.log(`anomalies: ${found} false alarms in ${judged} days without any`);
  expect(found / judged).toBeLessThan(0.005);
});

test('a day that doubles and a day that falls away are found, with what was expected of such a day', () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const series = made(80, seed, { change: (value, day) => (day === 60 ? value * 2 : day === 70 ? 0 : value) });
    expect(anomalies(series)).toEqual(expect.arrayContaining([`rise ${dayAfter('2026-06-01', 60)}..${dayAfter('2026-06-01', 60)}`, `drop ${dayAfter('2026-06-01', 70)}..${dayAfter('2026-06-01', 70)}`]));
  }
  const result = findAnomalies(made(80, 3, { change: (value, day) => (day === 60 ? value * 2 : value) }));
  const [rise] = result.verdict === 'judged' ? result.anomalies : [];
  expect(Math.abs((rise?.expected ?? 0) - 100)).toBeLessThan(15);
});

test('a new level is one anomaly while it is new, and the old anomalies do not hide the next', () => {
  const judged = { from: dayAfter('2026-06-01', 42) };
  const found = anomalies(made(100, 5, { change: (value, day) => (day >= 60 && day < 63 ? value + 300 : day === 90 ? value + 80 : value) }), judged);
  expect(found).toEqual([`rise ${dayAfter('2026-06-01', 60)}..${dayAfter('2026-06-01', 62)}`, `rise ${dayAfter('2026-06-01', 90)}..${dayAfter('2026-06-01', 90)}`]);
  expect(anomalies(made(100, 5, { change: (value, day) => (day >= 60 ? value + 300 : value) }), judged).length).toBe(1);
});

test('small amounts, unsettled days and too little history give no verdict', () => {
  expect(anomalies(made(21, 1))).toEqual(['noData']);
  expect(anomalies(made(60, 1), { from: '2027-01-01' })).toEqual(['noData']);
  const cents = made(60, 1, { change: (value, day) => (day === 50 ? value * 3 : value) / 100 });
  expect(anomalies(cents)).toEqual([]);
  const cut = made(60, 1, { change: (value, day) => (day === 59 ? 1 : value) });
  expect(anomalies(cut)).toHaveLength(1);
  expect(anomalies(cut, { settled: dayAfter('2026-06-01', 57) })).toEqual([]);
});

test('the band has the point in it and widens with the horizon', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1e8 }).map((cents) => cents / 100), { minLength: 21, maxLength: 90 }), fc.integer({ min: 1, max: 62 }), fc.double({ min: 0.5, max: 0.99, noNaN: true }), (values, days, confidence) => {
      const result = forecast({ name: 'x', currency: 'USD', first: '2026-01-01', values }, days, confidence);
      if (result.verdict === 'noData') return expect.unreachable();
      expect(result.days).toHaveLength(days);
      let width = 0;
      for (const { point, low, high, sum } of result.days) {
        expect(low <= point && point <= high && low >= 0).toBe(true);
        expect(sum.low <= sum.point && sum.point <= sum.high).toBe(true);
        expect(sum.high - sum.point).toBeGreaterThanOrEqual(width * (1 - 1e-9) - 1e-9);
        width = sum.high - sum.point;
      }
    }),
    { numRuns: 60 },
  );
});

/** Share of months whose sum lay within the band that was told three weeks, five weeks or eight weeks into the series. */
function coverage(options: Parameters<typeof made>[2], confidence: number): number {
  let within = 0;
  const runs = 200;
  for (let seed = 1; seed <= runs; seed += 1) {
    const history = [28, 40, 56, 80][seed % 4] ?? 56;
    const ahead = 5 + (seed % 25);
    const series = made(history + ahead, seed * 101, options);
    const result = forecast({ ...series, values: series.values.slice(0, history) }, ahead, confidence);
    const sum = series.values.slice(history).reduce((total, value) => total + value, 0);
    const told = result.verdict === 'forecast' ? result.days.at(-1)?.sum : undefined;
    if (told !== undefined && told.low <= sum && sum <= told.high) within += 1;
  }
  return within / runs;
}

test('tried on the past, the band holds about as often as it says', () => {
  const told = { plain: coverage({}, 0.8), growing: coverage({ trend: 0.7 }, 0.8), together: coverage({ together: 0.5 }, 0.8), wide: coverage({ trend: 0.3 }, 0.95) };
  console.log(`forecast: share of sums within the band: ${JSON.stringify(told)} (80 % told; wide: 95 %)`);
  expect(told.plain).toBeGreaterThan(0.72);
  expect(told.growing).toBeGreaterThan(0.72);
  expect(told.together).toBeGreaterThan(0.65);
  expect(told.wide).toBeGreaterThan(0.88);
});

test('fewer than three weeks are no forecast', () => {
  expect(forecast(made(20, 1), 10)).toEqual({ verdict: 'noData', reason: '20 days of cost; a forecast needs 21' });
});

test('a series begins with its first charge and has no gaps', () => {
  const [series] = dailySeries([{ name: 'a', currency: 'USD', day: '2026-02-27', amount: decimal('0') }, { name: 'a', currency: 'USD', day: '2026-02-28', amount: decimal('1.5') }, { name: 'a', currency: 'USD', day: '2026-03-02', amount: decimal('2') }], '2026-03-03');
  expect(series).toEqual({ name: 'a', currency: 'USD', first: '2026-02-28', values: [1.5, 0, 2, 0] });
  expect(lastDayOfMonth('2028-02-10')).toBe('2028-02-29');
});

test('the inverse is the inverse, and quantiles are those of the tables', () => {
  const matrix = [[4, 1, 0], [1, 3, 1], [0, 1, 2]];
  const inverted = inverse(matrix);
  matrix.forEach((row, a) => matrix.forEach((_, b) => expect(product(row, inverted.map((each) => each[b] ?? 0))).toBeCloseTo(a === b ? 1 : 0, 10)));
  expect(studentQuantile(0.9, 1e9)).toBeCloseTo(1.28155, 4);
  expect(studentQuantile(0.975, 13)).toBeCloseTo(2.1604, 2);
  expect(studentQuantile(0.9, 48)).toBeCloseTo(1.2994, 3);
});
