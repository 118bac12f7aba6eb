/** Laws that hold for every infrastructure: sums, differences, groups, and that unknown is never nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal, sumOf } from '../../domain/money.ts';
import type { AttributeValue, ResourceInstance } from '../infrastructure/model.ts';
import { UnknownAttribute } from '../infrastructure/model.ts';
import type { CostEstimate, ResourceCost } from './cost-line.ts';
import { differenceOf, totalOf } from './difference.ts';
import { estimateCost } from './estimate.ts';
import { ROLL_UPS, rollUp } from './roll-up.ts';
import { modelOf, resource, shippedBook } from './testing/infrastructure.ts';
import { Usage } from './usage.ts';

const sometimesUnknown = (value: fc.Arbitrary<AttributeValue>): fc.Arbitrary<AttributeValue> => fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: fc.constant(new UnknownAttribute('known only after apply')) });
const count = sometimesUnknown(fc.integer({ min: 0, max: 500 }));
const tags = fc.record({ team: fc.constantFrom('payments', 'search', ''), Service: fc.constantFrom('api', 'web') }, { requiredKeys: [] });

const kinds: readonly fc.Arbitrary<readonly [string, { readonly [name: string]: AttributeValue }]>[] = [
  fc.record({ instance_type: sometimesUnknown(fc.constantFrom('m5.large', 't3.micro', 'm99.huge', 'c6g.4xlarge')), monitoring: fc.boolean(), root_block_device: fc.record({ volume_size: count, volume_type: fc.constantFrom('gp2', 'gp3', 'io9') }).map((block) => [block]) }).map((attributes) => ['aws_instance', attributes] as const),
  fc.record({ type: sometimesUnknown(fc.constantFrom('gp2', 'gp3', 'io1', 'st1')), size: count, iops: count }).map((attributes) => ['aws_ebs_volume', attributes] as const),
  fc.record({ engine: fc.constantFrom('postgres', 'mysql', 'db9'), instance_class: fc.constantFrom('db.t3.large', 'db.r5.large'), allocated_storage: count, multi_az: sometimesUnknown(fc.boolean()) }).map((attributes) => ['aws_db_instance', attributes] as const),
  fc.constant(['aws_nat_gateway', {}] as const),
  fc.constant(['aws_iam_role', {}] as const),
  fc.constant(['aws_brand_new', {}] as const),
  fc.record({ desired_capacity: count, max_size: count }).map((attributes) => ['aws_autoscaling_group', attributes] as const),
  fc.record({ location: fc.constantFrom('West Europe', 'nowhere'), size: fc.constantFrom('Standard_D2s_v3', 'Standard_Z9') }).map((attributes) => ['azurerm_linux_virtual_machine', attributes] as const),
  fc.record({ machine_type: fc.constantFrom('e2-medium', 'custom-2-4096', 'n2-standard-8'), zone: fc.constant('europe-west1-b') }).map((attributes) => ['google_compute_instance', attributes] as const),
];

const infrastructure: fc.Arbitrary<ResourceInstance[]> = fc
  .array(fc.tuple(fc.oneof(...kinds), fc.constantFrom('', 'module.a', 'module.b["x"]'), tags, fc.option(fc.constant('count: unknown'), { freq: 8, nil: undefined })), { maxLength: 25 })
  .map((all) => all.map(([[type, attributes], module, named, many], index) => resource(`${module === '' ? '' : `${module}.`}${type}.r${index}`, { ...attributes, tags: named }, many === undefined ? {} : { instancesUnknown: many })));

const usages = fc.constantFrom(new Usage(), new Usage('small'), new Usage('large'));

function costOf(resources: readonly ResourceInstance[], usage: Usage): CostEstimate {
  return estimateCost(modelOf(resources), shippedBook, { today: '2026-11-22', usage });
}

const lineSum = (cost: ResourceCost): Decimal => sumOf(cost.lines.flatMap((line) => (line.monthly === undefined ? [] : [line.monthly.value])));
const hold = (run: (resources: ResourceInstance[], usage: Usage) => void): void => {
  fc.assert(fc.property(infrastructure, usages, run), { numRuns: 150 });
};

test('lines sum to their resource, resources and every roll-up to the whole, exactly', () => {
  hold((resources, usage) => {
    const estimate = costOf(resources, usage);
    const whole = totalOf(estimate).toString();
    for (const cost of estimate.resources) expect(lineSum(cost).toString()).toBe(totalOf(cost).toString());
    expect(sumOf(estimate.resources.map(totalOf)).toString()).toBe(whole);
    for (const by of [...ROLL_UPS, 'tag:team']) {
      const groups = rollUp(estimate, by);
      expect(sumOf(groups.map(totalOf)).toString()).toBe(whole);
      expect(groups.reduce((sum, group) => sum + group.resources, 0)).toBe(estimate.resources.length);
    }
  });
});

test('the difference of a and b is the negative of that of b and a, and of a and a nothing', () => {
  fc.assert(
    fc.property(infrastructure, infrastructure, usages, (before, after, usage) => {
      const [a, b] = [costOf(before, usage), costOf(after, usage)];
      const [there, back] = [differenceOf(a, b), differenceOf(b, a)];
      expect(there.difference.toString()).toBe(back.difference.negated().toString());
      expect(sumOf(there.changes.map((change) => change.difference)).toString()).toBe(there.difference.toString());
      expect(there.changes.map((change) => [change.address, change.difference.toString()])).toEqual(back.changes.map((change) => [change.address, change.difference.negated().toString()]));
      expect(differenceOf(a, a)).toMatchObject({ changes: [], incomplete: 0 });
    }),
    { numRuns: 80 },
  );
});

test('to filter and then sum is to sum and then filter', () => {
  hold((resources, usage) => {
    const chosen = resources.filter((one) => one.module === 'module.a');
    const whole = rollUp(costOf(resources, usage), 'module').find((group) => group.name === 'module.a');
    const part = costOf(chosen, usage);
    expect(totalOf(part).toString()).toBe(whole === undefined ? '0' : totalOf(whole).toString());
  });
});

test('what is unknown has a reason and no amount; what is priced has an amount above nothing or a quantity of nothing', () => {
  hold((resources, usage) => {
    const estimate = costOf(resources, usage);
    for (const cost of estimate.resources) {
      if (cost.status === 'unknown') expect([cost.lines.some((line) => line.monthly !== undefined), cost.notes.length + cost.lines.length > 0]).toEqual([false, true]);
      for (const line of cost.lines) {
        expect(line.monthly === undefined).toBe(line.unknown !== undefined);
        if (line.monthly === undefined || line.price === undefined) continue;
        expect(line.price.amount.compare(Decimal.zero)).toBe(1);
        if (line.monthly.value.isZero) expect(line.quantity?.value.isZero).toBe(true);
      }
      expect(cost.fixed.low.compare(cost.fixed.value)).not.toBe(1);
      expect(cost.fixed.high.compare(cost.fixed.value)).not.toBe(-1);
    }
    const { byStatus } = estimate.coverage;
    expect(Object.values(byStatus).reduce((sum, number) => sum + number, 0)).toBe(resources.length);
  });
});
