/**
 * Writes down what bills say, in the replica that leads: when a bill comes or goes, and once a day for the sake of new
 * states and rules. Nothing is kept but the findings themselves, so a recorder that is killed begins again.
 */
import type { Actor } from '../../domain/event.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Findings } from '../../ports/findings.ts';
import type { ChangesNear } from './anomalies.ts';
import { billFindings } from './bill-findings.ts';
import type { BillSource, BillView } from './costs.ts';

const ACTOR: Actor = { issuer: 'roadbed', subject: 'service:cost-controller' };
const EVERY_MS = 60_000;
const ANEW_MS = 24 * 3_600_000;
const SCOPES = { anomalies: { scope: 'bill:anomalies', analysis: 'anomalies of bills' }, unmanaged: { scope: 'bill:unmanaged', analysis: 'charges for what no state has' } } as const;
const MOST_OPEN = 10_000;

export interface BillFindingDeps {
  bills: BillSource;
  view: () => Promise<BillView>;
  changes: ChangesNear;
  findings: Pick<Findings, 'record' | 'list'>;
  clock: Clock;
  log: { warn(fields: Record<string, unknown>, message: string): void };
}

/** Looks at intervals, never twice at a time, until it is stopped. */
export function recordBillFindings(deps: BillFindingDeps, everyMs = EVERY_MS): { stop(): Promise<void> } {
  let seen: string | undefined;
  let looked = -Infinity;
  let running: Promise<void> | undefined;
  const once = async (): Promise<void> => {
    const { version } = await deps.bills.coverage();
    if (version === seen && deps.clock.monotonic() - looked < ANEW_MS) return;
    await recordOnce(deps);
    [seen, looked] = [version, deps.clock.monotonic()];
  };
  const timer = setInterval(() => {
    running ??= once()
      .catch((error: unknown) => deps.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'the findings of bills could not be recorded yet'))
      .finally(() => (running = undefined));
  }, everyMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

/** A team that has nothing any more, or no bill any more, gets a run without findings: then what it had is resolved. */
export async function recordOnce({ bills, view, changes, findings, clock }: Omit<BillFindingDeps, 'log'>): Promise<void> {
  const found = await billFindings(bills, await view(), changes);
  const open = await findings.list({ rule: 'cost.bill.', states: ['open', 'accepted'], limit: MOST_OPEN });
  const at = new Date(clock.now()).toISOString();
  for (const kind of ['anomalies', 'unmanaged'] as const) {
    const { scope, analysis } = SCOPES[kind];
    const before = open.filter(({ seenBy }) => seenBy.some((sighting) => sighting.scope === scope)).map(({ namespace }) => namespace);
    for (const namespace of new Set([...found[kind].keys(), ...before])) await findings.record({ namespace, scope, analysis, source: 'bill', at, actor: ACTOR, findings: found[kind].get(namespace) ?? [] });
  }
}
