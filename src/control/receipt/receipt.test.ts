import { expect, test } from 'vitest';
import type { EventRow, NewEvent } from '../../domain/event.ts';
import type { EventQuery } from '../../ports/events.ts';
import { production, scene, type Scene } from '../rollout/testing/scene.ts';
import { receiptOf, type ReceiptDeps } from './receipt.ts';

/** The log as the store would have it. */
function rowsOf(events: readonly NewEvent[]): EventRow[] {
  return events.map((event, index) => ({ ...event, chain: event.chain ?? '', occurredAt: event.occurredAt ?? '', id: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`, sequence: index + 1, recordedAt: event.occurredAt ?? '' }));
}

function deps(play: Scene): ReceiptDeps {
  const query = async ({ chain, kinds, subject, order }: EventQuery): Promise<EventRow[]> => {
    const rows = rowsOf(play.objects.events).filter((row) => (chain === undefined || row.chain === chain) && (kinds === undefined || kinds.includes(row.kind)) && (subject === undefined || row.subject === subject));
    return order === 'descending' ? rows.reverse() : rows;
  };
  return { objects: play.objects, events: { query }, metrics: play.world.metrics, clock: play.clock };
}

async function badRelease(): Promise<Scene & { bad: string }> {
  const play = await scene(production);
  await play.want(await play.release(1));
  await play.settle();
  const bad = await play.release(2, { kind: 'good', errorShare: 0.12 });
  await play.want(bad);
  await play.settle();
  return Object.assign(play, { bad });
}

test('the receipt of a bad release has the sentence, what was measured, what users met, what undid it, and the event chain', async () => {
  const play = await badRelease();
  const receipt = await receiptOf(deps(play), 'shop', 'checkout.prod');
  expect(receipt).toMatchObject({ outcome: 'RolledBack', release: play.bad, attempt: 2, undone: { commit: 'commit-3', hold: expect.stringMatching(/^checkout\.prod\.[0-9a-f]{12}\.2$/) as string } });
  expect(receipt.sentence).toMatch(/was rolled back: .*limit 1 %; commit 0202020 "change 2" by Ada; \d+ user requests affected$/);
  expect(receipt.returnMillis).toBeLessThan(2_000);
  expect(receipt.measurements.at(-1)).toMatchObject({ check: 'success', phase: 'Failed', query: expect.stringContaining('successRate of checkout.prod.') as string });
  expect(receipt.traffic.canary.errors).toBeGreaterThan(0);
  expect(receipt.sentence).toContain(`${receipt.traffic.canary.errors} user requests affected`);
  expect(receipt.traffic.stable?.errors).toBe(0);
  expect(receipt.cdEvents.map((event) => event.context.type)).toEqual([
    'dev.cdevents.service.deployed.0.3.0', 'dev.cdevents.incident.detected.0.3.0', 'dev.cdevents.service.rolledback.0.3.0', 'dev.cdevents.incident.resolved.0.3.0',
  ]);
});

test('the delivery metrics move, and say by how much', async () => {
  const play = await badRelease();
  const { metrics } = await receiptOf(deps(play), 'shop', 'checkout.prod');
  expect(metrics.moved).toContainEqual({ key: 'changeFailRate', before: 0, after: 0.5 });
  expect(metrics.moved.map((metric) => metric.key)).toContain('failedDeploymentRecoveryTime');
  expect(metrics.after.metrics.find((metric) => metric.key === 'changeFailRate')?.rows).toHaveLength(2);
});

test('the receipt of an earlier attempt is read back from the log', async () => {
  const play = await badRelease();
  expect(await receiptOf(deps(play), 'shop', 'checkout.prod', 1)).toMatchObject({ outcome: 'Promoted', attempt: 1 });
  await expect(receiptOf(deps(play), 'shop', 'checkout.prod', 7)).rejects.toMatchObject({ code: 'ROADBED-3350' });
});
