/**
 * JSON Patch, RFC 6902, over values that are never changed: every step copies only the way to its target.
 *
 * A failed operation names its position and its path; a failed `test` is told apart, because the API
 * answers it with 422.
 */

export interface PatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  path: string;
  from?: string;
  value?: unknown;
}

export class JsonPatchError extends Error {
  readonly kind: 'malformed' | 'inapplicable' | 'test-failed';

  constructor(kind: JsonPatchError['kind'], message: string) {
    super(message);
    this.name = 'JsonPatchError';
    this.kind = kind;
  }
}

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const MAX_OPERATIONS = 10_000;
/** Values that all copies of a patch may bring together: a copy of what holds earlier copies doubles with every step. */
const MAX_COPIED_VALUES = 100_000;

/** Checks the form of a patch document. Throws JsonPatchError `malformed`. */
export function parseJsonPatch(document: unknown): PatchOperation[] {
  if (!Array.isArray(document)) throw new JsonPatchError('malformed', 'a JSON patch is a list of operations');
  if (document.length > MAX_OPERATIONS) throw new JsonPatchError('malformed', `a JSON patch may have at most ${MAX_OPERATIONS} operations`);
  return document.map((entry: unknown, index) => {
    const operation = entry as PatchOperation;
    const problem = problemOf(operation);
    if (problem !== undefined) throw new JsonPatchError('malformed', `operation ${index}: ${problem}`);
    return operation;
  });
}

function problemOf(operation: PatchOperation | null): string | undefined {
  if (typeof operation !== 'object' || operation === null) return 'not an object';
  if (!OPERATIONS.has(operation.op)) return `unknown op ${JSON.stringify(operation.op)}`;
  if (typeof operation.path !== 'string') return 'path is missing';
  if (operation.path !== '' && !operation.path.startsWith('/')) return `path ${JSON.stringify(operation.path)} does not begin with /`;
  const needsFrom = operation.op === 'move' || operation.op === 'copy';
  if (needsFrom && typeof operation.from !== 'string') return 'from is missing';
  if (needsFrom && operation.from !== '' && !operation.from?.startsWith('/')) return `from ${JSON.stringify(operation.from)} does not begin with /`;
  const needsValue = operation.op === 'add' || operation.op === 'replace' || operation.op === 'test';
  if (needsValue && !Object.hasOwn(operation, 'value')) return 'value is missing';
  return undefined;
}

/** Applies all operations or none. Throws JsonPatchError `inapplicable` or `test-failed`. */
export function applyJsonPatch(target: unknown, operations: readonly PatchOperation[]): unknown {
  let copied = 0;
  return operations.reduce((value: unknown, operation, index) => {
    try {
      if (operation.op === 'copy') copied += countValues(read(value, pointer(operation.from ?? '')), MAX_COPIED_VALUES - copied);
      return applyOne(value, operation);
    } catch (error) {
      if (error instanceof JsonPatchError) throw new JsonPatchError(error.kind, `operation ${index} (${operation.op} ${operation.path}): ${error.message}`);
      throw error;
    }
  }, target);
}

/** How many values stand in `value`, itself included. Throws `malformed` when there are more than `limit`. */
function countValues(value: unknown, limit: number): number {
  if (limit < 1) throw new JsonPatchError('malformed', `the copies of a JSON patch may bring at most ${MAX_COPIED_VALUES} values`);
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const inner of Object.values(value)) count += countValues(inner, limit - count);
  return count;
}

function applyOne(target: unknown, operation: PatchOperation): unknown {
  const path = pointer(operation.path);
  switch (operation.op) {
    case 'add':
      return add(target, path, operation.value);
    case 'remove':
      return remove(target, path);
    case 'replace':
      read(target, path);
      return path.length === 0 ? operation.value : edit(target, path, (parent, key) => put(parent, key, operation.value));
    case 'copy':
      return add(target, path, read(target, pointer(operation.from ?? '')));
    case 'move': {
      const from = pointer(operation.from ?? '');
      if (path.length > from.length && from.every((segment, index) => segment === path[index])) throw new JsonPatchError('inapplicable', 'cannot move a value into itself');
      const value = read(target, from);
      return from.length === path.length && operation.from === operation.path ? target : add(remove(target, from), path, value);
    }
    case 'test': {
      if (!equal(read(target, path), operation.value)) throw new JsonPatchError('test-failed', 'testing value failed');
      return target;
    }
  }
}

function pointer(path: string): string[] {
  if (path === '') return [];
  return path
    .slice(1)
    .split('/')
    .map((segment) => {
      if (/~(?![01])/.test(segment)) throw new JsonPatchError('malformed', `bad escape in ${JSON.stringify(path)}`);
      return segment.replaceAll('~1', '/').replaceAll('~0', '~');
    });
}

function position(list: readonly unknown[], key: string, limit: number): number {
  if (!/^(0|[1-9][0-9]{0,8})$/.test(key)) throw new JsonPatchError('inapplicable', `${JSON.stringify(key)} is not a list position`);
  const index = Number(key);
  if (index > limit) throw new JsonPatchError('inapplicable', `position ${index} is out of bounds (length ${list.length})`);
  return index;
}

function child(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) return parent[position(parent, key, parent.length - 1)];
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, key)) throw new JsonPatchError('inapplicable', `there is no ${JSON.stringify(key)}`);
  return (parent as Record<string, unknown>)[key];
}

function read(target: unknown, path: readonly string[]): unknown {
  return path.reduce(child, target);
}

function put(parent: unknown, key: string, value: unknown): unknown {
  if (Array.isArray(parent)) return parent.with(position(parent, key, parent.length - 1), value);
  if (typeof parent !== 'object' || parent === null) throw new JsonPatchError('inapplicable', 'the parent is neither an object nor a list');
  const copy: Record<string, unknown> = { ...parent };
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

function edit(target: unknown, path: readonly string[], change: (parent: unknown, key: string) => unknown): unknown {
  const [head = '', ...rest] = path;
  if (rest.length === 0) return change(target, head);
  return put(target, head, edit(child(target, head), rest, change));
}

function add(target: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  return edit(target, path, (parent, key) => {
    if (!Array.isArray(parent)) return put(parent, key, value);
    return parent.toSpliced(key === '-' ? parent.length : position(parent, key, parent.length), 0, value);
  });
}

function remove(target: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return null;
  return edit(target, path, (parent, key) => {
    child(parent, key);
    if (Array.isArray(parent)) return parent.toSpliced(Number(key), 1);
    const { [key]: _removed, ...rest } = parent as Record<string, unknown>;
    return rest;
  });
}

function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  return left.length === Object.keys(b).length && left.every(([key, value]) => Object.hasOwn(b, key) && equal(value, (b as Record<string, unknown>)[key]));
}
