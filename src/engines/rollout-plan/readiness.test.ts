import { expect, test } from 'vitest';
import { exitCause } from './readiness.ts';

function ended(...logTail: string[]): Parameters<typeof exitCause>[0] {
  return { index: 0, state: 'failed', restarts: 3, ports: {}, lastExit: { reason: 'exit code 1', at: '2026-01-01T00:00:00Z', logTail } };
}

test('the line that names the error stands for the stack and the footer behind it', () => {
  expect(exitCause(ended('starting', 'Error [ERR_MODULE_NOT_FOUND]: Cannot find package', '    at x (y.js:1:2)', '  code: 1', '}', '', 'Node.js v24.0.0'))).toBe('exit code 1: Error [ERR_MODULE_NOT_FOUND]: Cannot find package');
  expect(exitCause(ended('error: relation "t" does not exist', 'bye'))).toBe('exit code 1: error: relation "t" does not exist');
});

test('without such a line the last ones are told', () => {
  expect(exitCause(ended('a', 'b', 'c', 'd'))).toBe('exit code 1: b | c | d');
  expect(exitCause(ended())).toBe('exit code 1');
});
