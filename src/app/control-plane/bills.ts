/** Bills of providers in the control plane: the store, uploads and their import, whose resources they name, who may, and old ones going. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { openImportThreads } from '../../adapters/bill-import/import-thread.ts';
import { openBillSpool } from '../../adapters/bill-spool/spool.ts';
import { PostgresBills } from '../../adapters/postgres/bills/store.ts';
import { mayReadRow } from '../../api/objects/http/events-view.ts';
import type { BillApiDependencies } from '../../api/platform/bills.ts';
import { changesFromEvents } from '../../control/bill/anomalies.ts';
import type { BillView } from '../../control/bill/costs.ts';
import { recordBillFindings } from '../../control/bill/finding-recorder.ts';
import { rulesInForce } from '../../control/bill/rules.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Findings } from '../../ports/findings.ts';
import type { TerraformStates } from '../../ports/terraform-states.ts';
import { openBillLookup } from '../infrastructure/bill-lookup.ts';
import type { PlatformDatabase } from './database.ts';
import type { ObjectCore } from './object-core.ts';

const KEPT_MONTHS = 25;
const PRUNE_EVERY_MS = 6 * 3_600_000;

export interface PlatformBills extends BillApiDependencies {
  /** Rules, and what states know of ids on the bill, as they are now. */
  view(): Promise<BillView>;
  /** In the replica that leads: what bills say becomes findings. */
  record(findings: Findings): { stop(): Promise<void> };
  stop(): Promise<void>;
}

export function openPlatformBills(parts: { core: ObjectCore; storage: PlatformDatabase; states: TerraformStates; dataDir: string; clock: Clock; log: Logger }): PlatformBills {
  const { core, storage, clock, log } = parts;
  const bills = new PostgresBills(storage.database);
  let pruning: Promise<unknown> = Promise.resolve();
  const prune = (): void => {
    const day = new Date(clock.now());
    day.setUTCMonth(day.getUTCMonth() - KEPT_MONTHS);
    pruning = bills.removeBefore(day.toISOString().slice(0, 10)).then(
      (removed) => removed > 0 && log.info({ removed }, 'old bills were removed'),
      (error: unknown) => log.warn({ error: String(error) }, 'old bills could not be removed'),
    );
  };
  const timer = setInterval(prune, PRUNE_EVERY_MS);
  timer.unref();
  const threads = openImportThreads(storage.database.connection);
  const lookup = openBillLookup(parts.states, bills);
  const view = async (): Promise<BillView> => {
    const [rules, known] = await Promise.all([bills.allocation(), lookup()]);
    return { rules: rulesInForce(rules), ...(known === undefined ? {} : { lookup: known }) };
  };
  return {
    view,
    record: (findings) => recordBillFindings({ bills, view, changes: changesFromEvents(storage.store.events), findings, clock, log }),
    bills,
    load: threads.load,
    lookup,
    spool: openBillSpool(join(parts.dataDir, 'bills')),
    events: storage.store.events,
    authorise: async (identity, action) => {
      const kind = core.service.kinds.byName(`${GROUP}/Rollout`);
      return kind === undefined ? { allowed: false, reason: 'rollouts are not served' } : core.service.decide(identity, action.verb, { kind, namespace: action.namespace, name: '' });
    },
    mayReadRow: (identity, row) => mayReadRow(core.service, identity, row),
    async stop() {
      clearInterval(timer);
      await Promise.all([pruning, threads.stop()]);
    },
  };
}
