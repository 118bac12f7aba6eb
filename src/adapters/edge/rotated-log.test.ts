import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RotatedLog } from './rotated-log.ts';

test('the log moves aside when it is full and keeps a bounded number of files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-log-'));
  try {
    const path = join(folder, 'edge.log');
    for (let round = 0; round < 5; round += 1) {
      writeFileSync(path, 'x'.repeat(5 * 1_024 * 1_024 + 1));
      new RotatedLog(path).write(`round ${round}`);
    }
    expect(readdirSync(folder).sort()).toEqual(['edge.log', 'edge.log.1', 'edge.log.2']);
    expect(readFileSync(path, 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT\S+Z round 4\n$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a log that cannot be written stops nobody', () => {
  expect(() => new RotatedLog('/nonexistent/edge.log').write('lost')).not.toThrow();
});
