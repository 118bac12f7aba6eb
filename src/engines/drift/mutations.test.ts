/** Single changes of a state that agrees with its code: each is told, at its place, and nothing else is. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shippedCatalogue } from '../diagram/testing/picture.ts';
import { memoryTree } from '../terraform/module/testing/memory-tree.ts';
import { driftOfCode } from './code-and-state.ts';
import { ValuePrinter } from './shown-value.ts';
import { recordedState, stateModel } from './testing/recorded-state.ts';
import type { Recorded } from './testing/recorded-state.ts';

const catalogue = shippedCatalogue();
const printer = new ValuePrinter('key of the tests');
const EXAMPLES = join(import.meta.dirname, '../../../examples/infrastructure');
const ANSWERS = {
  'module.network.data.aws_availability_zones.available': { names: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
  'data.aws_iam_policy_document.fulfilment': { json: '{"Version":"2012-10-17","Statement":[]}' },
};

type Made = Awaited<ReturnType<typeof recordedState>>;

async function made(example: string): Promise<Made> {
  const files = readdirSync(join(EXAMPLES, example), { recursive: true, encoding: 'utf8' }).filter((path) => /\.(tf|tfvars)$/.test(path));
  return await recordedState(memoryTree(Object.fromEntries(files.map((path) => [path, readFileSync(join(EXAMPLES, example, path))]))), '.', { database_password: 'not-a-real-one' }, ANSWERS);
}

function lines({ code }: Made, recorded: Recorded): string[] {
  return driftOfCode(code, stateModel(recorded, catalogue), { catalogue, printer }).drifts.map((one) => `${one.kind} ${one.address}${one.detail === undefined ? '' : ` (${one.detail})`}`);
}

const examples = ['aws-shop', 'azure-portal', 'google-events'];

test.each(examples)('%s: every instance that is taken out of the state is told', async (example) => {
  const one = await made(example);
  const managed = [...one.recorded].filter(([, { mode }]) => mode === 'managed');
  expect(managed.length).toBeGreaterThan(10);
  for (const [address] of managed) {
    const less = new Map(one.recorded);
    less.delete(address);
    const told = lines(one, less);
    expect(told, address).toHaveLength(1);
    expect(told[0]).toContain(address);
  }
});

test.each(examples)('%s: every instance that is put into the state is told', async (example) => {
  const one = await made(example);
  for (const [address, instance] of [...one.recorded].filter(([, { mode }]) => mode === 'managed')) {
    const { key, ...rest } = instance;
    const more = new Map(one.recorded);
    more.set(`${address} again`, { ...rest, name: 'by_hand', module: '', attributes: { ...instance.attributes, id: `${key ?? ''}by-hand` } });
    expect(lines(one, more), address).toEqual([expect.stringContaining(`not-in-code ${instance.type}.by_hand`) as string]);
  }
});

test.each(examples)('%s: lists in another order are no drift', async (example) => {
  const one = await made(example);
  const turned = (value: unknown): unknown => (Array.isArray(value) ? value.map(turned).reverse() : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, turned(inner)])) : value);
  const recorded: Recorded = new Map([...one.recorded].map(([address, instance]) => [address, { ...instance, attributes: turned(instance.attributes) as typeof instance.attributes }]));
  expect(lines(one, recorded)).toEqual([]);
});
