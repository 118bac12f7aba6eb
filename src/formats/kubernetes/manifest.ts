/**
 * Manifests of Kubernetes as they stand in repositories: YAML with several documents, JSON, lists, what Helm renders.
 *
 * A file of documents is cut at its `---` lines first, so that a large bundle costs what its objects of the kinds
 * that are asked for cost: a schema of 20,000 lines beside a Deployment is counted and not read. What cannot be read
 * is a problem with file and line, and the documents around it are read all the same. A template that was not
 * rendered is told as what it is.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';
import { readYaml } from '../yaml-source/read.ts';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  /** Empty where the manifest names none. */
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** The whole manifest, plain data. */
  body: Readonly<Record<string, unknown>>;
  location: { file: string; line: number; column: number };
}

export interface Manifests {
  objects: KubernetesObject[];
  problems: SourceProblem[];
  /** Documents that are manifests of kinds that were not asked for, by kind. */
  others: ReadonlyMap<string, number>;
}

const LARGEST_FILE = 64 * 1024 * 1024;
const LARGEST_DOCUMENT = 8 * 1024 * 1024;
const MOST_DOCUMENTS = 20_000;
const MOST_VALUES = 2_000_000;
/** What the documents of one file may cost the reader together: some seconds. */
const MOST_TOKENS = 1_500_000;
const DEEPEST_LIST = 3;
const KIND = /^["']?kind["']?\s*:\s*["']?([A-Za-z]+)["']?\s*(?:#.*)?$/m;

/** Plain data out of a manifest. */
export type Manifest = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own field: `constructor` is none that a manifest has. */
export function field(of: unknown, name: string): unknown {
  return isRecord(of) && Object.hasOwn(of, name) ? of[name] : undefined;
}

export function textField(of: unknown, name: string): string | undefined {
  const value = field(of, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads what is of the kinds given, and lists of such. Never throws on content. */
export function readManifests(text: string, file: string, kinds: ReadonlySet<string>): Manifests {
  const others = new Map<string, number>();
  const found: Manifests = { objects: [], problems: [], others };
  const problem = (line: number, message: string, column = 1): void => void found.problems.push({ file, line, column, path: '', message });
  if (text.length > LARGEST_FILE) {
    problem(1, `the file is larger than ${LARGEST_FILE / 1024 / 1024} MB`);
    return found;
  }
  const add = (value: unknown, location: KubernetesObject['location'], depth: number): void => {
    const kind = textField(value, 'kind');
    const items = field(value, 'items');
    if (kind === undefined || !isRecord(value)) return;
    if (kind.endsWith('List') && Array.isArray(items) && depth < DEEPEST_LIST) {
      for (const item of items as unknown[]) add(isRecord(item) && !Object.hasOwn(item, 'kind') && kind !== 'List' ? { ...item, kind: kind.slice(0, -4), apiVersion: field(value, 'apiVersion') } : item, location, depth + 1);
      return;
    }
    if (!kinds.has(kind)) return void others.set(kind, (others.get(kind) ?? 0) + 1);
    const object = objectOf(value, kind, location);
    if (typeof object === 'string') problem(location.line, object, location.column);
    else found.objects.push(object);
  };
  if (/^\s*\{/.test(text) && !/^\s*\{\{/.test(text)) {
    try {
      add(JSON.parse(text), { file, line: 1, column: 1 }, 0);
    } catch (error) {
      problem(1, `not readable as JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'the reader gave up'}`);
    }
    return found;
  }
  const allowance = { tokens: MOST_TOKENS };
  const documents = cut(text);
  if (documents.length > MOST_DOCUMENTS) problem(1, `the file has more than ${MOST_DOCUMENTS} documents; the first are read`);
  for (const { text: part, line } of documents.slice(0, MOST_DOCUMENTS)) {
    const [, kind] = KIND.exec(part) ?? [];
    if (kind === undefined) continue;
    if (!kinds.has(kind) && kind !== 'List' && !(kind.endsWith('List') && kinds.has(kind.slice(0, -4)))) {
      others.set(kind, (others.get(kind) ?? 0) + 1);
      continue;
    }
    if (part.includes('{{') && kinds.has(kind)) {
      const at = part.slice(0, part.indexOf('{{')).split('\n').length;
      if (isTemplate(part)) {
        problem(line + at - 1, 'is a template that was not rendered: give what `helm template` prints');
        continue;
      }
    }
    const [document] = readYaml(part, file, { mostBytes: LARGEST_DOCUMENT, allowance, mostValues: MOST_VALUES });
    if (document === undefined) continue;
    for (const one of document.problems) found.problems.push({ ...one, line: one.line + line - 1 });
    const position = document.position([]);
    if (document.value !== undefined) add(document.value, { file, line: position.line + line - 1, column: position.column }, 0);
  }
  return found;
}

/** Braces outside of text that is quoted or a block: what a manifest cannot have and a template has. */
function isTemplate(part: string): boolean {
  return /^[ \t]*(?:-[ \t]*)?\{\{[-\s]|:[ \t]+\{\{[-\s]/m.test(part);
}

function cut(text: string): { text: string; line: number }[] {
  const parts: { text: string; line: number }[] = [];
  let line = 1;
  let start = 0;
  const push = (end: number): void => {
    const part = text.slice(start, end);
    if (/\S/.test(part)) parts.push({ text: part, line });
    for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', at + 1)) line += 1;
    start = end;
  };
  for (const match of text.matchAll(/^---(?=\s|$)/gm)) push(match.index);
  push(text.length);
  return parts;
}

function objectOf(body: Manifest, kind: string, location: KubernetesObject['location']): KubernetesObject | string {
  const metadata = field(body, 'metadata');
  const name = textField(metadata, 'name') ?? textField(metadata, 'generateName');
  const apiVersion = textField(body, 'apiVersion');
  if (apiVersion === undefined) return `${kind}: apiVersion is missing`;
  if (name === undefined) return `${kind}: metadata.name is missing`;
  return { apiVersion, kind, name, namespace: textField(metadata, 'namespace') ?? '', labels: texts(field(metadata, 'labels')), annotations: texts(field(metadata, 'annotations')), body, location };
}

/** Texts by name; other values are left out, as the server would refuse them. */
export function texts(value: unknown): Readonly<Record<string, string>> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
