import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openBillSpool } from './spool.ts';

test('a gzip that unpacks to more than is read is refused, and nothing of it stays', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-spool-'));
  async function* sent(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  try {
    const spool = openBillSpool(folder, { mostUnpacked: 1024 * 1024 });
    await expect(spool.receive(sent(gzipSync(Buffer.alloc(2 * 1024 * 1024))), 10_000)).rejects.toMatchObject({ code: 'ROADBED-8720' });
    expect(readdirSync(folder)).toEqual([]);
    const small = await spool.receive(sent(gzipSync('a,b\n1,2\n')), 10_000);
    const plain = await spool.receive(sent(Buffer.from('a,b\n1,2\n')), 10_000);
    expect(small.sha256).toBe(plain.sha256);
    await Promise.all([small.remove(), plain.remove()]);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
