/** show, anomalies, forecast, export: answers of a bill on the terminal. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { PlatformError } from '../../domain/error.ts';
import { exportColumns, focusHeaderLine, focusLine } from '../../formats/focus/print-csv.ts';
import type { Session } from '../session.ts';
import { askAnomalies, askCosts, askForecast, askUnmanaged } from './ask.ts';
import { findBill, readBill } from './bill-file.ts';
import { measureOf, rangeOf, type BillFlags } from './options.ts';
import { amount, printTable, wantsJson } from './print.ts';

export async function showCosts(session: Session, path: string | undefined, flags: BillFlags): Promise<void> {
  if (flags.unmanaged === true) return showUnmanaged(session, path, flags);
  const measure = measureOf(flags, 'billed');
  const answer = await askCosts(session, path, flags);
  if (wantsJson(session, flags)) return session.output.line(JSON.stringify({ schemaVersion: 1, ...answer }));
  const shown = (text: string): string => amount(session, flags, text);
  if (flags.byDay === true) {
    printTable(session, flags, ['day', answer.by, measure, 'currency', 'rows'], (answer.days ?? []).map((row) => [row.day, row.name, shown(row[measure]), row.currency, String(row.rows)]));
  } else {
    printTable(session, flags, [answer.by, 'billed', 'effective', 'list', 'currency', 'rows'], answer.groups.map((row) => [row.name, shown(row.billed), shown(row.effective), shown(row.list), row.currency, String(row.rows)]));
  }
  for (const total of answer.totals) {
    const none = answer.unallocated.find((one) => one.currency === total.currency)?.[measure] ?? '0';
    session.output.say(`${shown(total[measure])} ${total.currency} ${measure} from ${answer.from} to ${answer.to} in ${total.rows} rows; ${shown(none)} ${total.currency} of it unallocated`);
  }
  if (answer.by === 'service' && answer.groups.length > 0 && answer.groups.every((row) => row.name === '(none)')) session.output.say('no charge names a service of yours (tag service, app, ...); the services of the provider: --by provider-service');
  if (answer.totals.length === 0) session.output.say(`no charges from ${answer.from} to ${answer.to}`);
}

async function showUnmanaged(session: Session, path: string | undefined, flags: BillFlags): Promise<void> {
  if (path !== undefined && flags.state === undefined) throw new PlatformError({ code: 'ROADBED-8752', class: 'usage', message: 'what no state has is told of a file with states', next: 'roadbed bills show FILE --unmanaged --state terraform.tfstate' });
  const findings = await askUnmanaged(session, path, flags);
  if (wantsJson(session, flags)) return session.output.line(JSON.stringify({ schemaVersion: 1, findings }));
  printTable(session, flags, ['resource', 'type', 'cost', 'account', 'team'], findings.map((finding) => [finding.evidence[0]?.value ?? '', finding.subject.type, finding.evidence[1]?.value ?? '', finding.evidence[2]?.value ?? '', finding.evidence[3]?.value ?? '']));
  const states = path === undefined ? 'the states that were pushed' : 'the states given';
  if (findings.length === 0) return session.output.say(`nothing to tell: ${states} have all resources on the bill above ${flags.minimum ?? 1}, or none of them (then they are of other accounts)`);
  session.output.say(`${findings.length === 1 ? '1 resource on the bill is' : `${findings.length} resources on the bill are`} in none of ${states}`);
}

export async function showAnomalies(session: Session, path: string | undefined, flags: BillFlags): Promise<void> {
  const answer = await askAnomalies(session, path, flags);
  if (wantsJson(session, flags)) return session.output.line(JSON.stringify({ schemaVersion: 1, ...answer }));
  printTable(session, flags, ['what', 'kind', 'from', 'to', 'actual', 'expected', 'difference', 'currency', 'moved by', 'possible cause'], answer.anomalies.map((one) => [
    one.name, one.kind, one.from, one.to, one.actual, one.expected, one.difference, one.currency,
    one.contributors.slice(0, 1).map((each) => `${each.address ?? each.resource}${each.isNew ? ' (new)' : ''} ${each.before} -> ${each.after} a day`).join(''), one.causes[0]?.sentence ?? '',
  ]));
  if (answer.from === undefined) return session.output.say('no bill; next: roadbed bills import FILE');
  session.output.say(`${answer.anomalies.length === 1 ? '1 anomaly' : `${answer.anomalies.length} anomalies`} from ${answer.from} to ${answer.to ?? ''}; ${answer.judged} series were judged, ${answer.noData} have too few days for a verdict${answer.resourcesLeftOut === 0 ? '' : `, ${answer.resourcesLeftOut} cheaper resources were not looked at one by one`}`);
}

export async function showForecast(session: Session, path: string | undefined, flags: BillFlags): Promise<void> {
  const answer = await askForecast(session, path, flags);
  if (wantsJson(session, flags)) return session.output.line(JSON.stringify({ schemaVersion: 1, ...answer }));
  const shown = (text: string): string => amount(session, flags, text);
  printTable(session, flags, [flags.by ?? 'what', 'month', 'billed', 'through', 'forecast', 'low', 'high', 'currency', 'why not'], answer.forecasts.map((one) =>
    one.verdict === 'forecast' ? [one.name, one.month, shown(one.actual), one.through, shown(one.point), shown(one.low), shown(one.high), one.currency, ''] : [one.name, one.month, shown(one.actual), one.through, '', '', '', one.currency, one.reason],
  ));
  const told = answer.forecasts.find((one) => one.verdict === 'forecast');
  if (told?.verdict === 'forecast') session.output.say(`the month ends between low and high ${Math.round(told.confidence * 100)} times of 100; of usage only, purchases, taxes and credits count once they are billed`);
}

/** FOCUS in CSV: of the platform's bills, or of a file (which makes CSV of Parquet). */
export async function exportBill(session: Session, path: string | undefined, flags: BillFlags): Promise<void> {
  const out = flags.out === undefined ? undefined : createWriteStream(flags.out, { flags: 'wx', mode: 0o600 });
  const write = async (text: string): Promise<void> => {
    if (out === undefined) session.output.line(text.replace(/\n$/, ''));
    else if (!out.write(text)) await once(out, 'drain');
  };
  if (out !== undefined) await once(out, 'open').catch((cause: NodeJS.ErrnoException) => Promise.reject(new PlatformError({ code: 'ROADBED-8753', class: 'failed', message: `${flags.out ?? ''} cannot be written`, why: cause.code ?? cause.message, next: 'name a file that is not there yet' })));
  if (path === undefined) await fromPlatform(session, flags, write);
  else await fromFile(path, flags, write);
  if (out === undefined) return;
  out.end();
  await once(out, 'close');
  session.output.say(`written to ${flags.out ?? ''}`);
}

async function fromPlatform(session: Session, flags: BillFlags, write: (text: string) => Promise<void>): Promise<void> {
  const { namespace } = session.options;
  const query = new URLSearchParams({ ...rangeOf(flags), ...(namespace === undefined ? {} : { namespace }) });
  let pending = Promise.resolve();
  let failure: unknown;
  await session.connection().lines(`/roadbed/v1/bills/export?${query}`, (line) => (pending = pending.then(() => write(`${line}\n`)).catch((error: unknown) => void (failure ??= error))), new AbortController().signal);
  await pending;
  if (failure !== undefined) throw failure;
}

async function fromFile(path: string, flags: BillFlags, write: (text: string) => Promise<void>): Promise<void> {
  const { from = '0000', to = '9999' } = rangeOf(flags);
  const reading = await readBill(await findBill(path), flags.provider === undefined ? {} : { provider: flags.provider });
  let columns: string[] | undefined;
  try {
    for await (const batch of reading.batches) {
      if (columns === undefined) {
        columns = exportColumns(reading.facts().columns);
        await write(focusHeaderLine(columns));
      }
      const known = columns;
      const text = batch.filter((charge) => charge.starts.slice(0, 10) >= from && charge.starts.slice(0, 10) <= to).map((charge) => focusLine(known, charge)).join('');
      if (text !== '') await write(text);
    }
  } finally {
    await reading.close();
  }
}
