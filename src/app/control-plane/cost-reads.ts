/** What the Cost page reads: running cost, bills by the rules of the platform, and savings that were found. */
import { RunningCosts } from '../../adapters/postgres/running-cost.ts';
import { billHistory } from '../../api/console/bill-history.ts';
import type { CostReads } from '../../api/console/cost-reads.ts';
import { changesFromEvents } from '../../control/bill/anomalies.ts';
import type { Findings } from '../../ports/findings.ts';
import type { PlatformBills } from './bills.ts';
import type { PlatformDatabase } from './database.ts';

export function openCostReads({ storage, bills, findings }: { storage: PlatformDatabase; bills: PlatformBills; findings: Findings }): CostReads {
  return {
    running: new RunningCosts(storage.database),
    findings,
    bills: billHistory({
      bills: bills.bills,
      view: bills.view,
      changes: (readable) => changesFromEvents(storage.store.events, (row) => readable.row(row)),
    }),
  };
}
