/**
 * Two guesses from names and tags, each said to be one: what is not production, and what a controller made.
 *
 * Only whole words count, so that `devices` is not `dev`; a tag outweighs a name, and a word of
 * production anywhere means production.
 */
import type { EstateResource } from './estate.ts';
import { readAttributes } from './estate-resource.ts';
import { asText, valuesAt } from './attribute-reading.ts';

const TAGS = ['tags', 'labels', 'user_labels', 'settings.user_labels'];
const ENVIRONMENT_KEYS = new Set(['environment', 'env', 'stage', 'tier', 'workspace']);
const NON_PRODUCTION = new Set(['dev', 'develop', 'development', 'test', 'testing', 'tst', 'qa', 'uat', 'sit', 'staging', 'stage', 'stg', 'sandbox', 'sbx', 'preview', 'demo', 'nonprod', 'preprod', 'ephemeral', 'lab']);
const PRODUCTION = new Set(['prod', 'production', 'prd', 'live']);
const NAMES = ['name', 'identifier', 'cluster_identifier', 'replication_group_id', 'function_name', 'domain_name'];
const CONTROLLER_TAGS = ['kubernetes.io/', 'k8s.io/', 'elbv2.k8s.aws/', 'ingress.k8s.aws/', 'karpenter.sh/', 'aws:autoscaling:', 'aws:cloudformation:', 'aws:eks:', 'eks:', 'k8s-', 'goog-gke-', 'aks-managed', 'databricks'];

/** Attributes that tell what is not production. */
export const GUESSED_FROM: readonly string[] = [...TAGS, ...NAMES].map((path) => path.split('.')[0] ?? path);

function tagsOf(attributes: EstateResource['attributes']): [string, string][] {
  return TAGS.flatMap((path) => valuesAt(attributes, path)).flatMap((tags) => (typeof tags === 'object' && tags !== null ? Object.entries(tags).map(([key, value]): [string, string] => [key.toLowerCase(), asText(value as never).toLowerCase()]) : []));
}

const words = (text: string): string[] => text.toLowerCase().replace(/non[-_ ]?prod\w*/g, 'nonprod').replace(/pre[-_ ]?prod\w*/g, 'preprod').split(/[^a-z]+/);

function judged(texts: readonly string[]): boolean | undefined {
  const all = texts.flatMap(words);
  if (all.some((word) => PRODUCTION.has(word))) return false;
  return all.some((word) => NON_PRODUCTION.has(word)) ? true : undefined;
}

export function looksNonProduction(resource: EstateResource): boolean {
  const attributes = readAttributes(resource);
  const tags = tagsOf(attributes);
  const tagged = judged(tags.filter(([key]) => ENVIRONMENT_KEYS.has(key)).map(([, value]) => value));
  if (tagged !== undefined) return tagged;
  const names = [...NAMES.flatMap((name) => valuesAt(attributes, name).map(asText)), ...tags.filter(([key]) => key === 'name').map(([, value]) => value), resource.source.workspace, resource.module.replace(/module\./g, '')];
  return judged(names) ?? false;
}

/** Controllers (Kubernetes, autoscaling, CloudFormation) attach and detach without Terraform knowing. */
export function isControllerMade(resource: EstateResource): boolean {
  return tagsOf(resource.attributes).some(([key]) => CONTROLLER_TAGS.some((prefix) => key.startsWith(prefix)));
}
