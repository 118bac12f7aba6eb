import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

test.each([
  ['30s', 30_000],
  ['500ms', 500],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1m30s', 90_000],
  ['45', 45_000],
  ['0.5s', 500],
  ['0s', 0],
])('%s is %d milliseconds', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', 's', '-1s', '1d', '1 s', '5m1h', '1e9', '9999999h', '1s1s', 'NaN'])('%j is refused', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('what is written is read back', () => {
  fc.assert(fc.property(fc.nat(400_000_000), (milliseconds) => parseDuration(formatDuration(milliseconds)) === milliseconds));
});
