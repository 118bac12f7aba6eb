import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { page, pagePath } from '../docs/reference/kinds/generate.ts';
import { KINDS } from '../src/domain/kinds/registry.ts';

test.each(KINDS.map((definition) => [definition.kind, definition] as const))('the reference page of %s says what its definition says', (_kind, definition) => {
  const path = pagePath(definition);
  expect(existsSync(path), `${path} is missing`).toBe(true);
  const current = readFileSync(path, 'utf8');
  expect(current, 'run: node docs/reference/kinds/generate.ts').toBe(page(definition, current));
});
