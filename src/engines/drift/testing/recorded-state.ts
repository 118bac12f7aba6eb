/**
 * The state that applying code would leave, as far as files can tell: evaluated again and again, with made-up
 * values for what only a provider knows, until nothing is unknown; then written the way providers write: other
 * orders, defaults, empty values, numbers as texts, tags merged.
 */
import { modelFromConfiguration } from '../../infrastructure/from-configuration.ts';
import { modelFromState } from '../../infrastructure/from-state.ts';
import { isPlainObject } from '../../infrastructure/marked-values.ts';
import type { AttributeValue, InfrastructureModel } from '../../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../../infrastructure/model.ts';
import type { ProviderCatalogue } from '../../provider-catalogue/catalogue.ts';
import { loadModuleTree } from '../../terraform/module/load-module-tree.ts';
import type { SourceTree } from '../../../domain/source-tree.ts';
import { readState } from '../../../formats/terraform/state.ts';

type Plain = string | number | boolean | null | Plain[] | { [name: string]: Plain };
export type Recorded = Map<string, { mode: string; type: string; name: string; module: string; key?: string | number; attributes: { [name: string]: Plain } }>;

export interface Variables {
  [name: string]: string;
}

export async function evaluated(tree: SourceTree, root: string, variables: Variables, known: ReadonlyMap<string, { attributes: { [name: string]: Plain } }> = new Map()): Promise<InfrastructureModel> {
  const environment = Object.fromEntries(Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, value]));
  const modules = await loadModuleTree(tree, root, { variables: { environment } });
  return await modelFromConfiguration(tree, modules, { path: root, known: (address) => known.get(address)?.attributes });
}

/** `answers` are attributes of data sources by address. */
export async function recordedState(tree: SourceTree, root: string, variables: Variables, answers: { readonly [address: string]: { [name: string]: Plain } }): Promise<{ code: InfrastructureModel; recorded: Recorded }> {
  const recorded: Recorded = new Map();
  let code = await evaluated(tree, root, variables);
  for (let round = 0; round < 12; round += 1) {
    for (const one of code.resources) {
      const { mode, type, name, module, key } = one;
      if (!recorded.has(one.address)) recorded.set(one.address, { mode, type, name, module, ...(key === undefined ? {} : { key }), attributes: { id: `${type.replace(/_/g, '-')}-${one.address.length}${one.address.replace(/\W+/g, '')}`, arn: `arn:aws:made:eu-west-1:123456789012:${one.address.replace(/\W+/g, '/')}`, ...answers[one.resource], ...answers[one.address] } });
    }
    const missing = code.resources.flatMap((one) => Object.values(one.attributes).flatMap(originsOf)).filter(({ address, attribute }) => recorded.has(address) && recorded.get(address)?.attributes[attribute] === undefined);
    for (const { address, attribute } of missing) (recorded.get(address) as { attributes: { [name: string]: Plain } }).attributes[attribute] = `made-${attribute}-of-${address.replace(/\W+/g, '-')}`;
    const next = await evaluated(tree, root, variables, recorded);
    const settled = missing.length === 0 && round > 0;
    code = next;
    if (settled) break;
  }
  for (const one of code.resources) {
    const target = recorded.get(one.address);
    if (target !== undefined && one.mode === 'managed') target.attributes = asProvidersWrite({ ...target.attributes, ...(plain(one.attributes) as { [name: string]: Plain }) }, defaultTags(code));
  }
  return { code, recorded };
}

function defaultTags(code: InfrastructureModel): { [name: string]: Plain } {
  const [block] = (code.providers[0]?.attributes['default_tags'] ?? []) as readonly { tags?: AttributeValue }[];
  return plain(block?.tags ?? {}) as { [name: string]: Plain };
}

function originsOf(value: AttributeValue): { address: string; attribute: string }[] {
  if (value instanceof UnknownAttribute) return [...value.origins];
  if (value instanceof SensitiveAttribute) return originsOf(value.reveal());
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).flatMap(originsOf);
  return isPlainObject(value) ? Object.values(value).flatMap(originsOf) : [];
}

function plain(value: AttributeValue): Plain {
  if (value instanceof SensitiveAttribute) return plain(value.reveal());
  if (value instanceof UnknownAttribute) return 'made-by-provider';
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).map(plain);
  if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
  return typeof value === 'bigint' ? Number(value) : (value as Plain);
}

/** Lists turned round, defaults and empty values added, documents printed in another order. */
function asProvidersWrite(attributes: { [name: string]: Plain }, defaults: { [name: string]: Plain }): { [name: string]: Plain } {
  const written = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, turned(value)]));
  const tags = typeof written['tags'] === 'object' ? written['tags'] : {};
  return { ...written, tags_all: { ...defaults, ...(tags as { [name: string]: Plain }) }, timeouts: null, description: written['description'] ?? '', enabled_at_birth: false, extra_list: [] };
}

function turned(value: Plain): Plain {
  if (typeof value === 'string' && /^\s*[[{]/.test(value)) return documentTurned(value);
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'object' && item !== null && !Array.isArray(item) ? { ...Object.fromEntries(Object.entries(item).reverse().map(([name, inner]) => [name, turned(inner)])), computed_inside: 'x', nothing: '' } : turned(item))).reverse();
  return value;
}

function documentTurned(text: string): string {
  const turn = (value: Plain): Plain => {
    if (Array.isArray(value)) return value.map(turn);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).reverse().map(([name, inner]) => [name, turn(inner)])) : value;
  };
  return JSON.stringify(turn(JSON.parse(text) as Plain), undefined, 1);
}

/** The model of a version 4 state that holds `recorded`. */
export function stateModel(recorded: Recorded, catalogue: ProviderCatalogue): InfrastructureModel {
  const resources = [...recorded.values()].map(({ mode, type, name, module, key, attributes }) => ({ ...(module === '' ? {} : { module }), mode, type, name, provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ schema_version: 0, attributes, ...(key === undefined ? {} : { index_key: key }) }] }));
  const text = JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 7, lineage: 'a-b-c', outputs: {}, resources });
  return modelFromState(readState(text, 'shop.tfstate'), { path: 'shop.tfstate', sensitiveAttributes: (type) => catalogue.type(type).sensitive });
}
