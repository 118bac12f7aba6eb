/** `terraform` and `provider` blocks. */
import type { ProviderDeclaration, RequiredProvider, TerraformSettings } from './declarations.ts';
import type { SourceBlock } from './content.ts';
import { argument, contentOf, hasLabels, labelOf, placeOf, strictContent } from './content.ts';
import { checkedName, textArgument } from './decode-arguments.ts';
import { freeBody } from './free-body.ts';
import type { Problems } from './problems.ts';
import { literalKey, literalText, sourceText, tupleElements } from './syntax.ts';

const SETTINGS = {
  arguments: ['required_version', 'experiments', 'language'],
  blocks: { backend: 1, cloud: 0, required_providers: 0, provider_meta: 1, encryption: 0, state_store: 1, language: 0, compatible_with: 0 },
} as const;
const PROVIDER_OWN = new Set(['alias', 'version', 'for_each']);
const PROVIDER_RESERVED = ['count', 'depends_on', 'source'];

export function emptySettings(): TerraformSettings {
  return { requiredVersions: [], requiredProviders: new Map(), experiments: [] };
}

/** Adds one `terraform` block; a block of an override file replaces what it sets. */
export function decodeSettings(source: SourceBlock, settings: TerraformSettings, override: boolean, problems: Problems): void {
  const content = strictContent(source, 'terraform', SETTINGS, problems);
  const version = argument(content, 'required_version');
  if (version !== undefined) settings.requiredVersions = override ? [version] : [...settings.requiredVersions, version];
  const experiments = argument(content, 'experiments');
  if (experiments !== undefined) settings.experiments.push(...(tupleElements(experiments) ?? []).map((element) => sourceText(element.file, element.expression)));
  for (const block of content.blocks) {
    if (block.block.type === 'required_providers') requiredProviders(block, settings, override, problems);
    else if (block.block.type === 'backend') setBackend(block, settings, override, problems);
    else if (block.block.type === 'cloud') setCloud(block, settings, override, problems);
  }
}

function setBackend(block: SourceBlock, settings: TerraformSettings, override: boolean, problems: Problems): void {
  if ((settings.backend ?? settings.cloud) !== undefined && !override) problems.at(block.file, block.block.typeSpan, 'terraform.backend', 'only one backend or cloud block may be set');
  delete settings.cloud;
  settings.backend = { type: labelOf(block), body: freeBody(contentOf(block, {}, problems), new Set(), problems), place: placeOf(block) };
}

function setCloud(block: SourceBlock, settings: TerraformSettings, override: boolean, problems: Problems): void {
  if ((settings.backend ?? settings.cloud) !== undefined && !override) problems.at(block.file, block.block.typeSpan, 'terraform.cloud', 'only one backend or cloud block may be set');
  delete settings.backend;
  settings.cloud = { body: freeBody(contentOf(block, { workspaces: 0 }, problems), new Set(), problems), place: placeOf(block) };
}

/** `aws = { source = "hashicorp/aws", version = "~> 5.0", configuration_aliases = [aws.west] }`, or only the version as text. */
function requiredProviders(source: SourceBlock, settings: TerraformSettings, override: boolean, problems: Problems): void {
  if (settings.requiredProviders.size > 0 && !override) problems.at(source.file, source.block.typeSpan, 'terraform.required_providers', 'a module has one required_providers block, and this is another', 'put all providers into one');
  for (const [localName, { file, attribute }] of contentOf(source, {}, problems).attributes) {
    const path = `terraform.required_providers.${localName}`;
    const place = { file, start: attribute.start, end: attribute.end };
    const provider: RequiredProvider = { localName, aliases: [], place };
    const { expression } = attribute;
    const short = literalText(expression);
    if (short !== undefined) provider.versionConstraint = short;
    else if (expression.kind === 'object') {
      for (const item of expression.items) {
        const name = literalKey(item.key, item.bare);
        const text = literalText(item.value);
        if (name === 'source' && text !== undefined) provider.source = text;
        else if (name === 'version' && text !== undefined) provider.versionConstraint = text;
        else if (name === 'configuration_aliases') provider.aliases = (tupleElements({ file, expression: item.value }) ?? []).map((alias) => literalText(alias.expression) ?? sourceText(file, alias.expression).replace(/\s+/g, ''));
        else if (name === 'source' || name === 'version') problems.at(file, item.value, path, `${name} must be a string that is written out`);
        else problems.at(file, item.key, path, `there is no argument "${name ?? '?'}" here`, 'the arguments here are source, version, configuration_aliases');
      }
    } else if (expression.kind !== 'invalid') problems.at(file, expression, path, 'must be an object with source and version');
    if (settings.requiredProviders.has(localName) && !override) problems.at(file, attribute.nameSpan, path, `the provider "${localName}" is required already in this module`);
    else settings.requiredProviders.set(localName, provider);
  }
}

export function decodeProvider(source: SourceBlock, problems: Problems): ProviderDeclaration | undefined {
  const localName = labelOf(source);
  const path = `provider.${localName}`;
  if (!hasLabels(source, 1, path, problems) || !checkedName(source, 0, path, problems)) return undefined;
  const content = contentOf(source, { dynamic: 1, lifecycle: 0, locals: 0 }, problems);
  for (const name of PROVIDER_RESERVED) {
    const reserved = content.attributes.get(name);
    if (reserved !== undefined) problems.at(reserved.file, reserved.attribute.nameSpan, path, `the argument "${name}" is reserved and means nothing in a provider block`);
  }
  for (const block of content.blocks) if (block.block.type === 'lifecycle' || block.block.type === 'locals') problems.at(block.file, block.block.typeSpan, path, `the block "${block.block.type}" is reserved`);
  const alias = textArgument(content, 'alias', path, problems);
  const versionConstraint = textArgument(content, 'version', path, problems);
  const forEach = argument(content, 'for_each');
  return {
    localName,
    ...(alias === undefined ? {} : { alias }),
    ...(versionConstraint === undefined ? {} : { versionConstraint }),
    ...(forEach === undefined ? {} : { forEach }),
    body: freeBody(content, PROVIDER_OWN, problems),
    place: placeOf(source),
  };
}
