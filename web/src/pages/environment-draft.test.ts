import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EnvironmentRow } from '../../../src/api/contract/pages.ts';
import type { EnvironmentSpec } from '../../../src/domain/kinds/environment.ts';
import { commandOf, draftOf, mergePatch, problemsOf, specOf } from './environment-draft.ts';

const SPEC: EnvironmentSpec = {
  order: 2, production: true, promotesFrom: 'dev', autoPromote: true, autoRollback: true,
  strategy: {
    steps: [{ setWeight: 10 }, { pause: { duration: '10s' } }, { analysis: { checks: [{ name: 'x', metric: 'query', query: 'canary.p99', noData: 'wait', minSamples: 1 }] } }, { pause: {} }],
    background: { startingStep: 1, checks: [{ name: 'success-rate', metric: 'successRate', min: 0.9995, minSamples: 20, noData: 'wait' }, { name: 'latency-p99', metric: 'latency', quantile: 0.99, max: 1000, failureLimit: 2, minSamples: 20, noData: 'wait' }] },
    progressDeadlineSeconds: 120,
  },
};
const ROW: EnvironmentRow = { name: 'prod', order: 2, production: true, promotesFrom: 'dev', autoPromote: true, autoRollback: true, strategy: '', services: 1, spec: SPEC, resourceVersion: '7', changedAt: '2026-01-01T00:00:00Z' };

/** RFC 7396, to hold the maker of patches to. */
function applied(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applied(result[key], value);
  }
  return result;
}

test('what is only looked at changes nothing', () => {
  expect(problemsOf(draftOf(ROW))).toEqual({});
  expect(specOf(draftOf(ROW), SPEC)).toEqual(SPEC);
  expect(mergePatch(SPEC, specOf(draftOf(ROW), SPEC))).toBeUndefined();
});

test('only what was changed is sent, and a field that goes away is said so', () => {
  const draft = { ...draftOf(ROW), promotesFrom: '', autoPromote: false };
  expect(mergePatch(SPEC, specOf(draft, SPEC))).toEqual({ autoPromote: false, promotesFrom: null });
  const stricter = { ...draftOf(ROW), checks: draftOf(ROW).checks.map((check, index) => (index === 0 ? { ...check, limit: '99.99' } : check)) };
  expect(specOf(stricter, SPEC).strategy.background?.checks[0]?.min).toBe(0.9999);
});

test('a patch makes of the old what the new is', () => {
  const value = fc.letrec((tie) => ({ any: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.boolean(), fc.array(fc.integer(), { maxLength: 2 }), tie('record')), record: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('any'), { maxKeys: 4, noNullPrototype: true }) })).record;
  fc.assert(
    fc.property(value, value, (before, after) => {
      const patch = mergePatch(before, after);
      expect(patch === undefined ? before : applied(before, patch)).toEqual(after);
    }),
  );
});

test('every wrong field is named with what it should be', () => {
  const draft = draftOf(ROW);
  const wrong = { ...draft, deadlineSeconds: '0', steps: [{ kind: 'weight' as const, value: '101' }, { kind: 'pause' as const, value: 'soon' }], checks: draft.checks.map((check) => ({ ...check, limit: '', minSamples: '1.5', failureLimit: '-2' })) };
  expect(Object.keys(problemsOf(wrong)).toSorted()).toEqual(['checks.0.failureLimit', 'checks.0.limit', 'checks.0.minSamples', 'checks.1.failureLimit', 'checks.1.limit', 'checks.1.minSamples', 'deadlineSeconds', 'steps.0', 'steps.1']);
});

test('the command survives a quote in a description', () => {
  expect(commandOf('prod', { metadata: { annotations: { d: "it's" } } })).toContain("it'\\''s");
  expect(commandOf('prod', { spec: { promotesFrom: null } })).toMatch(/^kubectl patch environment prod --type merge -p '/);
});
