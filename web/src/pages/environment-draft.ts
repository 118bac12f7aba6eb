/**
 * The settings of an environment while a person changes them: every field as it is typed, what is wrong
 * with it, and what of it differs from what is kept. Pure.
 *
 * Only what differs is sent, as a merge patch on the version that was read: a change that somebody else
 * made meanwhile is refused by the platform and never overwritten.
 */
import type { EnvironmentRow } from '../../../src/api/contract/pages.ts';
import type { EnvironmentSpec } from '../../../src/domain/kinds/environment.ts';
import type { MetricCheck, NoDataPolicy, RolloutStep } from '../../../src/domain/kinds/rollout.ts';

export type StepDraft = { kind: 'weight' | 'pause'; value: string } | { kind: 'analysis'; step: RolloutStep };

export interface CheckDraft {
  check: MetricCheck;
  /** Per cent for a success rate, milliseconds for a latency, empty for a query (its limits stay). */
  limit: string;
  minSamples: string;
  failureLimit: string;
  noData: NoDataPolicy;
}

export interface Draft {
  description: string;
  production: boolean;
  /** Empty: releases come from the pipeline. */
  promotesFrom: string;
  autoPromote: boolean;
  autoRollback: boolean;
  steps: StepDraft[];
  checks: CheckDraft[];
  deadlineSeconds: string;
}

/** Where a field is wrong: `steps.2`, `checks.0.limit`, `deadlineSeconds`. */
export type Problems = Readonly<Record<string, string>>;

const DURATION = /^\d+(\.\d+)?(ms|s|m|h)$/;

export function draftOf(row: EnvironmentRow): Draft {
  const { spec } = row;
  return {
    description: row.description ?? '',
    production: spec.production,
    promotesFrom: spec.promotesFrom ?? '',
    autoPromote: spec.autoPromote,
    autoRollback: spec.autoRollback,
    steps: spec.strategy.steps.map((step): StepDraft => ('setWeight' in step ? { kind: 'weight', value: String(step.setWeight) } : 'pause' in step ? { kind: 'pause', value: step.pause.duration ?? '' } : { kind: 'analysis', step })),
    checks: (spec.strategy.background?.checks ?? []).map((check) => ({ check, limit: limitOf(check), minSamples: String(check.minSamples), failureLimit: String(check.failureLimit ?? 0), noData: check.noData })),
    deadlineSeconds: String(spec.strategy.progressDeadlineSeconds ?? ''),
  };
}

/** Thousandths of a per cent are kept, so that 99.95 % stays what it is. */
function limitOf(check: MetricCheck): string {
  if (check.metric === 'query') return '';
  const value = check.metric === 'successRate' ? (check.min === undefined ? undefined : Math.round(check.min * 100_000) / 1_000) : check.max;
  return value === undefined ? '' : String(value);
}

function within(text: string, low: number, high: number, whole: boolean): boolean {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) && value >= low && value <= high && (!whole || Number.isInteger(value));
}

export function problemsOf(draft: Draft): Problems {
  const found: Record<string, string> = {};
  for (const [index, step] of draft.steps.entries()) {
    if (step.kind === 'weight' && !within(step.value, 0, 100, true)) found[`steps.${index}`] = 'A whole number from 0 to 100.';
    if (step.kind === 'pause' && step.value.trim() !== '' && !DURATION.test(step.value.trim())) found[`steps.${index}`] = 'Like 30s, 5m or 1h; empty waits for a person.';
  }
  for (const [index, { check, limit, minSamples, failureLimit }] of draft.checks.entries()) {
    if (check.metric === 'successRate' && !within(limit, 0, 100, false)) found[`checks.${index}.limit`] = 'Per cent, from 0 to 100.';
    if (check.metric === 'latency' && !within(limit, 1, 3_600_000, false)) found[`checks.${index}.limit`] = 'Milliseconds, at least 1.';
    if (!within(minSamples, 0, 1_000_000, true)) found[`checks.${index}.minSamples`] = 'A whole number.';
    if (!within(failureLimit, -1, 1_000_000, true)) found[`checks.${index}.failureLimit`] = 'A whole number; -1 tolerates any.';
  }
  if (draft.deadlineSeconds.trim() !== '' && !within(draft.deadlineSeconds, 1, 86_400, true)) found['deadlineSeconds'] = 'Whole seconds, at most a day.';
  if (draft.description.length > 500) found['description'] = 'At most 500 characters.';
  return found;
}

function checkOf({ check, limit, minSamples, failureLimit, noData }: CheckDraft): MetricCheck {
  const { failureLimit: before, ...rest } = check;
  const bound = check.metric === 'successRate' ? { min: Math.round(Number(limit) * 1_000) / 100_000 } : check.metric === 'latency' ? { max: Number(limit) } : {};
  return { ...rest, ...bound, minSamples: Number(minSamples), noData, ...(Number(failureLimit) === 0 && before === undefined ? {} : { failureLimit: Number(failureLimit) }) };
}

function stepOf(step: StepDraft): RolloutStep {
  if (step.kind === 'analysis') return step.step;
  if (step.kind === 'weight') return { setWeight: Number(step.value) };
  return { pause: step.value.trim() === '' ? {} : { duration: step.value.trim() } };
}

/** The settings that the draft stands for; `problemsOf` must have found none. */
export function specOf(draft: Draft, before: EnvironmentSpec): EnvironmentSpec {
  const { promotesFrom: _from, strategy, ...rest } = before;
  const { progressDeadlineSeconds: _deadline, background, ...other } = strategy;
  return {
    ...rest,
    production: draft.production,
    ...(draft.promotesFrom === '' ? {} : { promotesFrom: draft.promotesFrom }),
    autoPromote: draft.autoPromote,
    autoRollback: draft.autoRollback,
    strategy: {
      ...other,
      steps: draft.steps.map(stepOf),
      ...(draft.checks.length === 0 ? {} : { background: { startingStep: background?.startingStep ?? 0, checks: draft.checks.map(checkOf) } }),
      ...(draft.deadlineSeconds.trim() === '' ? {} : { progressDeadlineSeconds: Number(draft.deadlineSeconds) }),
    },
  };
}

/** What differs, in JSON merge patch form (RFC 7396): null takes a field away, lists are whole. Undefined: nothing does. */
export function mergePatch(before: unknown, after: unknown): unknown {
  if (!isRecord(before) || !isRecord(after)) return same(before, after) ? undefined : after;
  const entries = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key): [string, unknown][] => {
    if (after[key] === undefined) return before[key] === undefined ? [] : [[key, null]];
    const inner = mergePatch(before[key], after[key]);
    return inner === undefined ? [] : [[key, inner]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Whether two JSON values say the same, whatever the order of their fields. */
function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, index) => same(value, b[index]));
  if (isRecord(a) && isRecord(b)) return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(a[key], b[key]));
  return a === b;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function removes(value: unknown): boolean {
  return value === null || (isRecord(value) && Object.values(value).some(removes));
}

/**
 * The command that writes the same: `roadbed apply`, which states fields and can take none away; kubectl's
 * patch where one is taken away.
 */
export function commandOf(name: string, patch: object): string {
  const quoted = (value: unknown): string => `'${JSON.stringify(value).replaceAll("'", "'\\''")}'`;
  if (removes(patch)) return `kubectl patch environment ${name} --type merge -p ${quoted(patch)}`;
  const { metadata, ...rest } = patch as { metadata?: object };
  return `printf '%s' ${quoted({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'Environment', metadata: { ...metadata, name }, ...rest })} | roadbed apply --force -f -`;
}
