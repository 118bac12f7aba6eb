/**
 * Records what environments cost, in the replica that leads: looks every minute, and the store adds one look a slot of
 * five minutes to the day. A look that fails is made up for by the next within the slot; a slot without one is a gap.
 */
import type { RunningCost } from '../../ports/running-cost.ts';
import type { LookDeps } from './look.ts';
import { RunningCostLook } from './look.ts';

const EVERY_MS = 60_000;
/** Services come up, and the collector brings in the traffic of an outage. */
const FIRST_MS = 10_000;

export interface RecorderDeps extends LookDeps {
  store: Pick<RunningCost, 'record'>;
  log: { warn(fields: Record<string, unknown>, message: string): void };
}

/** Looks at intervals, never twice at a time, until it is stopped. */
export function startRunningCost(deps: RecorderDeps, everyMs = EVERY_MS, firstMs = FIRST_MS): { stop(): Promise<void> } {
  const look = new RunningCostLook(deps);
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const once = (): void => {
    if (busy) return;
    busy = true;
    running = recordOnce(deps, look)
      .catch((error: unknown) => deps.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'the running cost could not be recorded yet'))
      .finally(() => (busy = false));
  };
  const first = setTimeout(once, firstMs);
  const timer = setInterval(once, everyMs);
  first.unref();
  timer.unref();
  return {
    stop: async () => {
      clearTimeout(first);
      clearInterval(timer);
      await running;
    },
  };
}

/** The time is taken before looking: what is seen holds for the slot in which looking began. */
async function recordOnce(deps: RecorderDeps, look: RunningCostLook): Promise<boolean> {
  const at = new Date(deps.clock.now()).toISOString();
  return deps.store.record(at, await look.lines());
}
