import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shippedCatalogue } from '../diagram/testing/picture.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { baselineOf, hiddenValueMarks, readBaseline, sinceBaseline } from './baseline.ts';
import type { Drift } from './drift.ts';
import { ValuePrinter } from './shown-value.ts';

const OPTIONS = { root: 'shop', workspace: 'default', source: 'shop.tfstate' };
const SALT = '0123456789abcdef0123456789abcdef';
const TYPE = shippedCatalogue().type('aws_db_instance');

/** The difference as a run prints it that has a key of its own. */
function drifted(from: AttributeValue, to: AttributeValue, run: string, salt: string | undefined, attribute = 'settings', key = ''): Drift {
  const printer = new ValuePrinter(run, ...(salt === undefined ? [] : [hiddenValueMarks(salt, key)]));
  return { level: 'D1', kind: 'attribute', class: 'other', address: 'aws_db_instance.a', type: 'aws_db_instance', attribute, from: printer.show(from, TYPE, attribute), to: printer.show(to, TYPE, attribute) };
}
const isKnown = (now: Drift, accepted: Drift, salt?: string): boolean => sinceBaseline([now], readBaseline(JSON.stringify(baselineOf([accepted], OPTIONS, '2026-01-01T00:00:00Z', salt)), 'b.json'), OPTIONS).known.length === 1;

test('law: on another run the same difference is known and another one is new, wherever the secret stands', () => {
  const secret = fc.stringMatching(/^[a-zA-Z0-9]{1,12}$/);
  const places: ((text: string) => [AttributeValue, string])[] = [(text) => [text, 'password'], (text) => [{ size: 1, password: text }, 'settings'], (text) => [[{ token: text }], 'settings'], (text) => [{ long: 'x'.repeat(180), password: text }, 'settings']];
  fc.assert(
    fc.property(fc.constantFrom(...places), secret, secret, secret, (place, before, after, later) => {
      const [[from, attribute], [to], [other]] = [place(before), place(after), place(later)];
      const accepted = drifted(from, to, 'run 1', SALT, attribute);
      expect(isKnown(drifted(from, to, 'run 2', SALT, attribute), accepted, SALT)).toBe(true);
      expect(isKnown(drifted(from, other, 'run 2', SALT, attribute), accepted, SALT)).toBe(after === later);
      // Without a salt both runs agree as well, and the secrets are not told apart.
      expect(isKnown(drifted(from, other, 'run 2', undefined, attribute), drifted(from, to, 'run 1', undefined, attribute))).toBe(true);
    }),
    { numRuns: 15 },
  );
});

test('another key or salt makes other hashes, and no secret stands in the file', () => {
  const accepted = drifted('hunter2', 'hunter3', 'run 1', SALT, 'password', 'kept elsewhere');
  expect(isKnown(drifted('hunter2', 'hunter3', 'run 2', SALT, 'password', 'kept elsewhere'), accepted, SALT)).toBe(true);
  expect(isKnown(drifted('hunter2', 'hunter3', 'run 2', SALT, 'password'), accepted, SALT)).toBe(false);
  expect(JSON.stringify(baselineOf([accepted], OPTIONS, '2026-01-01T00:00:00Z', SALT))).not.toContain('hunter');
  expect(() => readBaseline(JSON.stringify({ schemaVersion: 1, salt: 'short', accepted: {} }), 'b.json')).toThrow(expect.objectContaining({ code: 'ROADBED-8252' }) as Error);
});
