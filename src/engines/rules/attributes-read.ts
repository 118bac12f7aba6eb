/**
 * Which attributes an expression may read, told from the expression alone.
 *
 * Of a large state only these are kept. Whoever names an attribute by anything but a text that stands in the
 * expression, or calls a function that is not known here, may read every attribute.
 */
import { GUESSED_FROM } from './environment-name.ts';

/** Names of attributes, by the type they are read of; `own` are those of the resource at hand. */
export interface AttributesRead {
  own: ReadonlySet<string>;
  others: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A node of CEL's tree: `call` is `[name, arguments]`, `rcall` `[name, receiver, arguments]`. */
interface Node {
  op: string;
  args: unknown;
}

const OF_THE_RESOURCE = new Set(['text', 'texts', 'number', 'flag', 'known', 'present']);
const OF_OTHERS = new Set(['joined', 'joinedCount', 'followed', 'usedThrough']);
const OF_NOTHING = new Set(['name', 'type', 'used', 'usedBy', 'usedOutside', 'usedBeside', 'given', 'part', 'listed', 'size', 'double', 'int', 'uint', 'string', 'bool', 'startsWith', 'endsWith', 'contains', 'exists', 'exists_one', 'all', 'filter', 'map', 'split', 'join', 'trim', 'lowerAscii', 'upperAscii', 'substring', 'indexOf', 'lastIndexOf']);

/** Undefined when it cannot be told. */
export function attributesRead(tree: unknown): AttributesRead | undefined {
  const own = new Set<string>();
  const others = new Map<string, Set<string>>();
  const noteOther = (type: string, path: string): void => {
    others.set(type, (others.get(type) ?? new Set()).add(topOf(path)));
  };
  const call = (name: string, given: readonly unknown[]): boolean => {
    if (OF_NOTHING.has(name)) return true;
    if (name === 'nonProduction') for (const path of GUESSED_FROM) own.add(path);
    else if (OF_THE_RESOURCE.has(name)) {
      const path = textOf(given[0]);
      if (path === undefined) return false;
      own.add(path).add(topOf(path));
    } else if (OF_OTHERS.has(name)) {
      const [type, path, wanted] = [textOf(given[0]), textOf(given[1]), name === 'followed' ? textOf(given[3]) : ''];
      if (type === undefined || path === undefined || wanted === undefined) return false;
      noteOther(type, path);
      if (wanted !== '') noteOther(type, wanted);
    } else return false;
    return true;
  };
  return everyCall(tree, call) ? { own, others } : undefined;
}

function everyCall(node: unknown, holds: (name: string, given: readonly unknown[]) => boolean): boolean {
  if (Array.isArray(node)) return node.every((one) => everyCall(one, holds));
  if (!isNode(node)) return true;
  const { op, args } = node;
  if ((op === 'call' || op === 'rcall') && Array.isArray(args)) {
    const given: unknown = args.at(-1);
    if (!holds(String(args[0]), Array.isArray(given) ? given : [])) return false;
  }
  return everyCall(args, holds);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function textOf(node: unknown): string | undefined {
  return isNode(node) && node.op === 'value' && typeof node.args === 'string' ? node.args : undefined;
}

function topOf(path: string): string {
  return path.split('.')[0] ?? path;
}
