import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, decimal } from '../../domain/money.ts';
import type { CostEstimate, CostStatus, ResourceCost } from '../cost/cost-line.ts';
import { coverageOf } from '../cost/coverage.ts';
import { USD } from '../cost/currency.ts';
import { exactly, NOTHING, sumOfSpans } from '../cost/span.ts';
import type { PolicyReport } from './judge.ts';
import { compilePolicies, judgePolicies } from './judge.ts';
import { readPolicies } from './policy.ts';
import { compilePolicy } from './policy-expression.ts';
import { policyFindings } from './policy-findings.ts';

const TODAY = '2026-11-22';

interface Sample {
  address: string;
  monthly: number;
  status?: CostStatus;
  tags?: Record<string, string>;
}

function resource({ address, monthly, status = 'priced', tags = {} }: Sample): ResourceCost {
  const module = address.startsWith('module.') ? address.split('.').slice(0, 2).join('.') : '';
  const type = address.split('.').at(-2) ?? '';
  return { address, type, module, region: 'eu-west-1', tags, status, notes: status === 'unknown' ? ['the price book has no price'] : [], lines: [], fixed: exactly(decimal(monthly)), usage: NOTHING, location: { file: 'main.tf', line: 3, column: 1 } };
}

function estimate(samples: readonly Sample[]): CostEstimate {
  const resources = samples.map(resource);
  return { currency: 'USD', resources, fixed: sumOfSpans(resources.map((one) => one.fixed)), usage: NOTHING, coverage: coverageOf(resources, TODAY) };
}

function judged(policy: Record<string, unknown>, after: readonly Sample[], before?: readonly Sample[], more: Record<string, unknown> = {}, unchanged = (): boolean => false): PolicyReport {
  const read = readPolicies({ schemaVersion: 1, policies: [{ id: 'p', enforcement: 'deny', ...policy }], ...more });
  if ('problems' in read) throw new Error(read.problems.join('; '));
  const compiled = compilePolicies(read.file);
  if ('problems' in compiled) throw new Error(compiled.problems.join('; '));
  return judgePolicies([compiled.file], { after: estimate(after), ...(before === undefined ? {} : { before: estimate(before), unchanged }), currency: USD, environment: 'default' }, TODAY);
}
const status = (expression: string, after: readonly Sample[], before?: readonly Sample[], unchanged?: () => boolean): string => judged({ expression }, after, before, {}, unchanged).verdicts[0]?.status ?? '';

const SHOP: Sample[] = [
  { address: 'aws_instance.web', monthly: 100, tags: { team: 'shop', env: 'prod' } },
  { address: 'aws_instance.job', monthly: 20, tags: { team: 'data', env: 'dev' } },
  { address: 'module.net.aws_nat_gateway.a', monthly: 35, tags: { team: 'shop' } },
];
const UNKNOWN: Sample = { address: 'aws_strange.x', monthly: 0, status: 'unknown', tags: { team: 'data' } };
const PARTLY: Sample = { address: 'aws_db.y', monthly: 500, status: 'partly' };

describe('figures', () => {
  test.each([
    ['total.monthly == 155 && total.monthly <= 155.0 && 154 < total.monthly', 'holds'],
    ['total.monthly > 155', 'violated'],
    ['total.hourly < 0.22 && total.fixed == total.monthly && total.usage == 0', 'holds'],
    ['teams.shop == 135 && teams["data"] == 20 && !("nobody" in teams)', 'holds'],
    ['tags.env.prod == 100 && modules["module.net"] == 35 && types.aws_instance == 120', 'holds'],
    ['resources.filter(r, r.type == "aws_nat_gateway").size() == 1 && resources.all(r, r.monthly < 101)', 'holds'],
    ['coverage.resources == 3 && coverage.unknown == 0 && coverage.priced == 3', 'holds'],
    ['total.monthly * 2 - 10 == 300.0 && total.monthly / total.monthly == 1', 'holds'],
    ['teams.nobody < 10', 'undecided'],
    ['total.monthly / 0 > 1', 'undecided'],
  ])('%s %s', (expression, expected) => {
    expect(status(expression, SHOP)).toBe(expected);
  });

  test('of a change are amounts, a percentage and numbers of resources', () => {
    const before = [...SHOP.slice(0, 2), { address: 'aws_instance.old', monthly: 35 }];
    expect(status('change.monthly == 0 && change.before == 155 && change.after == 155 && change.percent == 0 && change.added == 1 && change.removed == 1', SHOP, before)).toBe('holds');
    expect(status('change.percent <= 30', SHOP, SHOP.slice(0, 2))).toBe('holds');
    expect(status('change.percent < 29', SHOP, SHOP.slice(0, 2))).toBe('violated');
    expect(status('change.percent < 29', SHOP, [])).toBe('undecided');
  });

  test('of the whole are narrowed by the scope', () => {
    const within = (scope: object): string => judged({ expression: 'total.monthly == 35 && coverage.resources == 1', scope }, SHOP).verdicts[0]?.status ?? '';
    for (const scope of [{ module: 'module.*' }, { type: 'aws_nat_*' }, { team: 'shop', environment: 'default' }, { address: '*.a' }]) expect(within(scope)).toBe('holds');
    for (const scope of [{ team: 'shop' }, { environment: 'prod' }, { tags: { env: '*' } }, {}]) expect(within(scope)).toBe('violated');
  });
});

describe('what is not known', () => {
  test.each([
    ['total.monthly <= 200', 'undecided'],
    ['total.monthly <= 100', 'violated'],
    ['total.monthly > 100', 'holds'],
    ['total.monthly <= 200 || coverage.unknown > 0', 'holds'],
    ['coverage.unknown > 0 || total.monthly <= 200', 'holds'],
    ['total.monthly <= 200 && teams.shop > 1000', 'violated'],
    ['teams.shop == 135', 'holds'],
    ['teams.data < 50', 'undecided'],
    ['coverage.unknown == 0', 'violated'],
    ['resources.all(r, r.monthly < 1000)', 'undecided'],
    ['resources.all(r, r.monthly < 100)', 'violated'],
    ['resources.exists(r, r.monthly > 1000)', 'undecided'],
    ['resources.exists(r, r.monthly > 99)', 'holds'],
    ['resources.exists_one(r, r.monthly > 99)', 'undecided'],
    ['resources.filter(r, r.monthly > 99).size() == 1', 'undecided'],
    ['resources.map(r, r.monthly > 99).size() == 4', 'undecided'],
    ['total.monthly > 200 ? true : false', 'undecided'],
    ['(total.monthly > 200) == true', 'undecided'],
    ['(total.monthly > 200) in [true, false]', 'undecided'],
    ['total.monthly * -1 > -200', 'undecided'],
    ['total.monthly == 155', 'undecided'],
  ])('makes %s %s, and nothing of it counts as zero', (expression, expected) => {
    expect(status(expression, [...SHOP, UNKNOWN])).toBe(expected);
  });

  test('is told with the resources that are to blame', () => {
    const [verdict] = judged({ expression: 'total.monthly <= 1000', message: '{total.monthly} is too much' }, [...SHOP, UNKNOWN, PARTLY]).verdicts;
    expect(verdict?.breaches[0]).toMatchObject({ status: 'undecided', enforcement: 'warn', message: '655.00 and an unknown part is too much', reason: 'the cost of 2 resources is not known: aws_strange.x (the price book has no price), aws_db.y (no price)' });
  });

  test('refuses the run only where that is wanted', () => {
    expect(judged({ expression: 'total.monthly <= 200' }, [...SHOP, UNKNOWN]).refused).toBe(false);
    expect(judged({ expression: 'total.monthly <= 200', onUnknown: 'deny' }, [...SHOP, UNKNOWN]).refused).toBe(true);
    expect(judged({ expression: 'total.monthly <= 100', enforcement: 'warn' }, SHOP).refused).toBe(false);
  });

  test('on both sides of a change is no change where it is written the same, and otherwise unknown', () => {
    expect(status('change.monthly <= 10', [...SHOP, UNKNOWN], [...SHOP, UNKNOWN], () => true)).toBe('holds');
    expect(status('change.monthly <= 10', [...SHOP, UNKNOWN], [...SHOP, UNKNOWN], () => false)).toBe('undecided');
    expect(status('change.monthly <= 10', [...SHOP, UNKNOWN], SHOP, () => true)).toBe('undecided');
    expect(status('change.monthly <= 10', SHOP)).toBe('undecided');
  });

  test('is a resource that costs by usage alone, by itself', () => {
    const [verdict] = judged({ expression: 'resource.monthly < 50', scope: { type: 'aws_s3_bucket' } }, [...SHOP, { address: 'aws_s3_bucket.b', monthly: 0, status: 'usage' }]).verdicts;
    expect(verdict).toMatchObject({ status: 'undecided', asked: 1, held: 0 });
  });

  test('law: an answer is the same whatever the unknown prices turn out to be', () => {
    const atom = fc.tuple(fc.constantFrom('total.monthly', 'teams.shop', 'teams.data', 'change.monthly', 'total.monthly - teams.shop', 'teams.data * -2'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), fc.integer({ min: -400, max: 400 })).map(([left, operator, right]) => `${left} ${operator} ${right}`);
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof({ depthSize: 'small' }, atom, fc.tuple(tie('expression'), fc.constantFrom('&&', '||'), tie('expression')).map(([a, operator, b]) => `(${a}) ${operator} (${b})`), tie('expression').map((one) => `!(${one})`)),
    }));
    const samples = fc.array(fc.record({ monthly: fc.nat(200), status: fc.constantFrom<CostStatus>('priced', 'unknown', 'partly'), team: fc.constantFrom('shop', 'data'), more: fc.nat(500) }), { maxLength: 4 }).map((list) => [{ monthly: 1, status: 'priced' as const, team: 'shop', more: 0 }, { monthly: 1, status: 'priced' as const, team: 'data', more: 0 }, ...list]);
    fc.assert(
      fc.property(expression, samples, samples, (text, after, before) => {
        const open = (list: typeof after, side: string): Sample[] => list.map((one, at) => ({ address: `aws_x.${side}${at}`, monthly: one.monthly, status: one.status, tags: { team: one.team } }));
        const known = (list: typeof after, side: string): Sample[] => list.map((one, at) => ({ address: `aws_x.${side}${at}`, monthly: one.status === 'priced' ? one.monthly : one.monthly + one.more, tags: { team: one.team } }));
        const answer = status(text, open(after, 'a'), open(before, 'b'));
        const truth = status(text, known(after, 'a'), known(before, 'b'));
        expect(truth).not.toBe('undecided');
        if (answer !== 'undecided') expect({ text, answer }).toEqual({ text, answer: truth });
      }),
      { numRuns: 300 },
    );
  });
});

describe('resources', () => {
  test('are judged one by one where the expression speaks of one, with the place in code', () => {
    const report = judged({ expression: 'resource.monthly <= 50 || resource.tags.env == "prod"', message: '{resource.address} of {resource.team} costs {resource.monthly}' }, [...SHOP, { address: 'aws_instance.big', monthly: 99, tags: { env: 'dev' } }]);
    expect(report.verdicts[0]).toMatchObject({ status: 'violated', asked: 4, held: 3 });
    const { findings } = policyFindings(report, { root: 'shop', workspace: 'default', source: './shop' });
    expect(findings).toMatchObject([{ rule: 'cost.policy.p', area: 'cost', severity: 'high', confidence: 'certain', subject: { reference: 'v1:terraform:shop#default#aws_instance.big', name: 'aws_instance.big', type: 'aws_instance' }, location: { file: 'main.tf', line: 3 }, sentence: 'aws_instance.big of (unallocated) costs 99.00' }]);
    expect(findings[0]?.evidence).toContainEqual({ name: 'resource.monthly', value: '99.00' });
  });

  test('are excepted until a day, with a reason, and what has ended or is not needed is told', () => {
    const exceptions = [{ policy: 'p', resource: 'aws_instance.*', reason: 'being moved', until: TODAY }, { policy: 'p', resource: 'module.*', reason: 'old', until: '2026-11-21' }, { policy: 'p', resource: 'gone', reason: 'gone', until: '2027-01-01' }];
    const report = judged({ expression: 'resource.monthly < 30' }, SHOP, undefined, { exceptions });
    const { findings, suppressed } = policyFindings(report, { root: 'shop', workspace: 'default', source: './shop' });
    expect(findings.map((one) => one.subject.name)).toEqual(['module.net.aws_nat_gateway.a']);
    expect(suppressed).toMatchObject([{ reason: 'being moved', until: TODAY, finding: { subject: { name: 'aws_instance.web' } } }]);
    expect(report.notes).toEqual(['the exception from p for module.* ended on 2026-11-21', 'the exception from p for gone is not needed']);
    expect(report.refused).toBe(true);
    expect(judged({ expression: 'total.monthly < 30' }, SHOP, undefined, { exceptions: [{ policy: 'p', reason: 'agreed', until: '2027-01-01' }] })).toMatchObject({ refused: false, verdicts: [{ status: 'holds' }] });
  });

  test('that are many with an expression that goes through them again and again are not gone through', () => {
    const many = Array.from({ length: 2_000 }, (_, at) => ({ address: `aws_x.r${at}`, monthly: 1 }));
    const hostile = 'resources.all(a, resources.all(b, a.monthly <= b.monthly))';
    expect(judged({ expression: hostile }, many).verdicts[0]?.breaches[0]?.reason).toContain('more than 2000000 steps');
    expect(judged({ expression: `resource.monthly > 0 && resources.exists(a, a.monthly > resource.monthly)` }, many).verdicts[0]?.breaches[0]?.reason).toContain('steps');
    expect(status(hostile, many.slice(0, 100))).toBe('holds');
    expect(judged({ expression: hostile.replaceAll('.all(', '.all//\n(') }, many).verdicts[0]?.breaches[0]?.reason).toContain('more than 2000000 steps');
  });
});

test.each(['total.monthly', 'total.monthly in [155]', '[total.monthly] == [total.fixed]', 'teams == components', 'resources.all(r, r.monthly in [r.fixed])', 'dyn(total.monthly) == 5', 'total.nothing > 1', 'process.exit()', 'total.constructor == 1', 'resource.address.matches("(a+)+$")', 'resource.address.matches//\n("(a+)+$")', '1 +', 'resource.tags > 1', `${'total.monthly > 1 && '.repeat(300)}true`, 'resources'])('the expression %s is refused before it runs', (expression) => {
  expect(compilePolicy(expression, '')).toHaveProperty('problem');
});

test.each(['{total}', '{total.monthly + 1}', '{secret}', '{resource.address}'])('the message %s is refused, for it names no figure of a policy on the whole', (message) => {
  expect(compilePolicy('total.monthly < 1', message)).toHaveProperty('problem');
});

test('every fault of a file is told in one pass', () => {
  const read = readPolicies({ schemaVersion: 2, currency: 'dollars', unknown: 1, policies: [{ id: 'A b', expression: '', enforcement: 'block', scope: { planet: 'x', tags: { a: 1 } } }, { id: 'p', expression: 'true', enforcement: 'deny' }, { id: 'p', expression: 'true', enforcement: 'deny', severity: 'huge' }], exceptions: [{ policy: 'q', reason: '', until: 'soon' }] });
  expect('problems' in read ? read.problems : []).toHaveLength(13);
});

test('law: no content of a file makes the reader throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (policy, exceptions) => {
      expect(readPolicies({ schemaVersion: 1, policies: [policy], exceptions })).toBeDefined();
    }),
  );
});

test('law: no expression makes judging throw', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('total.monthly', 'resource.tags', 'teams', '<', '&&', '!', '(', ')', '[', '"x"', ']', '.a', 'resources', '.all(r, ', 'r.monthly', '1', '-', '/', '?', ':', 'in', '{', '}', 'null', 'has('), { maxLength: 12 }), (words) => {
      const one = compilePolicy(words.join(' '), 'x');
      if ('compiled' in one) expect(judged({ expression: words.join(' ') }, [...SHOP, UNKNOWN]).verdicts).toHaveLength(1);
      else expect(one.problem).not.toBe('');
    }),
  );
});

test('amounts are in the currency of the file', () => {
  const read = readPolicies({ schemaVersion: 1, currency: 'EUR', policies: [{ id: 'p', expression: 'total.monthly == 77.5', enforcement: 'deny' }] });
  const compiled = 'file' in read ? compilePolicies(read.file) : { problems: [] };
  if (!('file' in compiled)) throw new Error('not read');
  expect(judgePolicies([compiled.file], { after: estimate(SHOP), currency: { rate: new Decimal(5n, 1) }, environment: 'default' }, TODAY).verdicts[0]?.status).toBe('holds');
});
