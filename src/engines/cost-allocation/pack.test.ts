import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal, decimal } from '../../domain/money.ts';
import type { Amounts } from './allocate.ts';
import { pack } from './pack.ts';
import type { PackedPod } from './pack.ts';
import { savingOf } from './realisable.ts';
import type { PricedPool } from './realisable.ts';

const amounts = (cpu: number, memory: number): Amounts => ({ cpu: decimal(cpu), memory: decimal(memory), gpu: Decimal.zero });
const pod = (cpu: number, memory: number, more: Partial<PackedPod> = {}): PackedPod => ({ cluster: 'c', fits: () => true, request: amounts(cpu, memory), ...more });
const pool = (machines: number, more: Partial<PricedPool> = {}): PricedPool => ({ name: 'p', cluster: 'c', machines, room: amounts(2, 8), pods: 110, price: decimal(70), rates: amounts(20, 3.75), least: 0, ...more });
const several = (count: number, cpu: number, memory: number): PackedPod[] => Array.from({ length: count }, () => pod(cpu, memory));

test('no machine holds more than it has, and no pod is where it may not be', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 6 }), fc.array(fc.record({ cpu: fc.integer({ min: 0, max: 3 }), memory: fc.integer({ min: 0, max: 9 }), only: fc.constantFrom('p', 'q', undefined) }), { maxLength: 30 }), (machines, given) => {
    const pools = [pool(machines), pool(2, { name: 'q', room: amounts(3, 4), pods: 2 })];
    const pods = given.map(({ cpu, memory, only }) => pod(cpu, memory, { fits: (name) => only === undefined || only === name }));
    const { places } = pack(pools, pods);
    const on = new Map<string, { cpu: number; memory: number; pods: number }>();
    places.forEach((place, index) => {
      if (place === undefined) return;
      expect(given[index]?.only === undefined || place.startsWith(`c/${given[index]?.only ?? ''}#`)).toBe(true);
      const sum = on.get(place) ?? { cpu: 0, memory: 0, pods: 0 };
      on.set(place, { cpu: sum.cpu + (given[index]?.cpu ?? 0), memory: sum.memory + (given[index]?.memory ?? 0), pods: sum.pods + 1 });
    });
    for (const [place, sum] of on) expect(place.startsWith('c/p#') ? sum.cpu <= 2 && sum.memory <= 8 : sum.cpu <= 3 && sum.memory <= 4 && sum.pods <= 2).toBe(true);
  }));
});

test('a pod without a place would fit on no machine as it was left', () => {
  const { places, needed } = pack([pool(2)], [...several(4, 1, 1), pod(1, 1)]);
  expect(places.filter((place) => place === undefined)).toHaveLength(1);
  expect(Object.fromEntries(needed)).toEqual({ 'c/p': 2 });
});

test('what is everywhere takes room and needs no machine of its own', () => {
  const agents = [0, 1, 2].map((index) => pod(1, 1, { on: `c/p#${index}`, everywhere: true }));
  expect(Object.fromEntries(pack([pool(3)], [...agents, pod(1, 1)]).needed)).toEqual({ 'c/p': 1 });
  expect(Object.fromEntries(pack([pool(3)], [...agents, pod(1, 1), pod(1, 1)]).needed)).toEqual({ 'c/p': 2 });
});

test('what passes takes no room for good', () => {
  expect(Object.fromEntries(pack([pool(1)], [pod(2, 1, { passing: true }), pod(2, 1)]).needed)).toEqual({ 'c/p': 1 });
});

test('requests that go down save nothing while the same machines are needed', () => {
  const saving = savingOf([pool(2)], several(2, 1.5, 1), several(2, 1.1, 1));
  expect([saving.requested, saving.realisable, saving.now].map(String)).toEqual(['16', '0', '0']);
});

test('they save a machine when one can go', () => {
  const saving = savingOf([pool(2)], several(2, 1.5, 1), several(2, 1, 1));
  expect([saving.requested, saving.realisable, saving.now].map(String)).toEqual(['20', '70', '0']);
  expect(savingOf([pool(2, { least: 2 })], several(2, 1.5, 1), several(2, 1, 1)).realisable.toString()).toBe('0');
});

test('a machine that is not needed as it is can go without any change', () => {
  const saving = savingOf([pool(4)], several(2, 1, 1), several(2, 1, 1));
  expect([saving.requested, saving.realisable, saving.now].map(String)).toEqual(['0', '0', '210']);
});

test('ten thousand pods of many sizes all find a place', () => {
  const pods = Array.from({ length: 10_000 }, (_, index) => pod(((index * 7) % 10) / 10 + 0.1, ((index * 3) % 7) / 2 + 0.1));
  expect(pack([pool(6_000)], pods).places.every((place) => place !== undefined)).toBe(true);
});
