import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import type { Diagram } from './diagram.ts';
import { makeDiagrams } from './make-diagrams.ts';
import { byAddress } from './order.ts';
import { shippedCatalogue } from './testing/picture.ts';

const catalogue = shippedCatalogue();
const TYPES = ['aws_instance', 'aws_vpc', 'aws_subnet', 'aws_security_group', 'aws_security_group_rule', 'aws_lb', 'aws_lb_target_group', 'aws_lb_listener', 'aws_lb_target_group_attachment', 'aws_s3_bucket', 'aws_s3_bucket_policy', 'aws_iam_role', 'aws_iam_role_policy', 'aws_lambda_function', 'aws_lambda_event_source_mapping', 'aws_sqs_queue', 'aws_route53_record', 'aws_kms_key', 'aws_ecs_cluster', 'aws_ecs_service', 'aws_route_table', 'aws_internet_gateway', 'google_compute_network', 'google_pubsub_topic', 'azurerm_resource_group', 'kubernetes_service', 'random_pet', 'acme_thing', 'acme_thing_policy'];
const ATTRIBUTES = ['vpc_id', 'subnet_id', 'subnet_ids.0', 'security_groups.0', 'vpc_security_group_ids.0', 'security_group_id', 'source_security_group_id', 'target_group_arn', 'target_id', 'load_balancer_arn', 'default_action.0.target_group_arn', 'bucket', 'role', 'policy', 'event_source_arn', 'function_name', 'kms_key_id', 'cluster', 'zone_id', 'alias.0.name', 'load_balancer.0.target_group_arn', 'route.0.gateway_id', 'depends_on', 'anything'];

interface Spec {
  type: number;
  module: number;
  instances: number;
  links: readonly { attribute: number; target: number }[];
}

function modelOf(specs: readonly Spec[]): InfrastructureModel {
  const modules = ['', 'module.a', 'module.b["x"]', 'module.b["x"].module.c'];
  const name = (spec: Spec, number: number): string => `${modules[spec.module] === '' ? '' : `${modules[spec.module]}.`}${TYPES[spec.type]}.r${number}`;
  const resources = specs.flatMap((spec, number): ResourceInstance[] =>
    Array.from({ length: spec.instances }, (_, key): ResourceInstance => ({
      address: spec.instances === 1 ? name(spec, number) : `${name(spec, number)}[${key}]`,
      resource: name(spec, number),
      module: modules[spec.module] ?? '',
      mode: 'managed',
      type: TYPES[spec.type] ?? '',
      name: `r${number}`,
      ...(spec.instances === 1 ? {} : { key }),
      provider: { localName: 'aws' },
      attributes: { name: `n${number}`, type: 'ingress', from_port: 443, to_port: 443, protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'], password: new SensitiveAttribute('swordfish'), api_token: 'swordfish', later: new UnknownAttribute('known after apply') },
      references: spec.links.flatMap((link) => {
        const target = specs[link.target % Math.max(1, specs.length)];
        return target === undefined ? [] : [{ attribute: ATTRIBUTES[link.attribute] ?? 'x', target: name(target, link.target % specs.length), targetAttribute: 'id', via: 'expression' as const }];
      }),
    })),
  );
  return {
    source: { kind: 'configuration', path: 'x' },
    modules: modules.map((address) => ({ address, inputs: {}, references: [], outputs: {} })),
    resources, providers: [{ module: '', localName: 'aws', attributes: { region: 'eu-west-1' } }], outputs: [], problems: [],
    coverage: { files: 1, unreadableFiles: 0, blocks: 1, resourceBlocks: specs.length, resourceBlocksUnderstood: specs.length, instances: resources.length, opaqueModules: 0, attributes: 0, unknownAttributes: 0, reasons: [] },
  } as InfrastructureModel;
}

const spec = fc.record({
  type: fc.nat(TYPES.length - 1), module: fc.nat(3), instances: fc.integer({ min: 1, max: 3 }),
  links: fc.array(fc.record({ attribute: fc.nat(ATTRIBUTES.length - 1), target: fc.nat(60) }), { maxLength: 4 }),
});

function check(diagram: Diagram, known: ReadonlySet<string>, most: number): void {
  const groups = new Map(diagram.groups.map((group) => [group.id, group]));
  const parts = [...diagram.groups, ...diagram.nodes].map((part) => part.id);
  expect(new Set(parts).size).toBe(parts.length);
  expect(diagram.nodes.length).toBeLessThanOrEqual(most);
  const seen = new Set<string>();
  for (const group of diagram.groups) {
    if (group.parent !== undefined) expect(seen.has(group.parent)).toBe(true);
    seen.add(group.id);
  }
  for (const node of diagram.nodes) if (node.parent !== undefined) expect(groups.has(node.parent)).toBe(true);
  for (const edge of diagram.edges) {
    expect(parts).toContain(edge.from);
    expect(parts).toContain(edge.to);
    expect(edge.from).not.toBe(edge.to);
  }
  for (const node of diagram.nodes) if (node.opens !== undefined) expect(known.has(node.opens)).toBe(true);
  expect(new Set(diagram.edges.map((edge) => edge.id)).size).toBe(diagram.edges.length);
}

describe('for any model', () => {
  test('pictures are bounded, closed in themselves, and tell no secret', () => {
    fc.assert(fc.property(fc.array(spec, { maxLength: 60 }), fc.constantFrom(10, 14, 40), (specs, most) => {
      const { diagrams } = makeDiagrams(modelOf(specs), catalogue, { maximumNodes: most });
      const ids = new Set(diagrams.map((diagram) => diagram.id));
      expect(ids.size).toBe(diagrams.length);
      for (const diagram of diagrams) check(diagram, ids, most);
      expect(JSON.stringify(diagrams)).not.toContain('swordfish');
    }), { numRuns: 60 });
  });

  test('every resource is drawn, folded or hidden in the view of all', () => {
    fc.assert(fc.property(fc.array(spec, { maxLength: 30 }), (specs) => {
      const model = modelOf(specs);
      const [network] = makeDiagrams(model, catalogue, { maximumNodes: 200 }).diagrams;
      const { resources, drawn, folded, hidden } = network?.coverage ?? { resources: 0, drawn: 0, folded: 0, hidden: 0 };
      expect(resources).toBe(model.resources.length);
      expect(drawn + folded + hidden).toBe(resources);
    }), { numRuns: 60 });
  });

  test('the order of the resources means nothing', () => {
    fc.assert(fc.property(fc.array(spec, { maxLength: 25 }), fc.infiniteStream(fc.nat()), (specs, numbers) => {
      const model = modelOf(specs);
      const shuffled = [...model.resources].map((resource) => ({ resource, at: numbers.next().value ?? 0 })).sort((left, right) => left.at - right.at).map(({ resource }) => resource);
      expect(JSON.stringify(makeDiagrams({ ...model, resources: shuffled }, catalogue))).toBe(JSON.stringify(makeDiagrams(model, catalogue)));
    }), { numRuns: 60 });
  });

  test('one more resource leaves the others where they were, in the same order', () => {
    fc.assert(fc.property(fc.array(spec, { maxLength: 20 }), (specs) => {
      const model = modelOf(specs);
      const extra: ResourceInstance = { address: 'aws_sqs_queue.zz_new', resource: 'aws_sqs_queue.zz_new', module: '', mode: 'managed', type: 'aws_sqs_queue', name: 'zz_new', provider: { localName: 'aws' }, attributes: {}, references: [] };
      const [before] = makeDiagrams(model, catalogue, { maximumNodes: 200 }).diagrams;
      const [after] = makeDiagrams({ ...model, resources: [...model.resources, extra] }, catalogue, { maximumNodes: 200 }).diagrams;
      // Where only plumbing is there, it is drawn for itself; with a real part beside it, it is folded or left out.
      fc.pre((before?.nodes.length ?? 0) > 0 && before?.coverage.folded === after?.coverage.folded && before?.coverage.hidden === after?.coverage.hidden);
      expect(after?.nodes.map((node) => `${node.id} ${node.parent}`).filter((id) => !id.startsWith(extra.address))).toEqual(before?.nodes.map((node) => `${node.id} ${node.parent}`));
      expect(after?.edges.map((edge) => edge.id)).toEqual(before?.edges.map((edge) => edge.id));
    }), { numRuns: 60 });
  });

  test('addresses have one order', () => {
    const address = fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '10', '[', ']', '.') });
    fc.assert(fc.property(address, address, address, (a, b, c) => {
      expect(Math.sign(byAddress(a, b))).toBe(-Math.sign(byAddress(b, a)) + 0);
      if (byAddress(a, b) <= 0 && byAddress(b, c) <= 0) expect(byAddress(a, c)).toBeLessThanOrEqual(0);
      expect(byAddress(a, b) === 0).toBe(a === b);
    }));
    expect(['x[10]', 'x[9]', 'x[1]'].sort(byAddress)).toEqual(['x[1]', 'x[9]', 'x[10]']);
  });
});

describe('a made-up state', () => {
  const folded = (type: string, count: number, links: (number: number) => readonly [string, number][]): InfrastructureModel => {
    const base = modelOf([]);
    const resources = Array.from({ length: count }, (_, number): ResourceInstance => ({
      address: `${type}.r${number}`, resource: `${type}.r${number}`, module: '', mode: 'managed', type, name: `r${number}`, provider: { localName: 'aws' }, attributes: {},
      references: links(number).map(([attribute, target]) => ({ attribute, target: `${type}.r${target}`, targetAttribute: 'id', via: 'expression' as const })),
    }));
    return { ...base, resources };
  };

  test('with a chain of twenty thousand links, or with everything in everything, still ends', () => {
    const chain = makeDiagrams(folded('aws_lambda_alias', 20_000, (number) => (number === 0 ? [] : [['function_name', number - 1]])), catalogue);
    expect(chain.diagrams[0]?.coverage.resources).toBe(20_000);
    const dense = (type: string, attribute: string, count: number): number => makeDiagrams(folded(type, count, (number) => Array.from({ length: count }, (_, other): [string, number] => [attribute, other]).filter(([, other]) => other !== number)), catalogue).diagrams.length;
    expect(dense('aws_network_interface', 'attachment.0.instance', 60)).toBeGreaterThan(0);
    expect(dense('google_compute_backend_service', 'backend.0.group', 40)).toBeGreaterThan(0);
    expect(dense('aws_security_group', 'ingress.0.security_groups', 60)).toBeGreaterThan(0);
  });
});
