/** The example infrastructures as applying would leave them: all rules run, and nothing that is used is called unused. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { shippedCatalogue } from '../diagram/testing/picture.ts';
import { recordedState, stateModel } from '../drift/testing/recorded-state.ts';
import { prepareRules, runRules } from '../rules/run-rules.ts';
import { asRuleFile } from '../rules/validate.ts';
import { memoryTree } from '../terraform/module/testing/memory-tree.ts';

const root = join(import.meta.dirname, '../../..');
const rules = join(root, 'rules/waste');
const prepared = prepareRules(readdirSync(rules).filter((name) => name.endsWith('.yaml')).map((name) => asRuleFile(parse(readFileSync(join(rules, name), 'utf8')))));
const catalogue = shippedCatalogue();
/** Rules that say of a thing that nobody has, names or uses it. */
const UNUSED = /unattached|unassociated|orphan|empty|not-used|without-(listener|route|subnet|backend|member|volume|disk|source|mount|nodes|instance|target|connection|keys)|twice|closed$/;

/** Ids of Azure tell what is in a group. */
const GROUP = '/subscriptions/s/resourceGroups/portal';
const AZURE_IDS = { 'azurerm_resource_group.portal': { id: GROUP }, 'azurerm_virtual_network.portal': { id: `${GROUP}/providers/Microsoft.Network/virtualNetworks/portal` } };

async function findings(example: string): Promise<{ all: string[]; resources: number }> {
  const folder = join(root, 'examples/infrastructure', example);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(tf|tfvars)$/.test(path));
  const answers = { 'module.network.data.aws_availability_zones.available': { names: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] }, 'data.aws_iam_policy_document.fulfilment': { json: '{"Version":"2012-10-17","Statement":[]}' }, ...AZURE_IDS };
  const { recorded } = await recordedState(memoryTree(Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path))]))), '.', { database_password: 'not-a-real-one' }, answers);
  const run = runRules(prepared, [{ source: { path: example, root: example, workspace: 'default' }, model: stateModel(recorded, catalogue) }]);
  expect(run.problems).toEqual([]);
  return { all: run.matches.map(({ rule, resource }) => `${rule.id} ${resource.address}`), resources: run.resources };
}

test.each(['aws-shop', 'azure-portal', 'google-events'])('nothing in %s is called unused', async (example) => {
  const { all, resources } = await findings(example);
  expect(resources).toBeGreaterThan(10);
  expect(all.filter((one) => UNUSED.test(one.split(' ')[0] ?? ''))).toEqual([]);
});
