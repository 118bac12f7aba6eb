import fc from 'fast-check';
import { expect, test } from 'vitest';
import { begun, fitted, panned, zoomed } from './camera.ts';

const size = fc.record({ width: fc.integer({ min: 200, max: 4000 }), height: fc.integer({ min: 200, max: 3000 }) });

test('what is fitted is whole and in the middle', () => {
  fc.assert(fc.property(size, size, (box, picture) => {
    const { x, y, scale } = fitted(box, picture);
    expect(picture.width * scale).toBeLessThanOrEqual(box.width);
    expect(picture.height * scale).toBeLessThanOrEqual(box.height);
    expect(x * 2 + picture.width * scale).toBeCloseTo(box.width, 6);
    expect(y * 2 + picture.height * scale).toBeCloseTo(box.height, 6);
  }));
});

test('the point under the pointer stays where it is, however often and far it is zoomed', () => {
  const factors = fc.array(fc.double({ min: 0.2, max: 5, noNaN: true }), { maxLength: 20 });
  fc.assert(fc.property(factors, fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (list, x, y) => {
    const before = panned(fitted({ width: 800, height: 600 }, { width: 1000, height: 400 }), 13, -7);
    const after = list.reduce((camera, factor) => zoomed(camera, factor, { x, y }), before);
    expect((x - after.x) / after.scale).toBeCloseTo((x - before.x) / before.scale, 4);
    expect((y - after.y) / after.scale).toBeCloseTo((y - before.y) / before.scale, 4);
    expect(after.scale).toBeGreaterThanOrEqual(0.02);
    expect(after.scale).toBeLessThanOrEqual(8);
  }));
});

test('a wide picture on a telephone begins at its left, at a size that can be read', () => {
  expect(begun({ width: 320, height: 400 }, { width: 2600, height: 600 })).toMatchObject({ x: 12, scale: 0.6 });
  expect(begun({ width: 1200, height: 500 }, { width: 2600, height: 600 })).toEqual(fitted({ width: 1200, height: 500 }, { width: 2600, height: 600 }));
});
