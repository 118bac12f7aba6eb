/** States of any size, made the same every time: modules of a network, machines, disks, databases, some of it unused. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]';

interface Resource {
  module: string;
  mode: 'managed';
  type: string;
  name: string;
  provider: string;
  instances: { index_key: number; schema_version: number; attributes: Record<string, unknown>; sensitive_attributes?: unknown[]; private?: string; dependencies: string[] }[];
}

const hex = (salt: number, at: number): string => (at * 2654435761 + salt * 40503 + 1234567).toString(16).padStart(17, '0').slice(-17);
const tags = (name: string): Record<string, string> => ({ Name: name, Environment: 'production', Team: 'payments', ManagedBy: 'terraform' });
const arn = (service: string, rest: string): string => `arn:aws:${service}:eu-west-1:123456789012:${rest}`;

type Maker = (at: number) => Record<string, unknown>;

const MAKERS: Record<string, Maker> = {
  aws_subnet: (at) => ({ id: `subnet-${hex(1, at)}`, arn: arn('ec2', `subnet/subnet-${hex(1, at)}`), vpc_id: `vpc-${hex(2, at >> 4)}`, cidr_block: `10.${at % 250}.${(at >> 4) % 250}.0/24`, availability_zone: 'eu-west-1a', tags: tags(`subnet-${at}`), tags_all: tags(`subnet-${at}`) }),
  aws_instance: (at) => ({ id: `i-${hex(3, at)}`, arn: arn('ec2', `instance/i-${hex(3, at)}`), ami: 'ami-0123456789abcdef0', instance_type: at % 9 === 0 ? 'm4.large' : 'm7g.large', instance_state: 'running', subnet_id: `subnet-${hex(1, at)}`, vpc_security_group_ids: [`sg-${hex(4, at)}`], private_ip: `10.0.${at % 250}.7`, user_data: '5f2a0d7c1b', root_block_device: [{ volume_id: `vol-${hex(5, at)}`, volume_type: 'gp3', volume_size: 50, encrypted: true }], metadata_options: [{ http_tokens: 'required', http_endpoint: 'enabled' }], tags: tags(`web-${at}`), tags_all: tags(`web-${at}`) }),
  aws_security_group: (at) => ({ id: `sg-${hex(4, at)}`, arn: arn('ec2', `security-group/sg-${hex(4, at)}`), name: `web-${at}`, description: 'Managed by Terraform', vpc_id: `vpc-${hex(2, at >> 4)}`, ingress: [{ from_port: 443, to_port: 443, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'], security_groups: [] }], egress: [{ from_port: 0, to_port: 0, protocol: '-1', cidr_blocks: ['0.0.0.0/0'] }], tags: tags(`web-${at}`), tags_all: tags(`web-${at}`) }),
  aws_security_group_rule: (at) => ({ id: `sgrule-${at}`, security_group_id: `sg-${hex(4, at)}`, type: 'ingress', from_port: 80, to_port: 80, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8'] }),
  aws_ebs_volume: (at) => ({ id: `vol-${hex(6, at)}`, arn: arn('ec2', `volume/vol-${hex(6, at)}`), size: 100, type: at % 5 === 0 ? 'gp2' : 'gp3', availability_zone: 'eu-west-1a', encrypted: true, tags: tags(`data-${at}`), tags_all: tags(`data-${at}`) }),
  aws_volume_attachment: (at) => ({ id: `vai-${at}`, volume_id: `vol-${hex(6, at - (at % 7 === 0 ? 1 : 0))}`, instance_id: `i-${hex(3, at)}`, device_name: '/dev/sdf' }),
  aws_iam_role: (at) => ({ id: `job-${at}`, arn: `arn:aws:iam::123456789012:role/job-${at}`, name: `job-${at}`, unique_id: `AROA${hex(7, at).toUpperCase()}`, assume_role_policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}', tags: tags(`job-${at}`), tags_all: tags(`job-${at}`) }),
  aws_lambda_function: (at) => ({ id: `job-${at}`, arn: arn('lambda', `function:job-${at}`), function_name: `job-${at}`, role: `arn:aws:iam::123456789012:role/job-${at}`, runtime: 'python3.12', architectures: ['arm64'], memory_size: 512, environment: [{ variables: { QUEUE: `https://sqs.eu-west-1.amazonaws.com/123456789012/job-${at}` } }], tags: tags(`job-${at}`), tags_all: tags(`job-${at}`) }),
  aws_cloudwatch_log_group: (at) => ({ id: `/aws/lambda/job-${at}`, arn: arn('logs', `log-group:/aws/lambda/job-${at}`), name: `/aws/lambda/job-${at}`, retention_in_days: at % 20 === 0 ? 0 : 30, tags: tags(`job-${at}`), tags_all: tags(`job-${at}`) }),
  aws_route53_record: (at) => ({ id: `Z0ABCDEFGHIJ_job-${at}_A`, zone_id: 'Z0ABCDEFGHIJ', name: `job-${at}.example.org`, fqdn: `job-${at}.example.org`, type: 'A', ttl: 300, records: [`10.0.${at % 250}.7`] }),
};

/** `dense`: what rules look at, some 470 bytes an instance. `full`: 1 kB, with what providers add. `indented`: full, as Terraform writes it. */
export type StateShape = 'dense' | 'full' | 'indented';

const PRIVATE = 'eyJzY2hlbWFfdmVyc2lvbiI6IjEiLCJlMmJmYjczMC1lY2FhLTExZTYtOGY4OC0zNDM2M2JjN2M0YzAiOnsiY3JlYXRlIjo2MDAwMDAwMDAwMDB9fQ==';

/** What a provider adds to every resource: unset attributes, its own notes, the place. */
function filled(attributes: Record<string, unknown>, at: number): Record<string, unknown> {
  const unset = Object.fromEntries(['assign_ipv6_address_on_creation', 'customer_owned_ipv4_pool', 'enable_dns64', 'ipv6_cidr_block', 'map_customer_owned_ip_on_launch', 'outpost_arn', 'private_dns_hostname_type_on_launch'].map((name) => [name, name.length % 2 === 0 ? null : '']));
  return { ...attributes, timeouts: null, owner_id: '123456789012', region: 'eu-west-1', ...unset, availability_zone_id: `euw1-az${at % 3}`, runbook: `what to do when it breaks stands on page ${(at * 7919) % 100_003} of the handbook of the team that has it` };
}

/** Writes one state with `count` instances, the `part`th of many. */
export function writeState(path: string, count: number, part = 0, shape: StateShape = 'dense'): void {
  const types = Object.entries(MAKERS);
  const each = Math.ceil(count / types.length);
  const resources: Resource[] = [];
  let left = count;
  for (const [type, make] of types) {
    for (let from = 0; from < each && left > 0; from += 50) {
      const size = Math.min(50, each - from, left);
      left -= size;
      const instances = Array.from({ length: size }, (_, at) => instance(make(part * each + from + at), at, from, shape));
      resources.push({ module: `module.team_${from / 50}`, mode: 'managed', type, name: 'all', provider: PROVIDER, instances });
    }
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ version: 4, terraform_version: '1.9.8', serial: 12, lineage: `bench-${part}`, outputs: {}, resources }, undefined, shape === 'indented' ? 2 : 0));
}

function instance(attributes: Record<string, unknown>, at: number, from: number, shape: StateShape): Resource['instances'][number] {
  if (shape === 'dense') return { index_key: at, schema_version: 1, attributes, dependencies: ['aws_subnet.all'] };
  return { index_key: at, schema_version: 1, attributes: filled(attributes, from + at), sensitive_attributes: [], private: PRIVATE, dependencies: ['module.network.aws_subnet.all', 'module.network.aws_vpc.main'] };
}
