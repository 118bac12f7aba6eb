/**
 * What can be told of a type that the catalogue does not list: its provider from the prefix, a glyph
 * and a tier from the words of its name. Such a type is always drawn, as a generic node that says so;
 * dropping it in silence would make a picture that lies.
 */
import type { Glyph } from '../diagram/diagram.ts';
import type { ResourceType } from './resource-type.ts';

/** First match wins: the most telling words stand first. */
const WORDS: readonly (readonly [words: readonly string[], glyph: Glyph, tier: number])[] = [
  [['secret', 'secrets', 'vault', 'credential', 'password', 'keyvault'], 'secret', 4],
  [['kms', 'key', 'keyring', 'encryption'], 'key', 4],
  [['certificate', 'cert', 'acm'], 'certificate', 1],
  [['bucket', 'storage', 'blob', 'objectstorage'], 'bucket', 5],
  [['database', 'db', 'sql', 'postgres', 'postgresql', 'mysql', 'mariadb', 'mongodb', 'cassandra', 'spanner', 'warehouse', 'neptune', 'keyspaces'], 'database', 5],
  [['redis', 'cache', 'memcached', 'valkey'], 'cache', 5],
  [['search', 'opensearch', 'elasticsearch', 'kendra'], 'search', 5],
  [['queue', 'sqs'], 'queue', 4],
  [['topic', 'pubsub', 'notification', 'sns'], 'topic', 4],
  [['stream', 'kafka', 'kinesis', 'firehose', 'eventhub'], 'stream', 4],
  [['event', 'events', 'eventbridge', 'trigger'], 'event', 4],
  [['workflow', 'workflows', 'pipeline', 'datapipeline', 'logic'], 'workflow', 3],
  [['schedule', 'scheduler', 'cron', 'scheduled'], 'schedule', 3],
  [['build', 'codebuild', 'ci', 'deployment', 'devops'], 'build', 3],
  [['function', 'lambda'], 'function', 3],
  [['container', 'service', 'app', 'job', 'task'], 'container', 3],
  [['cluster', 'node', 'nodepool', 'kubernetes'], 'cluster', 3],
  [['instance', 'vm', 'machine', 'server', 'compute', 'droplet'], 'compute', 3],
  [['disk', 'volume', 'snapshot'], 'disk', 5],
  [['file', 'filesystem', 'share', 'fsx', 'nfs'], 'file-system', 5],
  [['cdn', 'distribution', 'cloudfront'], 'cdn', 1],
  [['balancer', 'lb', 'loadbalancer', 'elb'], 'balancer', 2],
  [['api', 'apigateway', 'endpoint'], 'api', 2],
  [['dns', 'record', 'zone', 'domain'], 'dns', 1],
  [['firewall', 'waf', 'security', 'shield'], 'firewall', 1],
  [['vpn', 'tunnel'], 'virtual-private-network', 1],
  [['peering', 'attachment', 'interconnect'], 'peering', 2],
  [['gateway', 'nat', 'router'], 'gateway', 2],
  [['route', 'routing'], 'route', 2],
  [['subnet', 'subnetwork'], 'subnet', 3],
  [['network', 'vpc', 'vnet'], 'network', 3],
  [['alarm', 'alert', 'monitor', 'metric', 'dashboard', 'slo'], 'alarm', 4],
  [['log', 'logs', 'logging', 'diagnostic', 'trail'], 'log', 4],
  [['role', 'identity', 'iam', 'principal'], 'identity', 4],
  [['policy', 'rule', 'permission'], 'policy', 4],
  [['user', 'member'], 'user', 0],
  [['team', 'group', 'organization'], 'team', 0],
  [['registry', 'repository', 'artifact', 'ecr'], 'registry', 4],
  [['email', 'ses', 'mail'], 'email', 4],
  [['model', 'sagemaker', 'bedrock', 'ml', 'ai', 'cognitive', 'vertex'], 'machine-learning', 3],
  [['analytics', 'glue', 'athena', 'dataset', 'synapse', 'bigquery'], 'analytics', 5],
];

/** Names of settings and of connections between others. */
const SMALL = /_(policy|rule|association|attachment|assignment|binding|member|membership|permission|configuration|config|settings?|version|alarm|alert|dashboard)$/;

const UPPERCASE = new Set(['api', 'db', 'dns', 'iam', 'ip', 'lb', 'nat', 'sql', 'ssh', 'ssl', 'tls', 'vm', 'vpc', 'vpn', 'waf']);

function sentence(words: readonly string[]): string {
  const spelled = words.map((word) => (UPPERCASE.has(word) ? word.toUpperCase() : word)).join(' ');
  return spelled.slice(0, 1).toUpperCase() + spelled.slice(1);
}

/** `aws_foo_widget` becomes "Foo widget" of provider `aws`. */
export function derivedType(type: string): ResourceType {
  const [provider = type, ...words] = type.split('_').filter((word) => word !== '');
  const match = WORDS.find(([telling]) => words.some((word) => telling.includes(word)));
  return {
    type,
    provider,
    derived: true,
    label: words.length === 0 ? sentence([provider]) : sentence(words),
    glyph: match?.[1] ?? 'generic',
    role: 'node',
    tier: match?.[2] ?? 3,
    scope: 'regional',
    minor: SMALL.test(type),
    stacked: false,
    drawData: false,
    name: ['tags.Name', 'display_name', 'name'],
    sublabel: [],
    identity: ['id', 'arn', 'self_link'],
    within: ['subnet_id', 'subnet_ids', 'subnets', 'subnetwork', 'vpc_id', 'network', 'virtual_network_id', 'resource_group_name', 'namespace', 'metadata.namespace', 'security_group_ids'],
    into: [],
    users: false,
    locates: false,
    links: { to: {}, from: {} },
    sensitive: [],
    computed: ['id', 'arn', 'self_link'],
    classes: { security: [], capacity: [], tags: ['tags', 'tags_all', 'labels'] },
    price: [],
  };
}
