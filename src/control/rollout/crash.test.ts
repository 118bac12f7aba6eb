import { expect, test } from 'vitest';
import { reconcileRollout } from './reconciler.ts';
import { syncDesiredState } from '../desired-state/desired-state.ts';
import { Crash, dying, KEY, scene, weightsInForce, type Scene } from './testing/scene.ts';
import type { Behaviour } from './testing/simulated-world.ts';

const BAD: Behaviour = { kind: 'good', errorShare: 0.2 };

/** What must be the same whenever the control plane died. */
async function ending(play: Scene): Promise<unknown> {
  const { status, spec } = await play.rollout();
  return {
    wanted: spec.release,
    stable: status?.stable?.release,
    outcome: status?.attempt?.verdict?.outcome,
    weights: weightsInForce(play),
    running: [...play.runtime.revisions.values()].map((revision) => revision.spec.release),
    holds: (await play.holds()).map((hold) => hold.spec.release),
    desired: play.desired.commits.map((commit) => commit.entry.release),
    finished: play.objects.events.filter((event) => event.kind === 'rollout.finished').length,
    incidents: play.objects.events.filter((event) => event.kind === 'incident.detected').length,
    rolledBack: play.objects.events.filter((event) => event.kind === 'service.rolledback').length,
    lost: play.lost,
  };
}

/** Stable first release, then a second one whose whole way is played; the control plane dies at call `at`. */
async function play(behaviour: Behaviour, at: number, when: 'before' | 'after'): Promise<{ end: unknown; calls: number; splits: number[] }> {
  const self = await scene();
  await self.want(await self.release(1));
  await self.settle();
  await self.want(await self.release(2, behaviour));
  const mortal = dying(self.restarted(), at, when);
  const world = mortal.world;
  const endAt = self.clock.monotonic() + 90_000;
  try {
    for (let quiet = 0; quiet < 2 && self.clock.monotonic() < endAt; ) {
      await syncDesiredState({ objects: world.objects, desiredState: world.desiredState, log: { warn: () => undefined } });
      const again = (await reconcileRollout(world, KEY))?.requeueAfterMs;
      if (mortal.calls() >= at) throw new Crash('noticed');
      self.flow(Math.max(50, again ?? 1_000));
      quiet = again === undefined ? quiet + 1 : 0;
    }
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
  // While it is dead the edge goes on by the table in force.
  self.flow(3_000);
  await self.settle(self.restarted());
  const splits = self.traffic.tables.flatMap((table) => table.routes.map((route) => route.revisions.reduce((sum, entry) => sum + entry.weight, 0)));
  return { end: await ending(self), calls: mortal.calls(), splits };
}

for (const [name, behaviour] of [['good', { kind: 'good' }], ['bad', BAD], ['crashing', { kind: 'crashes' }]] as const) {
  test(`a ${name} release comes to the same end wherever the control plane dies`, async () => {
    const whole = await play(behaviour, Number.POSITIVE_INFINITY, 'before');
    expect(whole.calls).toBeGreaterThan(50);
    let deaths = 0;
    for (const when of ['before', 'after'] as const) {
      for (let at = 1; at <= whole.calls; at += 1) {
        const broken = await play(behaviour, at, when);
        expect(broken.end, `died ${when} call ${at}`).toEqual(whole.end);
        expect(new Set([...broken.splits]), `died ${when} call ${at}`).toEqual(new Set([...broken.splits].filter((sum) => sum === 100 || sum === 0)));
        deaths += 1;
      }
    }
    console.log(`${name}: died at each of ${whole.calls} calls, ${deaths} deaths, one end`);
  }, 120_000);
}
