/**
 * Running cost as it is wired: rates from the price book, with `extensions/prices/` over it and `extensions/running-cost.json`
 * to choose among them. Both are read once, at the start; a faulty file fails it with its name, as silence would make every figure wrong.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { databaseSizes } from '../../adapters/postgres/database-sizes.ts';
import { RunningCosts } from '../../adapters/postgres/running-cost.ts';
import { startRunningCost } from '../../control/running-cost/recorder.ts';
import { PriceBook } from '../../engines/price-book/price-book.ts';
import { DEFAULT_RUNNING_COST, runningCostSettings, runningRates } from '../../engines/running-cost/rates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Objects } from '../../ports/objects.ts';
import type { RunningCost } from '../../ports/running-cost.ts';
import type { Runtime } from '../../ports/runtime.ts';
import { ownPrices, shippedPrices } from '../price-files.ts';
import type { PlatformDatabase } from './database.ts';

export interface RunningCostParts {
  /** Folder of the platform team's extensions. */
  extensions: string;
  storage: Pick<PlatformDatabase, 'database'>;
  objects: Objects;
  runtime: Runtime;
  clock: Clock;
  log: Logger;
}

export interface PlatformRunningCost {
  store: RunningCost;
  /** In the replica that leads. */
  record(): { stop(): Promise<void> };
}

/** Throws ROADBED-8650 for settings that say nothing, ROADBED-8303 for a file of prices that is too large. */
export function openRunningCost({ extensions, storage, objects, runtime, clock, log }: RunningCostParts): PlatformRunningCost {
  const [prices, file] = [join(extensions, 'prices'), join(extensions, 'running-cost.json')];
  const settings = existsSync(file) ? runningCostSettings(readFileSync(file, 'utf8'), file) : DEFAULT_RUNNING_COST;
  const rates = runningRates(new PriceBook(shippedPrices(), existsSync(prices) ? ownPrices(prices) : []), settings, file);
  const store = new RunningCosts(storage.database);
  const sizes = (): Promise<ReadonlyMap<string, number>> =>
    databaseSizes(storage.database).catch((error: unknown) => {
      log.warn({ error: String(error) }, 'the sizes of databases are not known');
      return new Map();
    });
  return { store, record: () => startRunningCost({ objects, runtime, clock, rates, databaseSizes: sizes, store, log }) };
}
