/**
 * Field sets in the form of FieldsV1, the form they are stored in: a tree whose keys are path elements.
 *
 * `f:<name>` is a field, `k:{...}` an item of an associative list, `v:<json>` an item of a set, and
 * `.` says that the node itself is a member. A node without children is a member. All functions are
 * pure; the algebra is that of kubernetes-sigs/structured-merge-diff (fieldpath).
 */

export interface FieldSet {
  [element: string]: FieldSet;
}

export const LEAF: FieldSet = Object.freeze({});

export function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

function isMember(node: FieldSet): boolean {
  return isEmpty(node) || node['.'] !== undefined;
}

/** A child of a set: a member, a parent of members, or both; undefined when it would be neither. */
function node(member: boolean, children: FieldSet): FieldSet | undefined {
  if (isEmpty(children)) return member ? LEAF : undefined;
  return member ? { '.': LEAF, ...children } : children;
}

function childrenOf(set: FieldSet): FieldSet {
  if (set['.'] === undefined) return set;
  const { '.': _self, ...children } = set;
  return children;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  const result: FieldSet = { ...a };
  for (const key in b) {
    if (key === '.') result['.'] = LEAF;
    else {
      const left = a[key];
      const right = b[key] as FieldSet;
      result[key] = left === undefined ? right : unionOfNodes(left, right);
    }
  }
  return result;
}

function unionOfNodes(a: FieldSet, b: FieldSet): FieldSet {
  const member = isMember(a) || isMember(b);
  return node(member, union(childrenOf(a), childrenOf(b))) ?? LEAF;
}

/** The members of `a` that are not members of `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const key in a) {
    const left = a[key] as FieldSet;
    if (key === '.') {
      if (b['.'] === undefined) result['.'] = LEAF;
      continue;
    }
    const right = b[key];
    const rest = right === undefined ? left : node(isMember(left) && !isMember(right), difference(childrenOf(left), childrenOf(right)));
    if (rest !== undefined) result[key] = rest;
  }
  return result;
}

/** `a` without the members of `b` and, where a member of `b` has no children, without all below it. */
export function withoutSubtrees(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return a;
  let result: FieldSet | undefined;
  for (const key in b) {
    const left = a[key];
    if (left === undefined) continue;
    const right = b[key] as FieldSet;
    const rest = key === '.' || isEmpty(right) ? undefined : node(isMember(left) && !isMember(right), withoutSubtrees(childrenOf(left), childrenOf(right)));
    if (rest === left) continue;
    result ??= { ...a };
    if (rest === undefined) delete result[key];
    else result[key] = rest;
  }
  return result ?? a;
}

/** The members of `a` that are members of `b`, too. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const key in a) {
    const left = a[key] as FieldSet;
    const right = b[key];
    if (right === undefined) continue;
    if (key === '.') {
      result['.'] = LEAF;
      continue;
    }
    const both = node(isMember(left) && isMember(right), intersection(childrenOf(left), childrenOf(right)));
    if (both !== undefined) result[key] = both;
  }
  return result;
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  let count = 0;
  for (const key in a) {
    const right = b[key];
    if (right === undefined || !equalSets(a[key] as FieldSet, right)) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
}

/** The members as the paths that clients show: `.spec.owner`, `.spec.ports[port=80].name`. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  return Object.keys(set).flatMap((key) => {
    if (key === '.') return [];
    const path = prefix + elementText(key);
    const child = set[key] as FieldSet;
    return [...(isMember(child) ? [path] : []), ...pathsOf(childrenOf(child), path)];
  });
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

/** Reads a set that came from a client. Undefined when it is not one. */
export function parseFieldSet(value: unknown, depth = 0): FieldSet | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 64) return undefined;
  const result: FieldSet = {};
  for (const [key, child] of Object.entries(value)) {
    if (!isElement(key)) return undefined;
    const parsed = parseFieldSet(child, depth + 1);
    if (parsed === undefined) return undefined;
    result[key] = parsed;
  }
  return result;
}

function isElement(key: string): boolean {
  if (key === '.' || key.startsWith('f:')) return true;
  if (!/^[kvi]:/.test(key)) return false;
  try {
    const parsed: unknown = JSON.parse(key.slice(2));
    return !key.startsWith('k:') || (typeof parsed === 'object' && parsed !== null);
  } catch {
    return false;
  }
}
