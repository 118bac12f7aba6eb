import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layers } from './layers.ts';
import { linePath, timeTicks, valueTicks } from './scale.ts';

test('value ticks begin at nothing, rise evenly, reach the greatest value and stay few', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (max) => {
      const ticks = valueTicks(max);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-9));
      expect(ticks.length).toBeLessThanOrEqual(6);
    }),
  );
});

test('time ticks lie between the ends and are never more than asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 1_000, max: 86_400_000 }), fc.integer({ min: 2, max: 12 }), (since, span, most) => {
      const ticks = timeTicks(since, since + span, most);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      for (const tick of ticks) expect(tick >= since && tick <= since + span).toBe(true);
    }),
  );
});

test('a missing value interrupts the line, and a lone point is still seen', () => {
  const same = (value: number): number => value;
  expect(linePath([{ at: 0, value: 1 }, { at: 1, value: 2 }, { at: 2, value: undefined }, { at: 3, value: 4 }], same, same)).toBe('M0.0 1.0L1.0 2.0M3.0 4.0h1.5');
});

test('a step stands right of everything it needs, also when the graph is broken', () => {
  const columns = layers([{ name: 'package', needs: ['test', 'build'] }, { name: 'install', needs: [] }, { name: 'test', needs: ['install'] }, { name: 'build', needs: ['install', 'unknown'] }]);
  expect(columns.map((column) => column.map((step) => step.name))).toEqual([['install'], ['test', 'build'], ['package']]);
  expect(layers([{ name: 'a', needs: ['b'] }, { name: 'b', needs: ['a'] }]).flat()).toHaveLength(2);
});
