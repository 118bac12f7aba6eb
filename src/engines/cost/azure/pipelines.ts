/** Data pipelines, tests of connections, certificates and language models of Azure. */
import { bySize, POWERS } from '../by-size.ts';
import type { Coster, Costing, CosterTable } from '../costing.ts';
import { Undetermined } from '../costing.ts';

function integrationRuntime(c: Costing): void {
  const kind = (): string => (c.text('compute_type') ?? 'General').replace('General', 'General Purpose').replace('ComputeOptimized', 'Compute Optimized').replace('MemoryOptimized', 'Memory Optimized');
  const cores = (): number => c.number('core_count')?.toNumber() ?? 8;
  c.onUsage('Data flow compute', 'monthly_run_hours', () => bySize(c, c.resource.type, cores(), [...POWERS, 144, 272], (count) => `Compute (${kind()}, ${count} vCores)`), (hours) => hours);
  c.onUsage('Data movement', 'monthly_movement_hours', () => c.fact('Data movement activity'), (hours) => hours);
  c.onUsage('Pipeline runs', 'monthly_requests', () => c.fact('Orchestration'));
}

/** Charged while it runs; it is reckoned to run all month. */
function packageRuntime(c: Costing): void {
  const variant = (): string => `${c.text('edition') ?? 'Standard'}${(c.text('license_type') ?? 'LicenseIncluded') === 'LicenseIncluded' ? ', license included' : ''}`;
  const price = (): ReturnType<Costing['fact']> => {
    const [, family = '', cores = '', version = ''] = /^Standard_([A-Z]+)(\d+)_(v\d)$/.exec(c.needed('node_size')) ?? [];
    if (cores === '') throw new Undetermined('node_size is no size that is known');
    const dimension = (size: number): string => `Compute (${family}${size} ${version}, ${variant()})`;
    // The first sizes of D_v2 are numbered, not counted in vCPUs.
    return version === 'v2' ? c.fact(dimension(Number(cores))) : bySize(c, c.resource.type, Number(cores), POWERS, dimension);
  };
  c.fixed('Nodes', price, () => c.number('number_of_nodes') ?? 1);
}

function ownRuntime(c: Costing): void {
  c.onUsage('Pipeline runs', 'monthly_requests', () => c.fact('Orchestration'));
  c.onUsage('Data movement', 'monthly_movement_hours', () => c.fact('Data movement activity'), (hours) => hours);
  c.onUsage('Pipeline activities', 'monthly_run_hours', () => c.fact('Pipeline activity'), (hours) => hours);
  c.onUsage('External activities', 'monthly_external_hours', () => c.fact('External pipeline activity'), (hours) => hours);
}

/** A workspace has no charge while nothing runs in it; pools are resources of their own. */
function workspace(c: Costing): void {
  const network = (): string => c.flag('managed_virtual_network_enabled') ? 'vnet' : 'dataflows/datapipelines+';
  c.onUsage('Pipeline activity runs', 'monthly_requests', () => c.fact('Data pipeline azure hosted activity runs'));
  c.onUsage('Data movement', 'monthly_movement_hours', () => c.fact('Data pipeline azure hosted data integration units'), (hours) => hours);
  c.onUsage('Pipeline activities', 'monthly_run_hours', () => c.fact(`Data pipeline azure hosted integration runtime [case ${network()}]`), (hours) => hours);
  c.onUsage('External activities', 'monthly_external_hours', () => c.fact(`Data pipeline azure hosted external integration runtime [case ${network()}]`), (hours) => hours);
  c.onUsage('Runs on own machines', 'monthly_own_runs', () => c.fact('Data pipeline self hosted activity runs'));
  c.onUsage('Data flows', 'monthly_data_flow_vcore_hours', () => c.fact('Data flow (standard)'), (hours) => hours);
  c.onUsage('Serverless queries', 'monthly_data_scanned_gb', () => c.fact('Serverless SQL pool size'));
}

/** A test is one source, one destination and one configuration of an enabled group. The price falls with their number. */
function connectionTests(c: Costing): void {
  c.fixed('Tests', () => c.fact('Tests (10-240,010)'), () => {
    const tests = c.list('test_group').map((group) => (c.text('enabled', group) === 'false' ? 0 : ['source_endpoints', 'destination_endpoints', 'test_configuration_names'].reduce((product, part) => product * c.list(part, group).length, 1)));
    return tests.reduce((sum, count) => sum + count, 0);
  });
  c.notes.push('the first 10 tests of a subscription are without a charge; they are not taken off');
}

/** Reads the book's own rows of the model: each is of a token, an image, a character or an hour. */
function model(c: Costing): void {
  const name = c.text('model.name');
  if (name === undefined) return c.unknown('Model', 'usage', 'model.name is not given');
  const units = new Map<string, string>();
  for (const { service, dimension, unit } of c.book.facts(c.provider).all()) {
    if (service === c.resource.type && dimension.includes(`(${name})`) && (!dimension.includes('[case ') || dimension.includes(`[case ${c.region}_`))) units.set(dimension, unit);
  }
  if (units.size === 0) return c.unknown('Model', 'usage', `the price book has no price of ${name} in ${c.region}`);
  for (const [dimension, unit] of units) {
    const [what = ''] = dimension.split(' (');
    const key = `monthly_${what.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`;
    if (unit === 'hour') c.onUsage(what, `${key}_hours`, () => c.fact(dimension), (hours) => hours);
    else c.onUsage(what, key, () => c.fact(dimension));
  }
}

function cognitive(c: Costing): void {
  const kind = c.text('kind') ?? '';
  if (c.text('sku_name') === 'F0') c.free = 'the free tier';
  else if (kind === 'OpenAI' || kind === 'AIServices') c.elsewhere = 'priced with its deployments of models';
  else c.unknown('Requests', 'usage', `the price book has prices of commitments only, not of ${kind === '' ? 'this kind' : kind} by request`);
}

const certificate: Coster = (c) => c.fixed('Certificate', () => c.fact(`SSL certificate (${(c.text('product_type') ?? 'Standard').toLowerCase()})`));

export const AZURE_PIPELINES: CosterTable = {
  azurerm_data_factory_integration_runtime_azure: integrationRuntime,
  azurerm_data_factory_integration_runtime_managed: integrationRuntime,
  azurerm_data_factory_integration_runtime_azure_ssis: packageRuntime,
  azurerm_data_factory_integration_runtime_self_hosted: ownRuntime,
  azurerm_synapse_workspace: workspace,
  azurerm_network_connection_monitor: connectionTests,
  azurerm_cognitive_account: cognitive,
  azurerm_cognitive_deployment: model,
  azurerm_app_service_certificate_order: certificate,
};
