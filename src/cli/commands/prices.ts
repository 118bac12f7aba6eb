/** prices: what the price book has, and a vendor's list taken into a folder of own prices. */
import type { PricesFlags } from '../cost/run-prices.ts';
import type { CommandGroup, Session } from '../session.ts';

export const priceCommands: CommandGroup = (program, act) => {
  const prices = program.command('prices').description('the price book: list prices with source, date and confidence');
  prices
    .command('list')
    .argument('[words...]', 'each in the service, the region or the dimension')
    .description('search the prices')
    .option('--provider <provider>', 'aws, azure, gcp, oci, linode')
    .option('--service <service>', 'Terraform type or service of the vendor')
    .option('--region <region>', 'region of the vendor')
    .option('--limit <count>', 'how many (default: 50)')
    .option('--prices <folder>', 'own prices over the shipped ones')
    .option('--prices-as-of <day>', 'as they were on this day: 2026-10-31')
    .action(act(async (session: Session, words: string[], flags: PricesFlags) => (await import('../cost/run-prices.ts')).listPrices(session, words, flags)));
  prices
    .command('show')
    .argument('<name>', 'machine type (m5.large, db.r6g.large, Standard_D4s_v5, n2-standard-4) or Terraform type')
    .description('what one thing costs, and what decides it')
    .option('--region <region>', 'region of the vendor (default: the base region)')
    .option('--prices <folder>', 'own prices over the shipped ones')
    .option('--prices-as-of <day>', 'as they were on this day: 2026-10-31')
    .action(act(async (session: Session, name: string, flags: PricesFlags) => (await import('../cost/run-prices.ts')).showPrice(session, name, flags)));
  prices
    .command('import')
    .argument('<file>', 'AWS price list (JSON, CSV), Azure retail prices or Google SKUs (JSON), or a FOCUS bill (CSV)')
    .description('take a price list into a folder of own prices')
    .option('--to <folder>', 'folder of own prices')
    .option('--currency <rate>', 'what one USD is worth in the currency of the list: EUR:0.92@2026-11-20')
    .action(act(async (session: Session, file: string, flags: PricesFlags) => (await import('../cost/run-prices.ts')).importPrices(session, file, flags)));
  prices
    .command('keep')
    .description('keep the price book that ships, so that a report of today can be made again later')
    .option('--to <folder>', 'folder of own prices; the book is kept in its folder book, under its day')
    .action(act(async (session: Session, flags: PricesFlags) => (await import('../cost/run-prices.ts')).keepPrices(session, flags)));
};
