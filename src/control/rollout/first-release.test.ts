import { expect, test } from 'vitest';
import { scene } from './testing/scene.ts';

test('a first release that fails leaves a clear state that names what to do, and the next one comes by itself', async () => {
  const play = await scene();
  const first = await play.release(1, { kind: 'crashes' });
  await play.want(first);
  await play.settle();
  const { status } = await play.rollout();
  expect(status).toMatchObject({ phase: 'Degraded', attempt: { release: first, phase: 'RolledBack' } });
  expect(status?.stable).toBeUndefined();
  expect(status?.message).toMatch(new RegExp(`^release ${first} is held in prod: .* ended 3 times: exit code 1.*; a release from a newer commit passes, or lift the hold with a reason: roadbed hold lift `));
  expect([...play.runtime.revisions.keys()]).toEqual([]);
  await play.settle(play.restarted(), 30_000);
  expect((await play.rollout()).status?.attempt?.number).toBe(1);
  const second = await play.release(2);
  await play.want(second);
  await play.settle();
  expect((await play.rollout()).status).toMatchObject({ phase: 'Healthy', stable: { release: second } });
});
