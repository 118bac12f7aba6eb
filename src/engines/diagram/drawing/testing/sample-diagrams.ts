/** Diagrams as `engines/diagram` makes them, for tests of layout and drawing. */
import type { Diagram, DiagramBadge, DiagramEdge, DiagramGroup, DiagramNode, EdgeKind, Glyph, GroupKind } from '../../diagram.ts';

type NodeExtras = Partial<Omit<DiagramNode, 'id' | 'label' | 'glyph' | 'tier'>>;
type GroupExtras = Partial<Omit<DiagramGroup, 'id' | 'label' | 'kind' | 'glyph'>>;

/** Writes diagrams down in few words. */
export class Sketch {
  readonly groups: DiagramGroup[] = [];
  readonly nodes: DiagramNode[] = [];
  readonly edges: DiagramEdge[] = [];
  readonly #provider: string;

  constructor(provider: string) {
    this.#provider = provider;
  }

  group(id: string, kind: GroupKind, glyph: Glyph, label: string, extras: GroupExtras = {}): this {
    this.groups.push({ id, kind, glyph, label, provider: this.#provider, badges: [], addresses: [], details: [], ...extras });
    return this;
  }

  node(id: string, glyph: Glyph, label: string, tier: number, extras: NodeExtras = {}): this {
    const details = [{ name: 'type', value: id.split('.')[0] ?? '' }, { name: 'instance_class', value: 'db.r6g.large' }];
    this.nodes.push({ id, glyph, label, tier, provider: this.#provider, badges: [], addresses: [id], details, stacked: false, count: 1, location: { file: 'main.tf', line: 12 + this.nodes.length * 9, column: 1 }, ...extras });
    return this;
  }

  edge(from: string, to: string, kind: EdgeKind, label?: string, extras: Partial<DiagramEdge> = {}): this {
    this.edges.push({ id: `${from}->${to}${label ?? ''}`, from, to, kind, locations: [], ...(label === undefined ? {} : { label }), ...extras });
    return this;
  }

  diagram(title: string, description: string, extras: Partial<Diagram> = {}): Diagram {
    const resources = this.nodes.length + 16;
    return {
      id: 'main', title, description, level: 'resource', view: 'network', groups: this.groups, nodes: this.nodes, edges: this.edges, notes: [],
      coverage: { resources, drawn: this.nodes.length, folded: 16, hidden: 0, generic: 0 }, ...extras,
    };
  }
}

const LOCK: DiagramBadge = { glyph: 'secret', text: 'encrypted', title: 'Encrypted with aws_kms_key.main' };
const MULTI: DiagramBadge = { text: 'multi-AZ', title: 'A standby in a second zone' };

/** A web shop on AWS: edge, a network over two zones, services in containers, data. */
export function awsThreeTier(): Diagram {
  const sketch = new Sketch('aws')
    .group('account', 'account', 'account', 'shop-production', { sublabel: '123456789012' })
    .group('region', 'region', 'region', 'eu-central-1', { parent: 'account', sublabel: 'Frankfurt' })
    .group('vpc', 'network', 'network', 'main', { parent: 'region', sublabel: '10.0.0.0/16', badges: [{ glyph: 'log', text: 'flow logs', title: 'Flow logs to S3' }] });
  for (const zone of ['a', 'b']) {
    sketch.group(`zone-${zone}`, 'zone', 'zone', `eu-central-1${zone}`, { parent: 'vpc' });
    const number = zone === 'a' ? 0 : 1;
    sketch.group(`public-${zone}`, 'subnet', 'subnet', `public-${zone}`, { parent: `zone-${zone}`, exposure: 'public', sublabel: `10.0.${number}.0/24` });
    sketch.group(`private-${zone}`, 'subnet', 'subnet', `private-${zone}`, { parent: `zone-${zone}`, exposure: 'private', sublabel: `10.0.${10 + number}.0/24` });
    sketch.group(`data-${zone}`, 'subnet', 'subnet', `data-${zone}`, { parent: `zone-${zone}`, exposure: 'isolated', sublabel: `10.0.${20 + number}.0/24` });
    sketch.node(`aws_nat_gateway.${zone}`, 'gateway', `nat-${zone}`, 2, { parent: `public-${zone}`, sublabel: 'NAT gateway' });
  }
  return sketch
    .node('internet', 'internet', 'Internet', 0, { provider: 'other', addresses: [] })
    .node('aws_route53_zone.main', 'dns', 'shop.example.com', 0, { parent: 'account', sublabel: 'DNS zone' })
    .node('aws_cloudfront_distribution.web', 'cdn', 'web', 1, { parent: 'account', sublabel: 'Content delivery', badges: [{ glyph: 'certificate', text: 'TLS', title: 'aws_acm_certificate.web' }, { glyph: 'firewall', text: 'WAF', title: 'aws_wafv2_web_acl.web' }] })
    .node('aws_lb.web', 'balancer', 'web', 1, { parent: 'vpc', sublabel: 'Load balancer', badges: [{ text: '443', title: 'HTTPS' }] })
    .node('aws_ecs_service.checkout', 'container', 'checkout', 3, { parent: 'private-a', sublabel: 'Container service', count: 4, stacked: true })
    .node('aws_ecs_service.catalog', 'container', 'catalog', 3, { parent: 'private-b', sublabel: 'Container service', count: 2, stacked: true })
    .node('aws_db_instance.orders', 'database', 'orders', 5, { parent: 'data-a', sublabel: 'PostgreSQL 16', badges: [LOCK, MULTI] })
    .node('aws_elasticache_replication_group.sessions', 'cache', 'sessions', 4, { parent: 'data-b', sublabel: 'Redis cache', badges: [LOCK] })
    .node('aws_sqs_queue.orders', 'queue', 'orders', 3, { parent: 'region', sublabel: 'Queue', badges: [LOCK] })
    .node('aws_lambda_function.invoices', 'function', 'invoice-renderer', 4, { parent: 'region', sublabel: 'Function' })
    .node('aws_s3_bucket.invoices', 'bucket', 'invoices', 5, { parent: 'region', sublabel: 'Bucket', badges: [LOCK] })
    .node('aws_s3_bucket.assets', 'bucket', 'assets', 5, { parent: 'region', sublabel: 'Bucket' })
    .node('aws_secretsmanager_secret.db', 'secret', 'orders-database', 5, { parent: 'region', sublabel: 'Secret' })
    .edge('internet', 'aws_cloudfront_distribution.web', 'traffic', '443/tcp')
    .edge('aws_route53_zone.main', 'aws_cloudfront_distribution.web', 'name', 'www')
    .edge('aws_cloudfront_distribution.web', 'aws_lb.web', 'traffic', '443/tcp')
    .edge('aws_cloudfront_distribution.web', 'aws_s3_bucket.assets', 'access', 'can read')
    .edge('aws_lb.web', 'aws_ecs_service.checkout', 'traffic', '8080/tcp')
    .edge('aws_lb.web', 'aws_ecs_service.catalog', 'traffic', '8080/tcp')
    .edge('aws_ecs_service.checkout', 'aws_db_instance.orders', 'traffic', '5432/tcp')
    .edge('aws_ecs_service.catalog', 'aws_elasticache_replication_group.sessions', 'traffic', '6379/tcp')
    .edge('aws_ecs_service.checkout', 'aws_elasticache_replication_group.sessions', 'traffic', '6379/tcp')
    .edge('aws_ecs_service.checkout', 'aws_sqs_queue.orders', 'access', 'can send')
    .edge('aws_sqs_queue.orders', 'aws_lambda_function.invoices', 'event', 'triggers')
    .edge('aws_lambda_function.invoices', 'aws_s3_bucket.invoices', 'access', 'can write')
    .edge('aws_ecs_service.checkout', 'aws_secretsmanager_secret.db', 'access', 'can read')
    .diagram('Shop', 'The web shop in production: one network over two zones.', { notes: ['16 resources are folded into edges and badges: security groups, routes, policies.'] });
}

/** The same after a plan, with every kind of change. */
export function awsPlan(): Diagram {
  const before = awsThreeTier();
  const changes: Record<string, DiagramNode['change']> = { 'aws_sqs_queue.orders': 'added', 'aws_lambda_function.invoices': 'added', 'aws_db_instance.orders': 'replaced', 'aws_ecs_service.checkout': 'changed', 'aws_s3_bucket.assets': 'removed' };
  return {
    ...before, title: 'Shop: changes of the plan',
    nodes: before.nodes.map((node) => ({ ...node, change: changes[node.id] ?? 'unchanged' })),
    edges: before.edges.map((edge) => ({ ...edge, ...(edge.to === 'aws_s3_bucket.assets' ? { change: 'removed' as const } : edge.kind === 'event' ? { change: 'added' as const } : {}) })),
    groups: before.groups.map((group) => ({ ...group, ...(group.id === 'data-b' ? { change: 'changed' as const } : {}) })),
  };
}

export function google(): Diagram {
  return new Sketch('google')
    .group('project', 'account', 'account', 'analytics-prod', { sublabel: 'project' })
    .group('region', 'region', 'region', 'europe-west3', { parent: 'project' })
    .group('net', 'network', 'network', 'core', { parent: 'region', sublabel: 'VPC' })
    .group('sub', 'subnet', 'subnet', 'services', { parent: 'net', exposure: 'private', sublabel: '10.8.0.0/20' })
    .group('gke', 'cluster', 'cluster', 'workers', { parent: 'sub', sublabel: 'Kubernetes 1.31' })
    .node('internet', 'internet', 'Internet', 0, { provider: 'other', addresses: [] })
    .node('google_compute_global_forwarding_rule.web', 'balancer', 'web', 1, { parent: 'project', sublabel: 'Global load balancer' })
    .node('google_container_node_pool.general', 'compute', 'general', 3, { parent: 'gke', sublabel: 'Node pool', stacked: true, count: 6 })
    .node('google_container_node_pool.gpu', 'machine-learning', 'gpu', 3, { parent: 'gke', sublabel: 'Node pool', stacked: true })
    .node('google_pubsub_topic.events', 'topic', 'events', 3, { parent: 'project', sublabel: 'Topic' })
    .node('google_dataflow_job.ingest', 'stream', 'ingest', 4, { parent: 'region', sublabel: 'Stream job' })
    .node('google_bigquery_dataset.warehouse', 'analytics', 'warehouse', 5, { parent: 'project', sublabel: 'Data warehouse' })
    .node('google_sql_database_instance.main', 'database', 'main-postgres-with-a-very-long-name', 5, { parent: 'region', sublabel: 'PostgreSQL' })
    .edge('internet', 'google_compute_global_forwarding_rule.web', 'traffic', '443/tcp')
    .edge('google_compute_global_forwarding_rule.web', 'google_container_node_pool.general', 'traffic', '8080/tcp')
    .edge('google_container_node_pool.general', 'google_pubsub_topic.events', 'access', 'can publish')
    .edge('google_pubsub_topic.events', 'google_dataflow_job.ingest', 'event')
    .edge('google_dataflow_job.ingest', 'google_bigquery_dataset.warehouse', 'access', 'can write')
    .edge('google_container_node_pool.general', 'google_sql_database_instance.main', 'traffic', '5432/tcp')
    .edge('google_container_node_pool.gpu', 'google_bigquery_dataset.warehouse', 'access', 'can read')
    .diagram('Analytics platform', 'Events from the cluster into the warehouse.');
}

export function azure(): Diagram {
  return new Sketch('azurerm')
    .group('subscription', 'account', 'account', 'Payments', { sublabel: 'subscription' })
    .group('rg', 'group', 'module', 'rg-payments', { parent: 'subscription', sublabel: 'resource group, West Europe' })
    .group('vnet', 'network', 'network', 'vnet-payments', { parent: 'rg', sublabel: '10.1.0.0/16' })
    .group('snet-app', 'subnet', 'subnet', 'snet-app', { parent: 'vnet', exposure: 'private', sublabel: '10.1.1.0/24' })
    .group('snet-gw', 'subnet', 'subnet', 'snet-gateway', { parent: 'vnet', exposure: 'public', sublabel: '10.1.0.0/24' })
    .group('snet-empty', 'subnet', 'subnet', 'snet-reserved', { parent: 'vnet', exposure: 'isolated', sublabel: '10.1.9.0/24' })
    .node('internet', 'internet', 'Internet', 0, { provider: 'other', addresses: [] })
    .node('azurerm_application_gateway.main', 'balancer', 'agw-payments', 1, { parent: 'snet-gw', sublabel: 'Application gateway' })
    .node('azurerm_linux_web_app.api', 'compute', 'app-payments-api', 3, { parent: 'snet-app', sublabel: 'Web app', badges: [{ glyph: 'identity', text: 'identity', title: 'System-assigned identity' }] })
    .node('azurerm_mssql_server.main', 'database', 'sql-payments', 5, { parent: 'rg', sublabel: 'SQL database' })
    .node('azurerm_key_vault.main', 'key', 'kv-payments', 5, { parent: 'rg', sublabel: 'Key vault' })
    .node('azurerm_servicebus_queue.settlements', 'queue', 'settlements', 4, { parent: 'rg', sublabel: 'Queue' })
    .edge('internet', 'azurerm_application_gateway.main', 'traffic', '443/tcp')
    .edge('azurerm_application_gateway.main', 'azurerm_linux_web_app.api', 'traffic', '443/tcp')
    .edge('azurerm_linux_web_app.api', 'azurerm_mssql_server.main', 'traffic', '1433/tcp')
    .edge('azurerm_linux_web_app.api', 'azurerm_key_vault.main', 'access', 'can read')
    .edge('azurerm_linux_web_app.api', 'azurerm_servicebus_queue.settlements', 'access', 'can send')
    .diagram('Payments', 'Card payments behind an application gateway.', { notes: ['snet-reserved contains nothing.'] });
}

export function kubernetes(): Diagram {
  const sketch = new Sketch('kubernetes').group('cluster', 'cluster', 'cluster', 'production', { sublabel: 'Kubernetes' });
  for (const team of ['orders', 'catalog', 'search']) {
    sketch.group(`ns-${team}`, 'namespace', 'team', team, { parent: 'cluster', sublabel: 'namespace' })
      .node(`kubernetes_service_v1.${team}`, 'balancer', team, 2, { parent: `ns-${team}`, sublabel: 'Service' })
      .node(`kubernetes_deployment_v1.${team}`, 'container', `${team}-api`, 3, { parent: `ns-${team}`, sublabel: 'Deployment', count: 3, stacked: true })
      .edge(`kubernetes_service_v1.${team}`, `kubernetes_deployment_v1.${team}`, 'traffic', '8080/tcp')
      .edge('kubernetes_ingress_v1.public', `kubernetes_service_v1.${team}`, 'traffic', `/${team}`);
  }
  return sketch
    .node('kubernetes_ingress_v1.public', 'gateway', 'public', 1, { parent: 'cluster', sublabel: 'Ingress' })
    .node('kubernetes_stateful_set_v1.postgres', 'database', 'postgres', 5, { parent: 'ns-orders', sublabel: 'Stateful set' })
    .edge('kubernetes_deployment_v1.orders', 'kubernetes_stateful_set_v1.postgres', 'traffic', '5432/tcp')
    .edge('kubernetes_deployment_v1.orders', 'kubernetes_service_v1.catalog', 'traffic', '80/tcp')
    .diagram('Cluster', 'Three teams in one cluster.');
}

export function single(): Diagram {
  return new Sketch('aws').node('aws_s3_bucket.logs', 'bucket', 'logs', 5, { sublabel: 'Bucket' }).diagram('One bucket', '');
}

export function nothing(): Diagram {
  return new Sketch('aws').diagram('Empty', 'Nothing is declared here.', { notes: ['main.tf declares 3 variables and no resource.'], coverage: { resources: 0, drawn: 0, folded: 0, hidden: 0, generic: 0 } });
}

const GLYPHS: readonly Glyph[] = ['container', 'function', 'database', 'queue', 'bucket', 'cache', 'topic', 'compute'];

/** `count` nodes in modules of ten, each with connections inside and some across; the same for the same count. */
export function large(count: number): Diagram {
  const sketch = new Sketch('aws').group('region', 'region', 'region', 'eu-west-1');
  let state = 17;
  const next = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state % below;
  };
  for (let index = 0; index < count; index++) {
    const module = Math.floor(index / 10);
    if (index % 10 === 0) sketch.group(`module.${module}`, 'module', 'module', `service-${module}`, { parent: 'region', sublabel: 'module' });
    sketch.node(`aws_x.n${index}`, GLYPHS[index % GLYPHS.length] ?? 'generic', `component-${index}`, 1 + (index % 5), { parent: `module.${module}`, sublabel: 'Component' });
    if (index % 10 !== 0) sketch.edge(`aws_x.n${index - 1 - next(index % 10)}`, `aws_x.n${index}`, 'traffic', index % 3 === 0 ? '8080/tcp' : undefined);
    if (index % 2 === 0 && index > 10) sketch.edge(`aws_x.n${next(index)}`, `aws_x.n${index}`, 'access', 'can read');
  }
  return sketch.diagram(`${count} nodes`, 'Made for measuring.');
}

export const SAMPLES: Record<string, () => Diagram> = { aws: awsThreeTier, plan: awsPlan, google, azure, kubernetes, single, nothing, forty: () => large(40) };
