/**
 * Tags that a provider adds to everything it makes: `default_tags` of aws, `default_labels` of google.
 *
 * The state of aws has the resource's own tags in `tags` and the merged ones in `tags_all`; older versions put
 * defaults into `tags` too. So a default may stand in either, and `tags_all` is held against both together.
 */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue, InfrastructureModel, ProviderInstance, ResourceInstance } from '../infrastructure/model.ts';
import { UnknownAttribute } from '../infrastructure/model.ts';

export interface ProviderTags {
  defaults: { readonly [name: string]: AttributeValue };
  /** The defaults could not be told: tags that the code does not have say nothing then. */
  unknown: boolean;
  /** The provider leaves these alone (`ignore_tags`, and what clouds write themselves). */
  ignored: (name: string) => boolean;
}

const CLOUD_TAGS = /^(aws:|goog-|hidden-link:|ms-resource-usage|kubernetes\.io\/)/;
const NO_TAGS: ProviderTags = { defaults: {}, unknown: false, ignored: (name) => CLOUD_TAGS.test(name) };

/** Answers the provider's tags for each resource of evaluated code. */
export function providerTags(model: InfrastructureModel): (resource: ResourceInstance) => ProviderTags {
  const known = new Map<string, ProviderTags>();
  for (const provider of model.providers) known.set(keyOf(provider.module, provider.localName, provider.alias, provider.key), tagsOf(provider));
  const configured = new Set(model.providers.map((provider) => provider.localName));
  return ({ provider }) => known.get(keyOf(provider.module ?? '', provider.localName, provider.alias, provider.key)) ?? (configured.has(provider.localName) ? { ...NO_TAGS, unknown: true } : NO_TAGS);
}

function keyOf(...parts: readonly (string | undefined)[]): string {
  return JSON.stringify(parts.map((part) => part ?? ''));
}

function tagsOf(provider: ProviderInstance): ProviderTags {
  const block = first(provider.attributes['default_tags']);
  const defaults = isPlainObject(block) ? block['tags'] : provider.attributes['default_labels'];
  const ignore = first(provider.attributes['ignore_tags']);
  const keys = new Set(texts(isPlainObject(ignore) ? ignore['keys'] : undefined));
  const prefixes = texts(isPlainObject(ignore) ? ignore['key_prefixes'] : undefined);
  return {
    defaults: isPlainObject(defaults) ? defaults : {},
    unknown: defaults instanceof UnknownAttribute || block instanceof UnknownAttribute,
    ignored: (name) => CLOUD_TAGS.test(name) || keys.has(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  };
}

function first(value: AttributeValue | undefined): AttributeValue | undefined {
  return Array.isArray(value) ? (value as readonly AttributeValue[])[0] : value;
}

function texts(value: AttributeValue | undefined): string[] {
  return Array.isArray(value) ? (value as readonly AttributeValue[]).filter((item) => typeof item === 'string') : [];
}

/**
 * The attributes as they should be recorded: absent maps of tags are empty, defaults are allowed in `tags`, and
 * `tags_all` is made where the state has one. `recorded` decides what there is to compare with.
 */
export function withProviderTags(resource: ResourceInstance, recorded: { readonly [name: string]: AttributeValue }, tags: ProviderTags): { declared: { [name: string]: AttributeValue }; recorded: { [name: string]: AttributeValue } } {
  const declared: { [name: string]: AttributeValue } = { ...resource.attributes };
  const found: { [name: string]: AttributeValue } = { ...recorded };
  const mapped = isPlainObject(found['tags_all']) || isPlainObject(found['effective_labels']) || isPlainObject(found['terraform_labels']);
  for (const name of ['tags', 'labels']) {
    const own = declared[name] ?? {};
    const there = found[name] ?? (Object.hasOwn(found, name) && mapped ? {} : undefined);
    if (!isPlainObject(own) || !isPlainObject(there)) continue;
    if (tags.unknown && !Object.hasOwn(resource.attributes, name)) continue;
    declared[name] = own;
    found[name] = Object.fromEntries(Object.entries(there).filter(([key, value]) => Object.hasOwn(own, key) || !(tags.ignored(key) || tags.unknown || tags.defaults[key] === value)));
    if (name === 'tags' && isPlainObject(found['tags_all']) && !tags.unknown) mergeAll(declared, found, own, tags);
  }
  return { declared, recorded: found };
}

/** Only defaults are compared in `tags_all`: own tags have been, in `tags`. */
function mergeAll(declared: { [name: string]: AttributeValue }, found: { [name: string]: AttributeValue }, own: { readonly [name: string]: AttributeValue }, tags: ProviderTags): void {
  const recorded = isPlainObject(found['tags']) ? found['tags'] : {};
  const all = isPlainObject(found['tags_all']) ? found['tags_all'] : {};
  const compared = (key: string): boolean => !Object.hasOwn(own, key) && !Object.hasOwn(recorded, key) && !tags.ignored(key);
  declared['tags_all'] = Object.fromEntries(Object.entries(tags.defaults).filter(([key]) => compared(key)));
  found['tags_all'] = Object.fromEntries(Object.entries(all).filter(([key]) => compared(key)));
}
