/**
 * Which written block is which recorded one. States keep sets in an order of their own, and recorded elements
 * have more attributes than written ones, so elements are looked up by what the written one says: elements that
 * say the same attributes share one index over the recorded ones. That is one pass for each combination of
 * attributes, and there are few. What is left over is paired in its order where as many are left on both sides.
 */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { NOTHING, canonical } from './canonical.ts';
import { holdsUnknown } from './unknown-values.ts';

interface ElementPairs {
  /** `at` is the index of the written element. */
  pairs: { declared: AttributeValue; recorded: AttributeValue; at: number }[];
  onlyDeclared: AttributeValue[];
  onlyRecorded: AttributeValue[];
}

/** Combinations of attributes that get an index; blocks that differ more are paired by order. */
const MOST_SHAPES = 20;
/** Elements that say the same but for what is nested in them are tried one by one, this many. */
const MOST_CANDIDATES = 24;
/** Elements of lists within them: two such levels at most, so that nothing made on purpose costs much. */
const MOST_INNER = 8;
const DEEPEST = 6;

export function pairElements(declared: readonly AttributeValue[], recorded: readonly AttributeValue[]): ElementPairs {
  const taken = new Set<number>();
  const partner = new Map<number, number>();
  const shapes = new Map<string, { names: string[]; members: number[] }>();
  declared.forEach((item, at) => {
    const names = comparableNames(item);
    const shape = shapes.get(names.join());
    if (shape === undefined) shapes.set(names.join(), { names, members: [at] });
    else shape.members.push(at);
  });
  const richestFirst = [...shapes.values()].sort((a, b) => b.names.length - a.names.length).slice(0, MOST_SHAPES);
  for (const { names, members } of richestFirst) matchShape(names, members, declared, recorded, taken, partner);
  return remaining(declared, recorded, taken, partner);
}

function matchShape(names: readonly string[], members: readonly number[], declared: readonly AttributeValue[], recorded: readonly AttributeValue[], taken: Set<number>, partner: Map<number, number>): void {
  const waiting = new Map<string, number[]>();
  recorded.forEach((item, at) => {
    if (taken.has(at)) return;
    const key = projection(item, names);
    const same = waiting.get(key);
    if (same === undefined) waiting.set(key, [at]);
    else same.push(at);
  });
  for (const queue of waiting.values()) queue.reverse();
  for (const at of members) {
    const queue = waiting.get(projection(declared[at] ?? null, names));
    const found = queue === undefined ? undefined : takeBest(queue, declared[at] ?? null, recorded);
    if (found === undefined) continue;
    taken.add(found);
    partner.set(at, found);
  }
}

/** Of several that say the same, the one whose nested blocks fit; the last of the queue is the first recorded. */
function takeBest(queue: number[], declared: AttributeValue, recorded: readonly AttributeValue[]): number | undefined {
  if (queue.length > 1) {
    for (let at = queue.length - 1; at >= Math.max(0, queue.length - MOST_CANDIDATES); at -= 1) {
      if (holds(declared, recorded[queue[at] ?? 0] ?? null, 0)) return queue.splice(at, 1)[0];
    }
  }
  return queue.pop();
}

/** Whether all that is written is recorded; unknown parts may be anything. */
function holds(declared: AttributeValue, recorded: AttributeValue, depth: number): boolean {
  if (declared === null || holdsUnknown(declared) && !isNested(declared)) return true;
  if (depth < DEEPEST && isPlainObject(declared) && isPlainObject(recorded)) return Object.keys(declared).every((name) => holds(declared[name] ?? null, recorded[name] ?? null, depth + 1));
  if (depth < DEEPEST && Array.isArray(declared) && isNested(declared)) {
    const others = Array.isArray(recorded) ? (recorded as readonly AttributeValue[]).slice(0, MOST_INNER) : [];
    return (declared as readonly AttributeValue[]).slice(0, MOST_INNER).every((item) => others.some((other) => holds(item, other, depth + 3)));
  }
  return canonical(declared) === canonical(recorded);
}

function remaining(declared: readonly AttributeValue[], recorded: readonly AttributeValue[], taken: ReadonlySet<number>, partner: ReadonlyMap<number, number>): ElementPairs {
  const pairs: ElementPairs['pairs'] = [];
  const openDeclared: number[] = [];
  declared.forEach((item, at) => {
    const found = partner.get(at);
    if (found === undefined) openDeclared.push(at);
    else pairs.push({ declared: item, recorded: recorded[found] ?? null, at });
  });
  const openRecorded = recorded.flatMap((_, at) => (taken.has(at) ? [] : [at]));
  if (openDeclared.length !== openRecorded.length) return { pairs, onlyDeclared: openDeclared.map((at) => declared[at] ?? null), onlyRecorded: openRecorded.map((at) => recorded[at] ?? null) };
  openDeclared.forEach((at, index) => pairs.push({ declared: declared[at] ?? null, recorded: recorded[openRecorded[index] ?? 0] ?? null, at }));
  return { pairs, onlyDeclared: [], onlyRecorded: [] };
}

/** Attributes whose values say something: neither unknown nor nested, which are compared once the pair is found. */
function comparableNames(item: AttributeValue): string[] {
  if (!isPlainObject(item)) return [];
  return Object.keys(item).filter((name) => item[name] !== null && !holdsUnknown(item[name] ?? null) && !isNested(item[name])).sort();
}

function isNested(value: AttributeValue | undefined): boolean {
  return isPlainObject(value) || (Array.isArray(value) && (value as readonly AttributeValue[]).some(isPlainObject));
}

function projection(item: AttributeValue, names: readonly string[]): string {
  if (!isPlainObject(item)) return `=${canonical(item)}`;
  return names.map((name) => (Object.hasOwn(item, name) ? canonical(item[name]) : NOTHING)).join('\n');
}
