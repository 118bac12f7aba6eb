import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPlatformService } from '../../engines/access/services.ts';

test('every part that asks the object API in its own name has its row in the table of service identities', () => {
  const folder = join(import.meta.dirname);
  const names = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/core\.as\('([^']+)'\)/g)].map(([, name = '']) => name));
  expect(names.length).toBeGreaterThan(8);
  expect([...new Set(names)].filter((name) => !isPlatformService({ issuer: 'roadbed', subject: `service:${name}` }))).toEqual([]);
});
