/**
 * import, check, list, remove, allocation: what goes into the platform and what is there.
 *
 * A file is sent packed, but to a platform on this machine, where packing costs more than it saves; the platform knows it
 * by its content and answers a second time with what it did the first, so a command that was interrupted is simply given again.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { PlatformError } from '../../domain/error.ts';
import { readAllocationRules } from '../../engines/bill-allocation/rules.ts';
import type { BillImport } from '../../ports/bills.ts';
import { confirmByName } from '../confirm.ts';
import { EXIT } from '../exit-code.ts';
import { age } from '../output.ts';
import type { Session } from '../session.ts';
import { contentHash, findBill, readBill, type BillFile } from './bill-file.ts';
import { nameOfFile, readText, type BillFlags } from './options.ts';
import { printTable, wantsJson } from './print.ts';

const PATH = '/roadbed/v1/bills';
/** Without a byte in either direction. */
const IMPORT_TIMEOUT_MS = 30 * 60_000;
/** What is larger is packed for a platform on this machine, too: the platform keeps what was sent until it is read. */
const MOST_UNPACKED = 1024 ** 3;
const PIECE_BYTES = 256 * 1024;
const THIS_MACHINE = new Set(['127.0.0.1', '[::1]', 'localhost']);

interface Imported {
  import: BillImport;
  known: boolean;
  replaced: readonly BillImport[];
}

/** Throws what the platform refuses; files before it are imported. */
export async function importBills(session: Session, paths: readonly string[], flags: BillFlags): Promise<void> {
  if (flags.replace === true && flags.add === true) throw new PlatformError({ code: 'ROADBED-8750', class: 'usage', message: '--replace and --add exclude each other', next: '--replace for a corrected delivery, --add for a further part' });
  const files = await Promise.all(paths.map(findBill));
  const hashes = await hashesOf(files);
  const { namespace } = session.options;
  // The same files are the same delivery, however often the command is given.
  const delivery = flags.delivery ?? createHash('sha256').update([...hashes].sort().join('\n')).digest('hex');
  if (session.options.dryRun === true) return session.output.say(`would import ${paths.join(', ')}`);
  const done: Imported[] = [];
  for (const file of files) {
    const query = new URLSearchParams({ file: nameOfFile(file.path), delivery, overlap: flags.replace === true ? 'replace' : flags.add === true ? 'add' : 'refuse', ...(flags.provider === undefined ? {} : { provider: flags.provider }), ...(namespace === undefined ? {} : { namespace }) });
    const connection = session.connection();
    const near = THIS_MACHINE.has(new URL(connection.context.apiUrl).hostname);
    const answer = await connection.call<Imported>('PUT', `${PATH}?${query}`, { timeoutMs: IMPORT_TIMEOUT_MS, contentType: 'application/octet-stream', stream: bodyOf(file, near) });
    done.push(answer);
    if (!wantsJson(session, flags)) tell(session, answer);
  }
  if (wantsJson(session, flags)) session.output.line(JSON.stringify({ schemaVersion: 1, items: done }));
}

async function hashesOf(files: readonly BillFile[]): Promise<string[]> {
  const hashes: string[] = [];
  for (const file of files) hashes.push(await contentHash(file));
  return hashes;
}

function bodyOf(file: BillFile, near: boolean): { from: Readable; bytes?: number } {
  const from = createReadStream(file.path, { highWaterMark: PIECE_BYTES });
  if (file.packed || file.format === 'parquet' || (near && file.bytes <= MOST_UNPACKED)) return { from, bytes: file.bytes };
  const packed = from.pipe(createGzip({ level: 1 }));
  from.on('error', (error) => packed.destroy(error));
  return { from: packed };
}

function tell(session: Session, { import: made, known, replaced }: Imported): void {
  const { output } = session;
  output.line(`import ${made.id}: ${made.file}, ${made.rows} rows, ${amounts(made)}, ${made.firstDay} to ${made.lastDay}${known ? ' (was there already)' : ''}`);
  if (known) return;
  if (replaced.length > 0) output.say(`it takes the place of ${replaced.map((each) => `import ${each.id} (${each.file})`).join(', ')}`);
  if (made.alreadyThere > 0) output.say(`${made.alreadyThere} rows were there already and are not counted twice`);
  if (made.repeatedRows > 0) output.say(`${made.repeatedRows} rows are equal to another row of the file; they are counted as the provider sent them`);
  for (const warning of made.warnings.slice(0, 10)) output.say(`  ${warning.column} ${warning.rule}: ${warning.rows} rows, first row ${warning.firstRow}${warning.example === '' ? '' : ` (${warning.example})`}`);
  if (made.warnings.length > 10) output.say(`  and ${made.warnings.length - 10} other rules: roadbed bills list --json`);
  output.say('next: roadbed bills show --by team');
}

function amounts({ totals }: BillImport): string {
  return totals.map((total) => `${total.billed} ${total.currency}`).join(' + ');
}

/** The report of a file against FOCUS, without a platform; exit code 1 when it could not be imported. */
export async function checkBill(session: Session, path: string, flags: BillFlags): Promise<number> {
  const reading = await readBill(await findBill(path), { lenient: true, ...(flags.provider === undefined ? {} : { provider: flags.provider }) });
  try {
    for await (const _ of reading.batches) continue;
  } finally {
    await reading.close();
  }
  const facts = reading.facts();
  const errors = facts.warnings.filter((warning) => warning.rule.startsWith('ERROR'));
  if (wantsJson(session, flags)) session.output.line(JSON.stringify({ schemaVersion: 1, file: path, ...facts }));
  else {
    printTable(session, flags, ['column', 'rule', 'rows', 'first row', 'example'], facts.warnings.map((warning) => [warning.column, warning.rule, String(warning.rows), String(warning.firstRow), warning.example]));
    session.output.say(`${path}: FOCUS ${facts.version}, ${facts.rows} rows, ${facts.totals.map((total) => `${total.billed} ${total.currency}`).join(' + ')}; ${errors.length === 0 ? 'it can be imported' : 'it cannot be imported'}`);
  }
  return errors.length === 0 && facts.rows > 0 ? EXIT.ok : EXIT.failed;
}

export async function listBills(session: Session, flags: BillFlags): Promise<void> {
  const { namespace } = session.options;
  const { items } = await session.connection().call<{ items: BillImport[] }>('GET', `${PATH}${namespace === undefined ? '' : `?namespace=${encodeURIComponent(namespace)}`}`);
  if (wantsJson(session, flags)) return session.output.document({ items });
  printTable(session, flags, ['import', 'file', 'team', 'rows', 'billed', 'first day', 'last day', 'state', 'imported'], items.map((made) => [made.id, made.file, made.namespace ?? '', String(made.rows), amounts(made), made.firstDay, made.lastDay, made.state, session.output.person ? age(made.importedAt, session.now()) : made.importedAt]));
  if (items.length === 0) session.output.say('no bill; next: roadbed bills import FILE');
}

export async function removeBill(session: Session, id: string): Promise<void> {
  if (!/^\d{1,9}$/.test(id)) throw new PlatformError({ code: 'ROADBED-8750', class: 'usage', message: `${JSON.stringify(id)} is no import`, next: 'roadbed bills list' });
  await confirmByName(session, `The rows of import ${id} are taken away. What it had replaced does not come back.`, id);
  if (session.options.dryRun === true) return session.output.say(`would remove import ${id}`);
  await session.connection().call('DELETE', `${PATH}/${id}`);
  if (session.output.json) session.output.document({ removed: id });
  else session.output.line(`import ${id} removed`);
}

/** Shows the rules of the platform, or puts a file in their place. */
export async function allocationRules(session: Session, path: string | undefined): Promise<void> {
  if (path === undefined) {
    const rules = await session.connection().call<{ text?: string; setAt?: string; setBy?: string }>('GET', `${PATH}/allocation`);
    if (session.output.json) return session.output.document({ ...rules });
    if (rules.text === undefined) return session.output.say('no rules: costs are given by states and tags; next: roadbed bills allocation FILE');
    return session.output.line(rules.text.trimEnd());
  }
  const text = await readText(path);
  const rules = readAllocationRules(text, path);
  if (session.options.dryRun === true) return session.output.say(`would set ${rules.rules.length} rules`);
  await session.connection().call('PUT', `${PATH}/allocation`, { body: text, contentType: 'application/yaml' });
  if (session.output.json) session.output.document({ set: true, rules: rules.rules.length });
  else session.output.line(`${rules.rules.length} rules hold from now on, for all days`);
}
