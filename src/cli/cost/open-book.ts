/** The price book of a command: what ships, or a version that was kept, with own prices on top. */
import { PlatformError } from '../../domain/error.ts';
import { PriceBook } from '../../engines/price-book/price-book.ts';
import type { PriceFiles } from '../../engines/price-book/price.ts';
import { isDate } from '../../formats/price-list/imported-price.ts';
import type { Session } from '../session.ts';

export interface BookFlags {
  prices?: string;
  pricesAsOf?: string;
}

/** The day up to which a book's tables were gathered; empty when it does not say. */
export function gatheredOn(files: PriceFiles): string {
  const bytes = files.read('book.json');
  const found = bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as { gathered?: unknown }).gathered;
  return typeof found === 'string' ? found : '';
}

/** Says so when no version of that day is kept. Throws ROADBED-8892 for a day that is none. */
export async function openBook(session: Session, flags: BookFlags): Promise<PriceBook> {
  const { infrastructure } = session.platform;
  const { prices: folder, pricesAsOf: day } = flags;
  if (day !== undefined && !isDate(day)) throw new PlatformError({ code: 'ROADBED-8892', class: 'usage', message: `${day} is no day`, next: 'write --prices-as-of 2026-10-31' });
  const files = await infrastructure.priceFiles(day === undefined ? undefined : { day, ...(folder === undefined ? {} : { folder }) });
  const gathered = gatheredOn(files);
  if (day !== undefined && gathered > day) session.output.say(`no price book of ${day} is kept: the one that ships was gathered up to ${gathered}; keep versions with: roadbed prices keep --to FOLDER`);
  return new PriceBook(files, folder === undefined ? [] : await infrastructure.ownPrices(folder), day === undefined ? {} : { asOf: day });
}
