/**
 * A module whose code is not here, as a part of the picture.
 *
 * Its inside is unknown, its connections are not: it takes part like a resource. What it makes is told by
 * its source, since people name modules after that (`terraform-aws-modules/vpc/aws`, `terraform-google-sql`):
 * the words choose glyph and side of the flow, the provider's name colour and region. Inputs through which
 * it is given a network, a subnet or a cluster say where it stands. Without a telling word it is a plain module.
 */
import type { ModuleInstance } from '../infrastructure/model.ts';
import type { ResourceType } from '../provider-catalogue/resource-type.ts';
import type { Glyph } from './diagram.ts';
import { unique } from './order.ts';
import type { Entry } from './entry.ts';

/** Attributes through which a module that is not there may hold a resource, or be held. */
export const HOLDS = /subnet|vpc|network|cluster|namespace|zone_identifier|resource_group/;

interface ModuleKind {
  glyph: Glyph;
  tier: number;
  minor?: true;
  scope?: 'global';
  /** Why it is not drawn. */
  reason?: string;
}

/** By the first word that fits, the telling ones first: `eks-node-group` is compute, `vpc-endpoints` no network. */
const KINDS: readonly (readonly [RegExp, ModuleKind])[] = [
  [/^(labels?|naming|tags)$/, { glyph: 'policy', tier: 1, reason: 'a module that makes names, not parts' }],
  [/^(endpoints?|nat|vpn|router|gateway|connect)$/, { glyph: 'gateway', tier: 2, minor: true }],
  [/^(peering)$/, { glyph: 'peering', tier: 2, minor: true }],
  [/^(kms|key|keys|key-?vault)$/, { glyph: 'key', tier: 4, minor: true }],
  [/^(acm|certificates?|cert|tls)$/, { glyph: 'certificate', tier: 1, minor: true }],
  [/^(iam|irsa|roles?|identity|account|accounts)$/, { glyph: 'identity', tier: 0, minor: true, scope: 'global' }],
  [/^(firewall|waf|sg|nsg|security|policy)$/, { glyph: 'firewall', tier: 1, minor: true }],
  [/^(secrets?|ssm)$/, { glyph: 'secret', tier: 4, minor: true }],
  [/^(dns|route53|zones?|records?)$/, { glyph: 'dns', tier: 0, scope: 'global' }],
  [/^(cloudfront|cdn|frontdoor)$/, { glyph: 'cdn', tier: 1, scope: 'global' }],
  [/^(alb|nlb|elb|lb|balancer)$/, { glyph: 'balancer', tier: 2 }],
  [/^(apigateway|api)$/, { glyph: 'api', tier: 2 }],
  [/^(rds|aurora|database|db|sql|mysql|postgres|postgresql|dynamodb|documentdb|spanner|cosmosdb)$/, { glyph: 'database', tier: 5 }],
  [/^(elasticache|redis|memcached|memorystore|cache)$/, { glyph: 'cache', tier: 5 }],
  [/^(s3|bucket|storage)$/, { glyph: 'bucket', tier: 5 }],
  [/^(efs|filestore|fsx)$/, { glyph: 'file-system', tier: 5 }],
  [/^(sqs|queue|pubsub|servicebus|kafka|msk)$/, { glyph: 'queue', tier: 4 }],
  [/^(sns|topic)$/, { glyph: 'topic', tier: 4 }],
  [/^(lambda|function|functions)$/, { glyph: 'function', tier: 3 }],
  [/^(autoscaling|ec2|instance|vm|bastion|instances|node|nodes|mig)$/, { glyph: 'compute', tier: 3 }],
  [/^(eks|gke|aks|kubernetes|ecs|cluster)$/, { glyph: 'cluster', tier: 3 }],
  [/^(vpc|vnet|network|networking|subnets?)$/, { glyph: 'network', tier: 3 }],
  [/^(ecr|acr|registry|artifact)$/, { glyph: 'registry', tier: 4 }],
  [/^(logs?|logging|monitoring|cloudwatch|trail)$/, { glyph: 'log', tier: 4, minor: true }],
  [/^services$/, { glyph: 'policy', tier: 1, reason: 'a module that switches APIs on' }],
  [/^(project|factory)$/, { glyph: 'account', tier: 1, minor: true }],
];
const PLAIN: ModuleKind = { glyph: 'module', tier: 3 };
const PROVIDERS: ReadonlySet<string> = new Set(['aws', 'google', 'azurerm', 'kubernetes', 'helm']);

interface ModuleSource {
  /** `vpc`, `load balancer`. */
  name: string;
  provider: string;
}

/** Name and provider out of a registry's or a repository's address. */
export function moduleSource(source: string | undefined): ModuleSource | undefined {
  if (source === undefined || source.startsWith('.') || source.startsWith('/')) return undefined;
  const address = source.replace(/\?.*$/, '').replace(/^[a-z0-9]+::/, '').replace(/^[a-z]+:\/\//, '');
  const [head = '', ...inner] = address.split('//');
  const sub = inner.join('/').split('/').filter((step) => step !== '').at(-1);
  const steps = head.replace(/\.git$/, '').split(/[/:]/).filter((step) => step !== '');
  const last = steps.at(-1) ?? '';
  const repository = /^terraform-([a-z0-9]+)-(.+)$/.exec(last);
  if (repository !== null) return { name: sub ?? repository[2] ?? last, provider: repository[1] ?? '' };
  if (steps.length < 3 || steps.length > 4) return { name: sub ?? last, provider: '' };
  return { name: sub ?? steps.at(-2) ?? last, provider: last };
}

function kindOf(name: string): ModuleKind {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  return KINDS.find(([pattern]) => words.some((word) => pattern.test(word)))?.[1] ?? PLAIN;
}

/** An opaque module as an entry beside the resources. */
export function moduleEntry(module: ModuleInstance): Entry {
  const name = module.address.split('.').at(-1) ?? module.address;
  const source = moduleSource(module.source);
  const kind = source === undefined ? PLAIN : kindOf(source.name);
  const provider = source !== undefined && PROVIDERS.has(source.provider) ? source.provider : 'terraform';
  const inputs = unique(module.references.filter((reference) => reference.via !== 'dependency').map((reference) => reference.attribute.split('.')[0] ?? ''));
  const held = inputs.filter((input) => HOLDS.test(input)).sort((left, right) => rank(left) - rank(right) || (left < right ? -1 : 1));
  const type: ResourceType = {
    type: 'module', provider, derived: false, label: source === undefined ? 'Module' : `Module ${source.name}`, glyph: kind.glyph, role: kind.reason === undefined ? 'node' : 'hidden', ...(kind.reason === undefined ? {} : { reason: kind.reason }), tier: kind.tier, scope: kind.scope ?? 'regional', minor: kind.minor === true, stacked: false, drawData: false,
    name: [], sublabel: [], identity: [], within: kind.scope === 'global' ? [] : held, into: [], users: false, locates: false, links: { to: {}, from: {} }, sensitive: [], computed: [], classes: { security: [], capacity: [], tags: [] }, price: [],
  };
  const parent = module.address.split('.').slice(0, -2).join('.');
  const resource: Entry['resource'] = {
    address: module.address, resource: module.address, module: parent, mode: 'managed', type: 'module', name, provider: { localName: provider },
    attributes: {}, references: module.references, ...(module.location === undefined ? {} : { location: module.location }),
  };
  return { address: module.address, resource, type };
}

/** The narrowest place first. */
function rank(input: string): number {
  return /cluster|namespace/.test(input) ? 0 : /subnet/.test(input) ? 1 : /resource_group/.test(input) ? 3 : 2;
}
