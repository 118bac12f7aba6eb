/**
 * Turns what a module declares into its documentation.
 *
 * Everything that terraform-docs prints is here (requirements, providers, modules, resources, inputs,
 * outputs), and what its users ask for beside it: validations, sensitive and nullable marks, comments
 * above blocks, places in the code. Order is by name, required inputs first, so that a README changes
 * only where the code did.
 */
import { commentAbove, leadingComment } from '../../formats/hcl/comments.ts';
import type { HclFile } from '../../formats/hcl/hcl-file.ts';
import type { BlockPlace, FreeBody, ModuleConfiguration, ReadFile, Repetition, ResourceDeclaration, VariableDeclaration, Written } from '../terraform/configuration/declarations.ts';
import { literalText } from '../terraform/configuration/syntax.ts';
import type { CalledModuleDocument, InputDocument, ModuleDocument, OutputDocument, ResourceDocument, StateLocation } from './document.ts';
import { againstMargin, blockLocation, writtenText } from './written-text.ts';

export interface DescribeOptions {
  /** Title of the root module. */
  title: string;
  /** Folder and state of each called module, by the name of the call. */
  children: ReadonlyMap<string, { folder?: string; opaque?: string; version?: string }>;
}

export function describeModule(configuration: ModuleConfiguration, options: DescribeOptions): Omit<ModuleDocument, 'calls'> {
  const purpose = purposeOf(configuration);
  const backend = configuration.settings.backend;
  return {
    folder: configuration.folder,
    title: options.title,
    ...(purpose === undefined ? {} : { purpose }),
    requirements: requirementsOf(configuration),
    providers: providersOf(configuration),
    modules: [...configuration.calls.values()].map((call): CalledModuleDocument => {
      const child = options.children.get(call.name);
      const version = child?.version ?? textOf(call.version);
      return {
        name: call.name,
        source: textOf(call.source) ?? (call.source === undefined ? '' : writtenText(call.source)),
        ...(version === undefined ? {} : { version }),
        ...(child?.folder === undefined ? {} : { folder: child.folder }),
        ...(child?.opaque === undefined ? {} : { opaque: child.opaque }),
        ...repeated(call.repetition),
        ...comment(configuration, call.place),
        location: blockLocation(call.place),
      };
    }).sort(byName),
    resources: [...configuration.resources.values()].map((resource) => describeResource(resource, configuration)).sort((a, b) => compare(modeOrder(a), modeOrder(b)) || compare(a.address, b.address)),
    inputs: [...configuration.variables.values()].map((variable) => describeInput(variable, configuration)).sort((a, b) => Number(b.required) - Number(a.required) || byName(a, b)),
    outputs: outputsOf(configuration),
    ...(backend === undefined ? {} : { backend: stateLocation(backend.type, backend.body) }),
    readsStates: statesRead(configuration),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byName(a: { name: string }, b: { name: string }): number {
  return compare(a.name, b.name);
}

function modeOrder(resource: ResourceDocument): string {
  return resource.mode === 'managed' ? '0' : resource.mode === 'ephemeral' ? '1' : '2';
}

/** The leading comment of `main.tf`, or of the only file that has one. */
function purposeOf(configuration: ModuleConfiguration): string | undefined {
  const main = configuration.files.find((file) => /(^|\/)main\.(tf|tofu)$/.test(file.path));
  if (main !== undefined) return leadingComment(main.hcl);
  const comments = configuration.files.map((file) => leadingComment(file.hcl)).filter((text) => text !== undefined);
  return comments.length === 1 ? comments[0] : undefined;
}

function textOf(written: Written | undefined): string | undefined {
  return written === undefined ? undefined : literalText(written.expression);
}

function hclOf(configuration: ModuleConfiguration, place: BlockPlace): HclFile | undefined {
  return configuration.files.find((file: ReadFile) => file.path === place.file.path)?.hcl;
}

function comment(configuration: ModuleConfiguration, place: BlockPlace): { comment?: string } {
  const file = hclOf(configuration, place);
  const text = file === undefined || file.syntax === 'json' ? undefined : commentAbove(file, place);
  return text === undefined || text === '' || isRule(text) ? {} : { comment: text };
}

/** A line of dashes or hashes above a block divides the file and says nothing about the block. */
function isRule(text: string): boolean {
  return /^[-=#*~\s]+$/.test(text) || /^[-=#*~]{4,}/.test(text);
}

function repeated(repetition: Repetition | undefined): { repeated?: string } {
  if (repetition === undefined) return {};
  const word = repetition.kind === 'for-each' ? 'for_each' : repetition.kind;
  return { repeated: `${word} = ${writtenText(repetition.written)}` };
}

function requirementsOf(configuration: ModuleConfiguration): ModuleDocument['requirements'] {
  const { requiredVersions, requiredProviders } = configuration.settings;
  const versions = requiredVersions.map((written) => textOf(written)).filter((text) => text !== undefined);
  const program = configuration.dialect === 'opentofu' ? 'opentofu' : 'terraform';
  const own = versions.length === 0 ? [] : [{ name: program, version: versions.join(', '), aliases: [] }];
  const providers = [...requiredProviders.values()].map((provider) => ({
    name: provider.localName,
    ...(provider.versionConstraint === undefined ? {} : { version: provider.versionConstraint }),
    ...(provider.source === undefined ? {} : { source: provider.source }),
    aliases: provider.aliases,
    location: blockLocation(provider.place),
  }));
  return [...own, ...providers.sort(byName)];
}

/** Providers that resources and data sources use, with the version that the module asks for. */
function providersOf(configuration: ModuleConfiguration): ModuleDocument['providers'] {
  const used = new Map<string, { name: string; alias?: string }>();
  for (const resource of configuration.resources.values()) {
    const name = resource.provider?.localName ?? impliedProvider(resource.type);
    const alias = resource.provider?.alias;
    if (name !== 'terraform') used.set(`${name}.${alias ?? ''}`, { name, ...(alias === undefined ? {} : { alias }) });
  }
  return [...used.values()]
    .sort((a, b) => byName(a, b) || compare(a.alias ?? '', b.alias ?? ''))
    .map((provider) => {
      const required = configuration.settings.requiredProviders.get(provider.name);
      const version = required?.versionConstraint ?? configuration.providers.get(provider.name)?.versionConstraint;
      return { ...provider, ...(version === undefined ? {} : { version }), source: required?.source ?? `hashicorp/${provider.name}` };
    });
}

function impliedProvider(type: string): string {
  return type.split('_')[0] ?? type;
}

function describeResource(resource: ResourceDeclaration, configuration: ModuleConfiguration): ResourceDocument {
  const provider = resource.provider?.localName ?? impliedProvider(resource.type);
  const source = configuration.settings.requiredProviders.get(provider)?.source ?? `hashicorp/${provider}`;
  const page = registryPage(source, resource);
  return { address: resource.address, mode: resource.mode, type: resource.type, ...(page === undefined ? {} : { reference: page }), ...repeated(resource.repetition), ...comment(configuration, resource.place), location: blockLocation(resource.place) };
}

/** Only `namespace/name` is the public registry; a host of its own has pages of its own. */
function registryPage(source: string, resource: ResourceDeclaration): string | undefined {
  if (!/^[\w-]+\/[\w-]+$/.test(source) || source === 'hashicorp/terraform') return undefined;
  const kind = resource.mode === 'managed' ? 'resources' : resource.mode === 'data' ? 'data-sources' : 'ephemeral-resources';
  const name = resource.type.includes('_') ? resource.type.slice(resource.type.indexOf('_') + 1) : resource.type;
  return `https://registry.terraform.io/providers/${source}/latest/docs/${kind}/${name}`;
}

function describeInput(variable: VariableDeclaration, configuration: ModuleConfiguration): InputDocument {
  const description = variable.description ?? comment(configuration, variable.place).comment;
  return {
    name: variable.name,
    ...(description === undefined ? {} : { description }),
    type: againstMargin(variable.typeText ?? 'any'),
    ...(variable.default === undefined ? {} : { default: writtenText(variable.default) }),
    required: variable.default === undefined,
    nullable: variable.nullable,
    sensitive: variable.sensitive,
    ephemeral: variable.ephemeral,
    ...(variable.deprecated === undefined ? {} : { deprecated: variable.deprecated }),
    validations: variable.validations.flatMap((rule) => (rule.condition === undefined ? [] : [{ condition: writtenText(rule.condition), message: rule.errorMessage === undefined ? '' : (textOf(rule.errorMessage) ?? writtenText(rule.errorMessage)) }])),
    location: blockLocation(variable.place),
  };
}

function outputsOf(configuration: ModuleConfiguration): OutputDocument[] {
  return [...configuration.outputs.values()].sort(byName).map((output) => {
    const description = output.description ?? comment(configuration, output.place).comment;
    return {
      name: output.name,
      ...(description === undefined ? {} : { description }),
      value: output.value === undefined ? '' : writtenText(output.value),
      sensitive: output.sensitive,
      ephemeral: output.ephemeral,
      ...(output.deprecated === undefined ? {} : { deprecated: output.deprecated }),
      location: blockLocation(output.place),
    };
  });
}

/** Settings that stand there as plain text; expressions and nested blocks say nothing without a value. */
function stateLocation(type: string, body: FreeBody): StateLocation {
  const settings = [...body.attributes].flatMap(([name, written]) => {
    const text = textOf(written);
    return text === undefined || /secret|token|password|access_key|sas/.test(name) ? [] : [[name, text] as const];
  });
  return { type, settings: Object.fromEntries(settings) };
}

function statesRead(configuration: ModuleConfiguration): ModuleDocument['readsStates'] {
  return [...configuration.resources.values()]
    .filter((resource) => resource.mode === 'data' && resource.type === 'terraform_remote_state')
    .map((resource) => {
      const config = resource.body.attributes.get('config')?.expression;
      const settings = config?.kind === 'object' ? config.items.flatMap((item) => (item.bare && item.key.kind === 'variable' ? [[item.key.name, literalText(item.value)] as const] : [])) : [];
      const type = textOf(resource.body.attributes.get('backend')) ?? '';
      const known = settings.filter((setting): setting is readonly [string, string] => setting[1] !== undefined && !/secret|token|password|access_key|sas/.test(setting[0]));
      return { type, settings: Object.fromEntries(known), address: resource.address, location: blockLocation(resource.place) };
    });
}
