/** Where the price book's files are: `prices/` of the package, and a platform team's own folder. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '../domain/error.ts';
import type { PriceFiles } from '../engines/price-book/price.ts';
import { packageRoot } from './package-root.ts';

const LARGEST_OWN_FILE = 256 * 1024 * 1024;
const NAME = /^[\w.-]+$/;

export function shippedPrices(folder = join(packageRoot, 'prices')): PriceFiles {
  return {
    read: (name) => {
      const path = join(folder, name);
      return NAME.test(name) && existsSync(path) ? readFileSync(path) : undefined;
    },
  };
}

/**
 * The book as it was on a day: of the versions that are kept in `FOLDER/book/DAY`, the newest that is not younger; otherwise
 * the one that ships.
 */
export function pricesOf(day: string, folder: string | undefined): PriceFiles {
  const kept = folder === undefined ? '' : join(folder, 'book');
  if (kept === '' || !existsSync(kept) || !statSync(kept).isDirectory()) return shippedPrices();
  const versions = readdirSync(kept).filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name) && name <= day).sort();
  const newest = versions.at(-1);
  return newest === undefined ? shippedPrices() : shippedPrices(join(kept, newest));
}

/** Files of the book's own form, in the order of their names. Throws ROADBED-8302 when the folder is not there, -8303 for a file that is too large. */
export function ownPrices(folder: string): { name: string; text: string }[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new PlatformError({ code: 'ROADBED-8302', class: 'not-found', message: `the folder of own prices ${folder} is not there`, next: 'make it with: roadbed prices import FILE --to FOLDER' });
  return readdirSync(folder).filter((name) => name.endsWith('.csv')).sort().map((name) => {
    const path = join(folder, name);
    if (statSync(path).size > LARGEST_OWN_FILE) throw new PlatformError({ code: 'ROADBED-8303', class: 'invalid', message: `${path} is larger than ${LARGEST_OWN_FILE / 1024 / 1024} MB`, next: 'split it by service' });
    return { name, text: readFileSync(path, 'utf8') };
  });
}
