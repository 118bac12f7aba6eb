import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baselineOf, readBaseline, sinceBaseline } from './baseline.ts';
import type { Drift, DriftClass, DriftKind } from './drift.ts';
import { driftFindings } from './findings.ts';
import { globMatches } from './glob.ts';
import { applyIgnoreRules, readIgnoreRules } from './ignore-rules.ts';
import type { IgnoreRule } from './ignore-rules.ts';
import { reportDrift } from './report.ts';
import { groupTransitions } from './transitions.ts';

const OPTIONS = { root: 'shop', workspace: 'default', source: 'shop.tfstate' };

function drift(address: string, attribute?: string, from = '"a"', to = '"b"', kind: DriftKind = 'attribute', weight: DriftClass = 'other'): Drift {
  return { level: 'D1', kind, class: weight, address, type: 'aws_instance', ...(attribute === undefined ? {} : { attribute, from: { text: from, hidden: false }, to: { text: to, hidden: false } }) };
}

function rules(text: string): IgnoreRule[] {
  return readIgnoreRules(text, 'roadbed.drift.yaml');
}

const RULE = 'version: 1\nignore:\n  - address: "module.*.aws_autoscaling_group.*"\n    attribute: desired_capacity\n    reason: the autoscaler decides\n    expires: 2027-01-31\n';

test('a rule takes away drift by address, attribute and transition, until its last day', () => {
  const drifts = [drift('module.a.aws_autoscaling_group.web', 'desired_capacity'), drift('module.a.aws_autoscaling_group.web', 'max_size'), drift('aws_autoscaling_group.web', 'desired_capacity')];
  const left = (today: string): string[] => applyIgnoreRules(drifts, rules(RULE), today).kept.map((one) => `${one.address}.${one.attribute}`);
  expect(left('2027-01-31')).toEqual(['module.a.aws_autoscaling_group.web.max_size', 'aws_autoscaling_group.web.desired_capacity']);
  expect(left('2027-02-01')).toHaveLength(3);
  expect(applyIgnoreRules(drifts, rules(RULE), '2027-02-01').expired).toHaveLength(1);
  const byValue = rules('version: 1\nignore:\n  - {address: aws_instance.a, attribute: tags, from: "null", to: "i-*", reason: r, expires: "2030-01-01"}\n');
  const transitions = [drift('aws_instance.a', 'tags.by', 'null', '"i-1"'), drift('aws_instance.a', 'tags.by', 'null', '"j-1"'), drift('aws_instance.a', 'tagsy', 'null', '"i-1"')];
  expect(applyIgnoreRules(transitions, byValue, '2026-01-01').kept).toEqual(transitions.slice(1));
});

test('a rule without an attribute covers existence too; one of a kind only that; unused ones are told', () => {
  const drifts = [drift('aws_vpc.a', undefined, '', '', 'not-in-code'), drift('aws_vpc.a', 'tags.x')];
  const one = rules('version: 1\nignore:\n  - {address: aws_vpc.a, kind: not-in-code, reason: r, expires: "2030-01-01"}\n  - {address: aws_vpc.b, reason: r, expires: "2030-01-01"}\n');
  const result = applyIgnoreRules(drifts, one, '2026-01-01');
  expect(result.kept).toEqual([drifts[1]]);
  expect(result.unused.map((rule) => [rule.address, rule.line])).toEqual([['aws_vpc.b', 4]]);
});

test('every fault of the file has its line and column', () => {
  const faults = (text: string): string => {
    try {
      rules(text);
    } catch (error) {
      return `${(error as { code: string }).code} ${(error as { why: string }).why}`;
    }
    return 'no fault';
  };
  expect(faults('version: 1\nignore:\n  - address: a.b\n    expires: soon\n    colour: red\n')).toBe('ROADBED-8251 roadbed.drift.yaml:5:5: ignore[0].colour: is not a known field: address, attribute, kind, from, to, reason, expires\nroadbed.drift.yaml:3:5: ignore[0]: must have reason\nroadbed.drift.yaml:4:14: ignore[0].expires: must be a day: 2027-01-31');
  expect(faults('version: 2\n')).toContain('1:10: version: must be 1');
  expect(faults('version: 1\nignore: {}\n')).toContain('2:9: ignore: must be a list');
  expect(faults('version: 1\nignore:\n  - {address: a.b, from: x, reason: r, expires: 2027-02-30}\n')).toMatch(/must be a day[\s\S]*from and to need an attribute/);
  expect(faults('a: [')).toContain('ROADBED-8251');
  expect(rules('')).toEqual([]);
});

test('rules only ever remove, keep the order, and account for everything', () => {
  const word = fc.constantFrom('a', 'b', '*', 'aws_*', 'aws_vpc.a', 'aws_vpc.*', 'tags', 'tags.x', '?');
  const someRules = fc.array(fc.record({ address: word, reason: fc.constant('r'), expires: fc.constantFrom('2020-01-01', '2030-01-01'), line: fc.constant(1) }).chain((rule) => fc.option(word, { nil: undefined }).map((attribute) => ({ ...rule, ...(attribute === undefined ? {} : { attribute }) }))), { maxLength: 6 });
  const someDrifts = fc.array(fc.tuple(fc.constantFrom('aws_vpc.a', 'aws_vpc.b', 'a'), fc.option(fc.constantFrom('tags', 'tags.x', 'size'), { nil: undefined })).map(([address, attribute]) => drift(address, attribute)), { maxLength: 12 });
  fc.assert(fc.property(someRules, someDrifts, (given, drifts) => {
    const { kept, ignored } = applyIgnoreRules(drifts, given, '2026-01-01');
    expect(kept).toEqual(drifts.filter((one) => kept.includes(one)));
    expect(kept.length + ignored.length).toBe(drifts.length);
    expect(ignored.every(({ rule }) => rule.expires >= '2026-01-01')).toBe(true);
  }));
});

test('globs match as regular expressions of the same meaning do, and stay quick on hostile ones', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 }), fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 }), (pattern, text) => {
    const expression = new RegExp(`^${pattern.replace(/[.]/g, '\\.').replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
    expect(globMatches(pattern, text)).toBe(expression.test(text));
  }));
  expect(globMatches(`${'*a'.repeat(40)}b`, 'a'.repeat(5000))).toBe(false);
});

test('a baseline silences what was accepted, until it changes again or goes away', () => {
  const accepted = [drift('aws_vpc.a', 'size', '1', '2'), drift('aws_vpc.b', 'size', '1', '2')];
  const baseline = readBaseline(JSON.stringify(baselineOf(accepted, OPTIONS, '2026-01-01T00:00:00Z')), 'baseline.json');
  expect(sinceBaseline(accepted, baseline, OPTIONS)).toMatchObject({ fresh: [], settled: 0 });
  const now = [drift('aws_vpc.a', 'size', '1', '3'), drift('aws_vpc.c', 'size', '1', '2')];
  expect(sinceBaseline(now, baseline, OPTIONS)).toEqual({ fresh: now, known: [], settled: 1 });
  for (const text of ['{', '[]', '{"schemaVersion":1}', '{"schemaVersion":1,"accepted":{"x":"y"}}']) expect(() => readBaseline(text, 'b.json')).toThrow(expect.objectContaining({ code: 'ROADBED-8252' }));
});

test('the same transition in many places is one group, the largest first', () => {
  const many = [drift('aws_instance.z', 'tags.x', '1', '2'), ...['a', 'b', 'c'].map((name) => drift(`aws_instance.${name}`, 'size', '"s"', '"m"'))];
  expect(groupTransitions(many).map((group) => `${group.example.address} x ${group.drifts.length}`)).toEqual(['aws_instance.a x 3', 'aws_instance.z x 1']);
});

test('findings are of one shape, worst first, and their fingerprints do not follow the values', () => {
  const findings = driftFindings([drift('aws_vpc.a', 'tags.x', '1', '2', 'attribute', 'tag'), drift('aws_vpc.a', 'policy', '1', '2', 'attribute', 'security')], OPTIONS);
  expect(findings.map((one) => `${one.severity} ${one.rule} ${one.sentence}`)).toEqual(['high drift.attribute aws_vpc.a.policy is 2 in the state, 1 in the code.', 'low drift.attribute aws_vpc.a.tags.x is 2 in the state, 1 in the code.']);
  expect(findings[0]).toMatchObject({ area: 'drift', basis: 'code', subject: { reference: 'v1:terraform:shop#default#aws_vpc.a' } });
  const [other] = driftFindings([drift('aws_vpc.a', 'policy', '1', '99', 'attribute', 'security')], OPTIONS);
  expect(other?.fingerprint).toBe(findings[0]?.fingerprint);
  expect(findings[1]?.fingerprint).not.toBe(findings[0]?.fingerprint);
});

test('a report has what is new, what is ignored with its reason, and what is accepted', () => {
  const drifts = [drift('module.a.aws_autoscaling_group.web', 'desired_capacity'), drift('aws_vpc.a', 'size'), drift('aws_vpc.b', 'size')];
  const baseline = baselineOf([drifts[1] as Drift], OPTIONS, '2026-01-01T00:00:00Z');
  const report = reportDrift({ drifts, notCompared: [], compared: { resources: 3, attributes: 3 } }, { ...OPTIONS, rules: rules(RULE), today: '2026-05-05', baseline });
  expect(report.findings.map((one) => one.subject.name)).toEqual(['aws_vpc.b']);
  expect(report.known.map((one) => one.subject.name)).toEqual(['aws_vpc.a']);
  expect(report.suppressed).toMatchObject([{ reason: 'the autoscaler decides', until: '2027-01-31', finding: { subject: { name: 'module.a.aws_autoscaling_group.web' } } }]);
});
