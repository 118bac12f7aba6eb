/** What the Cost page reads: running cost, bills by the rules of the platform, and savings that were found. */
import { billHistory } from '../../api/console/bill-history.ts';
import type { CostReads } from '../../api/console/cost-reads.ts';
import { changesFromEvents } from '../../control/bill/anomalies.ts';
import type { Findings } from '../../ports/findings.ts';
import type { RunningCost } from '../../ports/running-cost.ts';
import type { PlatformBills } from './bills.ts';
import type { PlatformDatabase } from './database.ts';

export function openCostReads({ running, storage, bills, findings }: { running: RunningCost; storage: PlatformDatabase; bills: PlatformBills; findings: Findings }): CostReads {
  return {
    running,
    findings,
    bills: billHistory({
      bills: bills.bills,
      view: bills.view,
      changes: (readable) => changesFromEvents(storage.store.events, (row) => readable.row(row)),
    }),
  };
}
