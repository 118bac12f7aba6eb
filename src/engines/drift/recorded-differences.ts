/**
 * Two full records of one resource (two serials of a state, before and after a refresh), part by part.
 *
 * Unlike code, both say everything, so a part that is only in one of them counts. Elements of lists are matched
 * by equal value first and the rest by place, so that one element more does not shift all others.
 */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import type { ResourceType } from '../provider-catalogue/resource-type.ts';
import { isComputed, plainPath } from './attribute-class.ts';
import { canonical, sameScalar } from './canonical.ts';
import { isCaseless } from './equivalent-attributes.ts';

interface RecordedDifference {
  path: string;
  before: AttributeValue;
  after: AttributeValue;
}

const DEEPEST = 60;

/** Differences of two records; what the provider sets by itself is left out unless `computed` asks for it. */
export function recordedDifferences(before: AttributeValue, after: AttributeValue, type: ResourceType, computed = false): RecordedDifference[] {
  const found: RecordedDifference[] = [];
  walk(before, after, '', { type, computed, found }, 0);
  return found;
}

interface Walk {
  type: ResourceType;
  computed: boolean;
  found: RecordedDifference[];
}

function walk(before: AttributeValue, after: AttributeValue, path: string, context: Walk, depth: number): void {
  if (before === after || after instanceof UnknownAttribute || before instanceof UnknownAttribute) return;
  if (path !== '' && !context.computed && isComputed(context.type, path)) return;
  if (before instanceof SensitiveAttribute || after instanceof SensitiveAttribute) {
    if (canonical(before) !== canonical(after)) context.found.push({ path, before: hidden(before), after: hidden(after) });
  } else if (depth < DEEPEST && isPlainObject(before) && isPlainObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) walk(before[name] ?? null, after[name] ?? null, path === '' ? name : `${path}.${name}`, context, depth + 1);
  } else if (depth < DEEPEST && Array.isArray(before) && Array.isArray(after)) lists(before, after, path, context, depth);
  else if (!same(before, after, path, context)) context.found.push({ path, before, after });
}

function hidden(value: AttributeValue): AttributeValue {
  return value instanceof SensitiveAttribute || value === null ? value : new SensitiveAttribute(value);
}

function same(before: AttributeValue, after: AttributeValue, path: string, context: Walk): boolean {
  return sameScalar(before, after, isCaseless(context.type, plainPath(path)) ? { caseless: true } : {});
}

function lists(before: readonly AttributeValue[], after: readonly AttributeValue[], path: string, context: Walk, depth: number): void {
  const left = new Map<string, number>();
  for (const item of after) left.set(canonical(item), (left.get(canonical(item)) ?? 0) + 1);
  const gone = before.map((item, at) => ({ item, at })).filter(({ item }) => !take(left, canonical(item)));
  const stays = new Map<string, number>();
  for (const item of before) stays.set(canonical(item), (stays.get(canonical(item)) ?? 0) + 1);
  const fresh = after.filter((item) => !take(stays, canonical(item)));
  if (gone.length === 0 && fresh.length === 0) return;
  if (gone.length !== fresh.length || !gone.every(({ item }) => isPlainObject(item))) context.found.push({ path, before, after });
  else gone.forEach(({ item, at }, index) => walk(item, fresh[index] ?? null, `${path}.${at}`, context, depth + 1));
}

function take(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0;
  if (count > 0) counts.set(key, count - 1);
  return count > 0;
}
