/** get, apply, delete: the object API without kubectl. Server-side apply, Table output, one line an object. */
import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { ApiObject } from '../../domain/object.ts';
import { age, type TableColumn } from '../output.ts';
import type { CommandGroup, Session } from '../session.ts';
import { confirmByName } from '../confirm.ts';
import { closest, findKind, kindPath, type DiscoveredKind } from '../resources.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const MAX_FILE_BYTES = 3 * 1024 * 1024;

interface TableAnswer {
  columnDefinitions: { name: string; priority: number }[];
  rows: { cells: unknown[]; object?: { metadata: { namespace?: string; creationTimestamp?: string } } }[];
}

interface GetFlags {
  output?: string;
  selector?: string;
  fieldSelector?: string;
  allNamespaces?: boolean;
}

async function get(session: Session, kindName: string, name: string | undefined, flags: GetFlags): Promise<void> {
  const connection = session.connection();
  const kind = await findKind(connection, kindName);
  const everywhere = flags.allNamespaces === true || session.options.namespace === undefined;
  const namespace = name === undefined ? (everywhere ? undefined : session.options.namespace) : await namespaceOfObject(session, kind, name);
  const query = new URLSearchParams({ ...(flags.selector === undefined ? {} : { labelSelector: flags.selector }), ...(flags.fieldSelector === undefined ? {} : { fieldSelector: flags.fieldSelector }) });
  const path = `${kindPath(kind, namespace, name)}${name === undefined && query.size > 0 ? `?${query}` : ''}`;
  if (session.output.json || flags.output === 'json') return session.output.document(await connection.call<Record<string, unknown>>('GET', path));
  if (flags.output === 'yaml') {
    const { stringify } = await import('yaml');
    return session.output.line(stringify(await connection.call('GET', path)).trimEnd());
  }
  const table = await connection.call<TableAnswer>('GET', path, { accept: TABLE });
  const columns = table.columnDefinitions.map((column, index) => ({ ...column, index })).filter((column) => flags.output === 'wide' || column.priority === 0);
  const scoped = kind.namespaced && namespace === undefined ? [{ title: 'Namespace', value: (row: TableAnswer['rows'][number]) => row.object?.metadata.namespace ?? '' }] : [];
  session.output.table(table.rows, [...scoped, ...columns.map((column) => columnOf(session, column))]);
  if (table.rows.length === 0) session.output.say(`no ${kind.resource} ${namespace === undefined ? 'anywhere' : `in ${namespace}`}`);
}

/** An age is for people; a pipe gets the moment. */
function columnOf(session: Session, column: { name: string; index: number }): TableColumn<TableAnswer['rows'][number]> {
  const cell = (row: TableAnswer['rows'][number]): string => String(row.cells[column.index] ?? '');
  if (column.name !== 'Age') return { title: column.name, value: cell };
  const created = (row: TableAnswer['rows'][number]): string | undefined => row.object?.metadata.creationTimestamp;
  return { title: 'Age', value: (row) => created(row) ?? cell(row), shown: (row) => (created(row) === undefined ? cell(row) : age(created(row), session.now())) };
}

/**
 * The team of a named object: the one that is given, else the only one that has an object of this name.
 * Throws ROADBED-6012 where none has, with the nearest name, or where several have.
 */
async function namespaceOfObject(session: Session, kind: DiscoveredKind, name: string): Promise<string | undefined> {
  const given = kind.namespaced ? session.options.namespace : undefined;
  const { items } = await session.connection().call<{ items: ApiObject[] }>('GET', kindPath(kind, given));
  const found = items.filter((item) => item.metadata.name === name);
  if (found.length === 1) return kind.namespaced ? found[0]?.metadata.namespace : undefined;
  const own = `${kind.resource}${given === undefined ? '' : ` in ${given}`}`;
  if (found.length > 1) throw new PlatformError({ code: 'ROADBED-6012', class: 'usage', message: `${name} is there more than once`, why: `${own} of this name are in ${found.map((item) => item.metadata.namespace).join(', ')}`, next: `roadbed get ${kind.resource} ${name} -n ${found[0]?.metadata.namespace ?? ''}` });
  const near = closest(name, items.map((item) => item.metadata.name));
  throw new PlatformError({ code: 'ROADBED-6012', class: 'not-found', message: `there is no ${kind.kind} "${name}"`, why: items.length === 0 ? `there are no ${own} that you may read` : `none of the ${items.length} ${own} that you may read is called so`, next: near === undefined ? `roadbed get ${kind.resource}` : `Did you mean ${near}? roadbed get ${kind.resource} ${near}` });
}

async function readDocuments(file: string): Promise<ApiObject[]> {
  const text = file === '-' ? await readStdin() : await readFile(isAbsolute(file) ? file : `${process.cwd()}/${file}`, 'utf8');
  if (text.length > MAX_FILE_BYTES) throw new PlatformError({ code: 'ROADBED-6090', class: 'usage', message: `${file} is larger than 3 MiB` });
  const { parseAllDocuments } = await import('yaml');
  const documents = parseAllDocuments(text);
  for (const document of 'empty' in documents ? [] : documents) {
    const [error] = document.errors;
    if (error !== undefined) throw new PlatformError({ code: 'ROADBED-6091', class: 'usage', message: `${file} is not YAML`, why: `${file}:${error.linePos?.[0].line ?? 1}:${error.linePos?.[0].col ?? 1}: ${(error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')}`, next: 'correct it and apply again' });
  }
  return ('empty' in documents ? [] : documents).map((document) => document.toJS({ maxAliasCount: 100 }) as ApiObject | null).filter((object) => object !== null);
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function apply(session: Session, flags: { filename: string; force?: boolean }): Promise<void> {
  const connection = session.connection();
  const results: { kind: string; name: string; namespace?: string; resourceVersion: string }[] = [];
  for (const object of await readDocuments(flags.filename)) {
    if (object.kind === undefined || object.apiVersion === undefined || object.metadata?.name === undefined) throw new PlatformError({ code: 'ROADBED-6092', class: 'usage', message: `${flags.filename}: an object needs apiVersion, kind and metadata.name` });
    const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
    const kind = await findKind(connection, object.kind).catch((error: unknown) => findKind(connection, `${object.kind.toLowerCase()}s.${group ?? ''}`).catch(() => Promise.reject(error as Error)));
    const namespace = kind.namespaced ? (object.metadata.namespace ?? session.options.namespace ?? 'default') : undefined;
    const query = new URLSearchParams({ fieldManager: 'roadbed-cli', fieldValidation: 'Strict', force: String(flags.force === true), ...(session.options.dryRun === true ? { dryRun: 'All' } : {}) });
    const applied = await connection.call<ApiObject>('PATCH', `${kindPath(kind, namespace, object.metadata.name)}?${query}`, { body: object, contentType: 'application/apply-patch+yaml' });
    results.push({ kind: kind.resource, name: applied.metadata.name, ...(namespace === undefined ? {} : { namespace }), resourceVersion: applied.metadata.resourceVersion });
    if (!session.output.json) session.output.line(`${kind.resource}/${applied.metadata.name} applied${session.options.dryRun === true ? ' (dry run)' : ''}`);
  }
  if (session.output.json) session.output.document({ items: results });
}

async function remove(session: Session, kindName: string, name: string): Promise<void> {
  const connection = session.connection();
  const kind = await findKind(connection, kindName);
  const namespace = kind.namespaced ? (session.options.namespace ?? 'default') : undefined;
  await confirmByName(session, `This deletes ${kind.resource}/${name}${namespace === undefined ? '' : ` in ${namespace}`}.`, name);
  await connection.call('DELETE', kindPath(kind, namespace, name), { body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', ...(session.options.dryRun === true ? { dryRun: ['All'] } : {}) } });
  if (session.output.json) session.output.document({ deleted: name, kind: kind.resource });
  else session.output.line(`${kind.resource}/${name} deleted${session.options.dryRun === true ? ' (dry run)' : ''}`);
}

export const objectCommands: CommandGroup = (program, act) => {
  program.command('get').argument('<kind>').argument('[name]').description('objects of a kind, or one').option('-o, --output <form>', 'wide, yaml or json').option('-l, --selector <labels>').option('--field-selector <fields>').option('-A, --all-namespaces').action(act(get));
  program.command('apply').description('server-side apply').requiredOption('-f, --filename <file>', 'YAML or JSON; - is standard input').option('--force', 'take fields over from other managers').action(act(apply));
  program.command('delete').argument('<kind>').argument('<name>').description('delete an object').action(act(remove));
};
