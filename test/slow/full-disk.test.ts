/** The disk of the data directory is full: services serve on, errors say so, nothing acknowledged is lost, and all goes on when there is room again. */
import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PlatformError } from '../../src/domain/error.ts';
import type { AuditVerification } from '../../src/ports/events.ts';
import { missingOf } from '../testing/acknowledged-writes.ts';
import { startConstantLoad, type ConstantLoad } from '../testing/constant-load.ts';
import { DeliveredService, NAMESPACE } from '../testing/delivered-service.ts';
import { ask, eventually, purge, startPlatform, temporaryFolder, type Platform } from '../testing/platform.ts';

const MINUTE = 60_000;
const SIZE = '700m';
const PATH = `/apis/roadbed.dev/v1alpha1/namespaces/${NAMESPACE}/rolegrants`;

/** A file system of its own; undefined where this user may not mount one. */
function mountSmallDisk(): string | undefined {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder], { stdio: 'ignore' });
    chmodSync(folder, 0o755);
    return folder;
  } catch {
    rmdirSync(folder);
    return undefined;
  }
}

const disk = mountSmallDisk();
if (disk === undefined) console.log('full disk: skipped, only root may mount a small file system; run the tests as root');

function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1024 * 1024; size >= 512; size /= 2) {
      const zeros = Buffer.alloc(size);
      try {
        for (;;) if (writeSync(file, zeros) < size) break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

describeWithDisk();

function describeWithDisk(): void {
  if (disk === undefined) {
    test.skip('needs a small file system', () => undefined);
    return;
  }
  const dataDir = join(disk, 'data');
  const filler = join(disk, 'filler');
  let platform: Platform;
  let service: DeliveredService;
  let load: ConstantLoad;

  beforeAll(async () => {
    mkdirSync(dataDir, { mode: 0o755 });
    platform = await startPlatform(dataDir, ['--empty'], { HOME: disk });
    service = new DeliveredService(platform, 'hello');
    await service.create();
    load = startConstantLoad(platform.ready.edgeUrl, [service.host('prod')], 2);
  }, 5 * MINUTE);

  afterAll(async () => {
    rmSync(filler, { force: true });
    await (load as ConstantLoad | undefined)?.stop();
    await platform.stop();
    purge(dataDir);
    execFileSync('umount', ['--lazy', disk]);
    rmdirSync(disk);
  }, 2 * MINUTE);

  test('a full disk gives clear errors, loses nothing, and is recovered from', async () => {
    const acknowledged: string[] = [];
    const errors: PlatformError[] = [];
    const write = async (number: number): Promise<boolean> => {
      const name = `full-${number}`;
      const body = { apiVersion: 'roadbed.dev/v1alpha1', kind: 'RoleGrant', metadata: { name, namespace: NAMESPACE, annotations: { ballast: 'x'.repeat(100_000) + String(Math.random()) } }, spec: { role: 'viewer', subjects: ['user:nobody'] } };
      try {
        await platform.connection.call('POST', PATH, { body, timeoutMs: 10_000 });
        acknowledged.push(name);
        return true;
      } catch (error) {
        errors.push(error as PlatformError);
        return false;
      }
    };
    load.take();
    fill(filler);
    await eventually('a write is refused', MINUTE, async () => ((await write(acknowledged.length + errors.length)) ? undefined : true));
    for (let number = 0; number < 5; number += 1) {
      await write(acknowledged.length + errors.length);
      await new Promise((done) => setTimeout(done, 500));
    }
    const pushed = await service.release({ version: 'into a full disk' }).then(() => 'accepted', (error: unknown) => String((error as { stderr?: string }).stderr ?? error));
    const seen = [...new Set(errors.map((error) => `${error.code} ${error.message}`))];
    console.log(`on the full disk: ${acknowledged.length} writes acknowledged, ${errors.length} refused (${seen.join('; ')}); a push: ${pushed.trim().split('\n').slice(0, 3).join(' | ')}`);
    expect(errors.every((error) => error instanceof PlatformError && error.class === 'unavailable')).toBe(true);
    expect((await ask(platform.ready.edgeUrl, service.host('prod'), '/'))?.status).toBe(200);

    rmSync(filler);
    const began = performance.now();
    await eventually('writes are taken again', MINUTE, async () => ((await write(acknowledged.length + errors.length)) ? true : undefined));
    console.log(`writes are taken again ${Math.round(performance.now() - began)} ms after there is room`);
    expect(await missingOf(platform.connection, acknowledged)).toEqual([]);
    await service.release({ version: 'after' });
    await eventually('the next release serves in dev', 2 * MINUTE, async () => ((await ask(platform.ready.edgeUrl, service.host('dev'), '/'))?.body === 'after' ? true : undefined));
    expect(await platform.connection.call<AuditVerification>('GET', '/roadbed/v1/audit/verification')).toMatchObject({ ok: true });
    const { answered, lost } = load.take();
    console.log(`meanwhile ${answered} requests were answered, ${lost.length} lost`);
    expect(lost).toEqual([]);
  }, 6 * MINUTE);
}
