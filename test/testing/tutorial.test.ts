import { expect, test } from 'vitest';
import { missingLine, seen, stepsOf } from './tutorial.ts';

const PAGE = ['# Page', '```sh background until="is ready"', 'start', '```', '```console', '$ read only', '```', '```sh until="a prod Healthy & b prod Healthy"', 'watch', '```', '```sh', 'one', 'two', '```', '```text', 'first … line', '  second', '```'].join('\n');

test('fences become steps; what is only read does not', () => {
  expect(stepsOf(PAGE).map(({ commands, background, until, expected }) => ({ commands, background, until, expected }))).toEqual([
    { commands: 'start', background: true, until: ['is ready'], expected: [] },
    { commands: 'watch', background: false, until: ['a prod Healthy', 'b prod Healthy'], expected: [] },
    { commands: 'one\ntwo', background: false, until: [], expected: ['first … line', '  second'] },
  ]);
});

test('a watched command is done once all its words were printed, whatever the blanks', () => {
  const step = stepsOf(PAGE)[1];
  if (step === undefined) throw new Error('no step');
  expect(seen(step, 'a\tprod\tHealthy')).toBe(false);
  expect(seen(step, 'a\tprod\tHealthy\nb   prod  Healthy')).toBe(true);
});

test('expected lines must come in order, and others may stand between', () => {
  const step = stepsOf(PAGE)[2];
  if (step === undefined) throw new Error('no step');
  expect(missingLine(step, 'x\nfirst long line\ny\n  second z')).toBeUndefined();
  expect(missingLine(step, '  second\nfirst long line')).toBe('  second');
  expect(missingLine(step, 'first')).toBe('first … line');
});

test('faulty pages are refused', () => {
  expect(() => stepsOf('```sh\nopen')).toThrow('never closed');
  expect(() => stepsOf('```text\nalone\n```')).toThrow('no command before it');
});
