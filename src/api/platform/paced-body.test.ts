import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PlatformError } from '../../domain/error.ts';
import { pacedBody } from './paced-body.ts';
import { Turns } from './turns.ts';

async function lengthOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const piece of body) length += piece.length;
  return length;
}

test('a body that keeps coming is read whole, one that trickles or is silent is not waited for', async () => {
  async function* pieces(count: number, bytes: number, every: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < count; at += 1) {
      yield new Uint8Array(bytes);
      await delay(every);
    }
  }
  const pace = { patienceMs: 100, bytesPerSecond: 100_000 };
  expect(await lengthOf(pacedBody(pieces(20, 50_000, 10), pace))).toBe(1_000_000);
  await expect(lengthOf(pacedBody(pieces(1_000, 1, 10), pace))).rejects.toMatchObject({ code: 'ROADBED-5029' });
  await expect(lengthOf(pacedBody({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) }, pace))).rejects.toMatchObject({ code: 'ROADBED-5029' });
});

test('only so many are at work, only so many wait, and a failure gives its place back', async () => {
  const turns = new Turns({ atOnce: 1, mostWaiting: 1, full: () => new PlatformError({ code: 'ROADBED-8520', class: 'unavailable', message: 'full' }) });
  let end = (): void => undefined;
  const first = turns.take(() => new Promise<void>((_, reject) => (end = () => reject(new Error('broke')))));
  const second = turns.take(async () => 'second');
  await expect(turns.take(async () => 'third')).rejects.toMatchObject({ code: 'ROADBED-8520' });
  end();
  await expect(first).rejects.toThrow('broke');
  expect([await second, await turns.take(async () => 'fourth')]).toEqual(['second', 'fourth']);
});
