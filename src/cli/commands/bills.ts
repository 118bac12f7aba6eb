/**
 * bills: what providers charged, from a FOCUS file on this machine or from what the platform has imported.
 *
 * What it does is loaded when it runs.
 */
import { Option, type Command } from 'commander';
import type { BillFlags } from '../bills/options.ts';
import type { CommandGroup, Session } from '../session.ts';

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];
const format = (command: Command): Command => command.addOption(new Option('--format <format>', 'what to print (default: table)').choices(['table', 'json', 'csv']));
const provider = (command: Command): Command => command.option('--provider <name>', 'provider of rows that name none');

/** Options of questions; `[file]` is read here, without it the platform is asked. */
function question(command: Command): Command {
  return provider(format(command))
    .argument('[file]', 'a FOCUS file (CSV, also packed with gzip, or Parquet); default: what the platform has')
    .option('--team <team>', 'of one team only')
    .option('--allocation <file>', 'rules of allocation for a file; the platform has its own')
    .option('--state <file>', 'a Terraform state to find the resources of a file in; may be given several times', several)
    .option('--currency <code>', 'in one currency, with a rate for each other')
    .option('--rate <rate>', 'what one of another currency is worth, and since when: EUR:1.08@2026-09-30; may be given several times', several)
    .option('--measure <cost>', 'billed, effective, list or contracted');
}

function ranged(command: Command): Command {
  return command.option('--month <month>', 'one month: 2026-09').option('--from <day>', 'first day').option('--to <day>', 'last day');
}

export const billCommands: CommandGroup = (program, act) => {
  const bills = program.command('bills').description('what providers charged: import FOCUS bills, who pays, anomalies, forecast');
  const importing = (session: Session, files: string[], flags: BillFlags): Promise<void> => import('../bills/import-bills.ts').then((bill) => bill.importBills(session, files, flags));
  provider(format(bills.command('import').argument('<files...>', 'FOCUS files: CSV, packed with gzip, or Parquet')))
    .description('take bills into the platform, each file whole or not at all; -n makes it a team\'s own')
    .option('--replace', 'a corrected or later delivery: it takes the place of the same accounts and periods')
    .option('--add', 'a further part of accounts and periods that are there; rows that are there already are not counted twice')
    .option('--delivery <name>', 'files of one delivery stand beside each other (default: the files of this command)')
    .action(act(importing));
  provider(format(bills.command('check').argument('<file>')))
    .description('hold a file against the rules of FOCUS, without a platform')
    .action(act(async (session: Session, file: string, flags: BillFlags) => (await import('../bills/import-bills.ts')).checkBill(session, file, flags)));
  format(bills.command('list', { isDefault: true }))
    .description('what was imported')
    .action(act(async (session: Session, flags: BillFlags) => (await import('../bills/import-bills.ts')).listBills(session, flags)));
  ranged(question(bills.command('show')))
    .description('costs by team, service, resource, ...; what nobody owns is always told')
    .option('--by <what>', 'team, service, environment, provider, provider-service, category, account, region, resource, address, rule or tag:KEY (default: team)')
    .option('--by-day', 'day by day')
    .option('--filter <what=name>', 'only these, as --by names them: provider-service=AWS Lambda; may be given several times', several)
    .option('--unmanaged', 'resources on the bill that are in no state: of those given with a file, or pushed to the platform')
    .option('--minimum <amount>', 'with --unmanaged: only above this (default: 1)')
    .action(act(async (session: Session, file: string | undefined, flags: BillFlags) => (await import('../bills/show.ts')).showCosts(session, file, flags)));
  question(bills.command('anomalies'))
    .description('days that cost much more or less than such days do, what moved them, and the changes before them')
    .option('--days <count>', 'how many of the last days are judged (default: 14)')
    .option('--minimum <amount>', 'a day; less is not worth a look (default: 10)')
    .action(act(async (session: Session, file: string | undefined, flags: BillFlags) => (await import('../bills/show.ts')).showAnomalies(session, file, flags)));
  question(bills.command('forecast'))
    .description('what the month will come to, with a band')
    .option('--by <what>', 'as with show (default: everything in one)')
    .action(act(async (session: Session, file: string | undefined, flags: BillFlags) => (await import('../bills/show.ts')).showForecast(session, file, flags)));
  ranged(question(bills.command('compare')))
    .description('an estimate of roadbed cost against what was billed, with the reasons')
    .option('--estimate <file>', 'what roadbed cost --format json has written')
    .option('--by <what>', 'address or team (default: address)')
    .action(act(async (session: Session, file: string | undefined, flags: BillFlags) => (await import('../bills/compare.ts')).compareWithEstimate(session, file, flags)));
  ranged(provider(bills.command('export').argument('[file]', 'a file to make CSV of; default: what the platform has')))
    .description('charges as FOCUS in CSV')
    .option('--out <file>', 'write to this new file instead of standard output')
    .action(act(async (session: Session, file: string | undefined, flags: BillFlags) => (await import('../bills/show.ts')).exportBill(session, file, flags)));
  bills
    .command('remove')
    .argument('<import>', 'number of the import, from roadbed bills list')
    .description('take an import and its rows away')
    .action(act(async (session: Session, id: string) => (await import('../bills/import-bills.ts')).removeBill(session, id)));
  bills
    .command('allocation')
    .argument('[file]', 'YAML; without it the rules are shown')
    .description('the rules of who pays what has no owner')
    .action(act(async (session: Session, file: string | undefined) => (await import('../bills/import-bills.ts')).allocationRules(session, file)));
};
