import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../engines/rollout-plan/decide.ts';
import { syncDesiredState } from '../desired-state/desired-state.ts';
import { act } from './act.ts';
import { observe } from './observe.ts';
import { KEY, NAMESPACE, scene, weightsInForce, type Scene } from './testing/scene.ts';
import type { Behaviour } from './testing/simulated-world.ts';

const behaviours: Behaviour[] = [{ kind: 'good' }, { kind: 'good', errorShare: 0.2 }, { kind: 'crashes' }];

/** One pass in which every action is done or left out as `does` says; whatever is done is done in the plan's order. */
async function partialPass(play: Scene, does: () => boolean): Promise<void> {
  await syncDesiredState({ objects: play.objects, desiredState: play.desired, log: { warn: () => undefined } });
  const seen = await observe(play.world, NAMESPACE, KEY.name);
  if (seen === undefined) return;
  const plan = decide(seen.view);
  expect(decide(seen.view), 'the same view gives the same plan').toEqual(plan);
  expect(plan.actions.filter((action) => action.kind === 'writeStatus').length).toBeLessThanOrEqual(1);
  for (const action of plan.actions) if (does()) await act(play.world, seen, action);
}

function lawsHold(play: Scene): void {
  const weights = weightsInForce(play);
  const shares = Object.values(weights);
  expect(shares.length).toBeLessThanOrEqual(2);
  if (shares.length > 0) expect(shares.reduce((sum, share) => sum + share, 0)).toBe(100);
}

test('with any subset of each plan done, in any scene, passes converge to one healthy end and keep the laws', async () => {
  const step = fc.record({ which: fc.nat(2), replicas: fc.integer({ min: 1, max: 3 }), mask: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), passes: fc.integer({ min: 1, max: 25 }), ms: fc.integer({ min: 50, max: 3_000 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const play = await scene();
      const first = await play.release(1);
      await play.want(first);
      await play.settle();
      let number = 1;
      let lastGood = first;
      for (const { which, replicas, mask, passes, ms } of steps) {
        number += 1;
        const behaviour = behaviours[which] ?? { kind: 'good' };
        const name = await play.release(number, behaviour);
        if (which === 0) lastGood = name;
        await play.want(name, replicas);
        let index = 0;
        for (let pass = 0; pass < passes; pass += 1) {
          await partialPass(play, () => mask[index++ % mask.length] === true);
          lawsHold(play);
          play.flow(ms);
        }
      }
      await play.settle(play.restarted(), 300_000);
      const { status } = await play.rollout();
      const running = [...play.runtime.revisions.values()].map((revision) => revision.spec.release);
      // A release that was overtaken before it was promoted is not the end; the newest good wish is, or what was promoted before a bad one.
      expect(running).toEqual([status?.stable?.release]);
      expect(weightsInForce(play)).toEqual({ [status?.stable?.release ?? '']: 100 });
      if ((steps.at(-1)?.which ?? 0) === 0) expect(status?.stable?.release).toBe(lastGood);
      expect(status?.attempt?.finishedAt).toBeDefined();
      expect(play.lost).toEqual([]);
      const writes = play.objects.writes;
      const seen = await observe(play.restarted(), NAMESPACE, KEY.name);
      expect(seen === undefined ? [] : decide(seen.view).actions, 'a settled system is left alone').toEqual([]);
      expect(play.objects.writes).toBe(writes);
    }),
    { numRuns: 60 },
  );
}, 60_000);
