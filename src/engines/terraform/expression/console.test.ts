/**
 * The evaluator gives what `terraform console` 1.11.4 gives. The console's values were recorded once
 * (RECORD_CONSOLE=1 with the binary present does it again), so the test means something without the binary;
 * test/slow/terraform-console.test.ts asks the binary about expressions that nobody has seen.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerOf } from './testing/agree.ts';
import { HAND_PICKED, generatedExpressions } from './testing/console-expressions.ts';
import { FAILS, askConsole } from './testing/terraform-console.ts';

const FILE = join(import.meta.dirname, 'testing', 'console-values.json');
const GENERATED = 1500;
const SEED = 42;

if (process.env['RECORD_CONSOLE'] === '1') {
  const answers = askConsole([...new Set([...HAND_PICKED, ...generatedExpressions(GENERATED, SEED)])]);
  const rows = [...answers].map(([expression, text]) => JSON.stringify([expression, text]));
  writeFileSync(FILE, `[\n${rows.join(',\n')}\n]\n`);
}

const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as [string, string][];

test('every expression has the value, or the error, that terraform console gave', () => {
  const different = recorded.filter(([expression, text]) => answerOf(expression) !== text).map(([expression, text]) => `${expression}: ${text} but here ${answerOf(expression)}`);
  console.log(`terraform console: ${recorded.length - different.length} of ${recorded.length} recorded expressions agree`);
  expect(different).toEqual([]);
  expect(recorded.length).toBeGreaterThanOrEqual(1500);
});

test('errors and values are both among the recorded ones', () => {
  const failing = recorded.filter(([, text]) => text.includes(FAILS)).length;
  expect(failing).toBeGreaterThan(300);
  expect(recorded.length - failing).toBeGreaterThan(800);
});
