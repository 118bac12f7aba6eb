/**
 * Plan JSON (`terraform show -json tfplan`), format versions 0.1 to 1.x.
 *
 * Unknown fields are ignored and an unknown major version is refused, as the format's documentation
 * asks. What stays is what analyses use: the planned values, the changes, the drift that a refresh
 * found, the state before, and which expressions the configuration has.
 */
import { PlatformError } from '../../domain/error.ts';
import { describeProblem } from '../../domain/source-problem.ts';
import type { InstanceKey } from './address.ts';
import type { JsonObject, JsonValue } from './json-document.ts';
import { isJsonObject, objectsOf, readJsonDocument, textOf, textsOf } from './json-document.ts';
import type { StateInstance, StateOutput } from './state-file.ts';
import { optional } from './state-parts.ts';
import { documentKind } from './state.ts';
import { markedPaths, requireKnownFormat, shownValues } from './state-show.ts';

export interface PlanChange {
  address: string;
  previousAddress?: string;
  module: string;
  mode: 'managed' | 'data' | 'ephemeral';
  type: string;
  name: string;
  key?: InstanceKey;
  provider: string;
  deposed?: string;
  /** As in the file: `["create"]`, `["delete", "create"]`. */
  actions: readonly string[];
  reason?: string;
  importing: boolean;
  before: JsonValue;
  after: JsonValue;
  unknownPaths: readonly (readonly InstanceKey[])[];
  sensitiveBefore: readonly (readonly InstanceKey[])[];
  sensitiveAfter: readonly (readonly InstanceKey[])[];
  replacePaths: readonly (readonly InstanceKey[])[];
}

/** A block of the configuration, with the references of each of its expressions. */
export interface PlanExpression {
  /** Dotted path of the attribute; indexes for nested blocks. */
  attribute: string;
  references: readonly string[];
}

export interface PlanResourceConfiguration {
  /** Without instance keys: `aws_subnet.private`. */
  address: string;
  expressions: readonly PlanExpression[];
  dependsOn: readonly string[];
}

export interface PlanModuleConfiguration {
  resources: readonly PlanResourceConfiguration[];
  outputs: ReadonlyMap<string, readonly string[]>;
  calls: ReadonlyMap<string, { source?: string; version?: string; expressions: readonly PlanExpression[]; module: PlanModuleConfiguration }>;
}

export interface PlanProviderConfiguration {
  localName: string;
  alias?: string;
  source?: string;
  versionConstraint?: string;
  module: string;
  /** Attributes that the configuration gives as constants. */
  constants: JsonObject;
}

export interface PlanFile {
  formatVersion: string;
  terraformVersion?: string;
  planned: readonly StateInstance[];
  plannedOutputs: readonly StateOutput[];
  changes: readonly PlanChange[];
  drift: readonly PlanChange[];
  prior: readonly StateInstance[];
  configuration: PlanModuleConfiguration;
  providers: readonly PlanProviderConfiguration[];
  /** The plan was made although an error occurred, or does not hold everything. */
  incomplete: boolean;
}

const MAX_DEPTH = 100;

/** Reads a plan's text. Throws ROADBED-8050 (not JSON), -8051 (encrypted), -8052 (version), -8054 (not a plan). */
export function readPlan(text: string, file: string): PlanFile {
  const document = readJsonDocument(text, file);
  if ('problem' in document) {
    throw new PlatformError({ code: 'ROADBED-8050', class: 'invalid', message: `${file} cannot be read`, why: describeProblem(document.problem), next: document.problem.hint ?? 'write it again: `terraform show -json tfplan > plan.json`' });
  }
  return planOf(document.value, file);
}

/** As `readPlan`, for a document that has been parsed. */
export function planOf(value: JsonValue, file: string): PlanFile {
  if (documentKind(value) !== 'plan' || !isJsonObject(value)) {
    throw new PlatformError({ code: 'ROADBED-8054', class: 'invalid', message: `${file} is not a Terraform plan in JSON`, why: 'it has none of the marks of one: planned_values, resource_changes, configuration', next: 'turn the plan into JSON: `terraform show -json tfplan > plan.json`' });
  }
  const formatVersion = requireKnownFormat(value, file);
  const planned = shownValues(objectAt(value, 'planned_values'));
  const configuration = objectAt(value, 'configuration');
  return {
    formatVersion,
    ...optional('terraformVersion', textOf(value['terraform_version'])),
    planned: planned.instances,
    plannedOutputs: planned.outputs,
    changes: objectsOf(value['resource_changes']).map(changeOf),
    drift: objectsOf(value['resource_drift']).map(changeOf),
    prior: shownValues(objectAt(objectAt(value, 'prior_state'), 'values')).instances,
    configuration: moduleOf(objectAt(configuration, 'root_module'), 0),
    providers: providersOf(objectAt(configuration, 'provider_config')),
    incomplete: value['errored'] === true || value['complete'] === false,
  };
}

function objectAt(parent: JsonObject, name: string): JsonObject {
  const value = parent[name];
  return isJsonObject(value) ? value : {};
}

function changeOf(resource: JsonObject): PlanChange {
  const change = objectAt(resource, 'change');
  const key = resource['index'];
  const mode = textOf(resource['mode']);
  return {
    address: textOf(resource['address']) ?? '',
    ...optional('previousAddress', textOf(resource['previous_address'])),
    module: textOf(resource['module_address']) ?? '',
    mode: mode === 'data' || mode === 'ephemeral' ? mode : 'managed',
    type: textOf(resource['type']) ?? '',
    name: textOf(resource['name']) ?? '',
    ...(typeof key === 'string' || typeof key === 'number' ? { key } : {}),
    provider: textOf(resource['provider_name']) ?? '',
    ...optional('deposed', textOf(resource['deposed'])),
    actions: textsOf(change['actions']),
    ...optional('reason', textOf(resource['action_reason'])),
    importing: isJsonObject(change['importing']),
    before: change['before'] ?? null,
    after: change['after'] ?? null,
    unknownPaths: markedPaths(change['after_unknown']),
    sensitiveBefore: markedPaths(change['before_sensitive']),
    sensitiveAfter: markedPaths(change['after_sensitive']),
    replacePaths: pathsOf(change['replace_paths']),
  };
}

function pathsOf(value: JsonValue | undefined): InstanceKey[][] {
  if (!Array.isArray(value)) return [];
  return value.map((path) => (Array.isArray(path) ? path.filter((step) => typeof step === 'string' || typeof step === 'number') : []));
}

function moduleOf(module: JsonObject, depth: number): PlanModuleConfiguration {
  const calls = depth === MAX_DEPTH ? [] : Object.entries(objectAt(module, 'module_calls'));
  return {
    resources: objectsOf(module['resources']).map((resource) => ({
      address: textOf(resource['address']) ?? '',
      expressions: [...expressionsOf(objectAt(resource, 'expressions')), ...single('count', resource['count_expression']), ...single('for_each', resource['for_each_expression'])],
      dependsOn: textsOf(resource['depends_on']),
    })),
    outputs: new Map(Object.entries(objectAt(module, 'outputs')).map(([name, output]) => [name, isJsonObject(output) ? textsOf(objectAt(output, 'expression')['references']) : []])),
    calls: new Map(
      calls.flatMap(([name, call]) =>
        isJsonObject(call)
          ? [[name, { ...optional('source', textOf(call['source'])), ...optional('version', textOf(call['version_constraint'])), expressions: expressionsOf(objectAt(call, 'expressions')), module: moduleOf(objectAt(call, 'module'), depth + 1) }]]
          : [],
      ),
    ),
  };
}

function single(attribute: string, value: JsonValue | undefined): PlanExpression[] {
  return isJsonObject(value) ? [{ attribute, references: textsOf(value['references']) }] : [];
}

/** An expression is an object with `references` or `constant_value`; anything else is a block of them, or a list of blocks. */
function expressionsOf(block: JsonObject, prefix = '', depth = 0): PlanExpression[] {
  if (depth === MAX_DEPTH) return [];
  return Object.entries(block).flatMap(([name, value]): PlanExpression[] => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (Array.isArray(value)) return value.flatMap((item, index) => (isJsonObject(item) ? expressionsOf(item, `${path}.${index}`, depth + 1) : []));
    if (!isJsonObject(value) || 'constant_value' in value) return [];
    if (Array.isArray(value['references'])) return [{ attribute: path, references: textsOf(value['references']) }];
    return expressionsOf(value, path, depth + 1);
  });
}

function providersOf(configurations: JsonObject): PlanProviderConfiguration[] {
  return Object.values(configurations).flatMap((provider) => {
    if (!isJsonObject(provider)) return [];
    const constants = Object.entries(objectAt(provider, 'expressions')).flatMap(([name, value]) => (isJsonObject(value) && 'constant_value' in value ? [[name, value['constant_value'] ?? null] as const] : []));
    return [
      {
        localName: textOf(provider['name']) ?? '',
        ...optional('alias', textOf(provider['alias'])),
        ...optional('source', textOf(provider['full_name'])),
        ...optional('versionConstraint', textOf(provider['version_constraint'])),
        module: textOf(provider['module_address']) ?? '',
        constants: Object.fromEntries(constants),
      },
    ];
  });
}
