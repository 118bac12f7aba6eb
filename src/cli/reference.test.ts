import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LocalPlatform } from './local-platform.ts';
import { buildProgram } from './program.ts';
import { commandReference } from './reference.ts';

const path = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'cli.md');

test('docs/reference/cli.md is that of the commands (write it with UPDATE_REFERENCE=1)', () => {
  const program = buildProgram({ stdout: process.stdout, stderr: process.stderr, environment: {} }, { packageVersion: '0' } as LocalPlatform, () => undefined);
  const text = commandReference(program);
  if (process.env['UPDATE_REFERENCE'] === '1') writeFileSync(path, text);
  expect(readFileSync(path, 'utf8')).toBe(text);
});
