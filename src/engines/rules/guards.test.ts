/**
 * What must never be called unused, against all rules that ship: things that something else uses in a way that is
 * easily missed. Each pair stands in one state and in two, and in both forms where a provider has two.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseAddress } from '../../formats/terraform/address.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import type { EstateMember } from './estate.ts';
import { prepareRules, runRules } from './run-rules.ts';
import { asRuleFile } from './validate.ts';

const folder = join(import.meta.dirname, '../../../rules/waste');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml')).map((name) => asRuleFile(parse(readFileSync(join(folder, name), 'utf8'))));
const prepared = prepareRules(files);

type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function member(resources: Resources, path: string): EstateMember {
  return {
    source: { path, root: path, workspace: 'default' },
    model: {
      outputs: [],
      resources: Object.entries(resources).map(([address, attributes]) => {
        const place = parseAddress(address);
        if (place === undefined) throw new Error(`${address} is no address`);
        const { mode, type, name, module } = place;
        return { address, resource: address.replace(/\[[^\]]*\]$/, ''), module, mode, type, name, attributes: attributes as Record<string, AttributeValue> };
      }),
    },
  };
}

/** `rule address` of everything found in `resources`, as one state and as one state each. */
function found(resources: Resources): string[] {
  const one = runRules(prepared, [member(resources, 'one')]);
  const many = runRules(prepared, Object.entries(resources).map(([address, attributes], at) => member({ [address]: attributes }, `s${at}`)));
  expect([...one.problems, ...many.problems]).toEqual([]);
  return [...one.matches, ...many.matches].map(({ rule, resource }) => `${rule.id} ${resource.address}`);
}

const BALANCER = 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/1';
const GROUP = 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/1';
const EIP = { id: 'eipalloc-0aaaaaa1', allocation_id: 'eipalloc-0aaaaaa1', public_ip: '203.0.113.7' };
const POLICY = { id: 'arn:aws:iam::1:policy/read', arn: 'arn:aws:iam::1:policy/read', name: 'read', attachment_count: 0 };
const ROLE = { id: 'job', name: 'job', arn: 'arn:aws:iam::1:role/job', path: '/', assume_role_policy: '{"Principal":{"Service":"lambda.amazonaws.com"}}' };
const SECRET = { id: 'arn:aws:secretsmanager:eu-west-1:1:secret:app-x', arn: 'arn:aws:secretsmanager:eu-west-1:1:secret:app-x', name: 'app' };
const DISK = '/subscriptions/s/resourceGroups/shop/providers/Microsoft.Compute/disks/d';
const USER_DATA = '#!/bin/sh\naws ec2 associate-address --allocation-id eipalloc-0aaaaaa1 --instance-id $(id)\n';

/** What it is, what must not be found of it, and who uses it. */
const GUARDS: readonly (readonly [name: string, rule: string, resources: Resources])[] = [
  ['a script in user data', 'elastic-ip', { 'aws_eip.a': EIP, 'aws_launch_template.t': { id: 'lt-0aaaaaa1', user_data: Buffer.from(USER_DATA).toString('base64') } }],
  ['a script in clear', 'elastic-ip', { 'aws_eip.a': EIP, 'aws_instance.i': { id: 'i-0aaaaaa1', user_data: USER_DATA } }],
  ['values of a Helm release', 'elastic-ip', { 'aws_eip.a': EIP, 'helm_release.ingress': { values: ['service:\n  annotations:\n    service.beta.kubernetes.io/aws-load-balancer-eip-allocations: eipalloc-0aaaaaa1,eipalloc-0bbbbbb2\n'] } }],
  ['a set value of a Helm release', 'role-not-used', { 'aws_iam_role.r': ROLE, 'helm_release.dns': { set: [{ name: 'serviceAccount.annotations', value: ROLE.arn }] } }],
  ['a manifest of Kubernetes', 'target-group', { 'aws_lb_target_group.g': { id: GROUP, arn: GROUP }, 'kubernetes_manifest.binding': { manifest: { kind: 'TargetGroupBinding', spec: { targetGroupARN: GROUP } } } }],
  ['an association of its own', 'elastic-ip', { 'aws_eip.a': EIP, 'aws_eip_association.x': { id: 'eipassoc-1', allocation_id: 'eipalloc-0aaaaaa1' } }],
  ['a gateway of the network', 'elastic-ip', { 'aws_eip.a': EIP, 'aws_nat_gateway.n': { id: 'nat-0aaaaaa1', allocation_id: 'eipalloc-0aaaaaa1' } }],
  ['a balancer under its old name', 'load-balancer-without-listener', { 'aws_alb.b': { arn: BALANCER, id: BALANCER }, 'aws_lb_listener.l': { load_balancer_arn: BALANCER } }],
  ['a listener under its old name', 'load-balancer-without-listener', { 'aws_lb.b': { arn: BALANCER, id: BALANCER }, 'aws_alb_listener.l': { load_balancer_arn: BALANCER } }],
  ['an attachment under its old name', 'target-group', { 'aws_alb_target_group.g': { arn: GROUP, id: GROUP }, 'aws_alb_target_group_attachment.x': { target_group_arn: GROUP } }],
  ['an autoscaling attachment', 'target-group', { 'aws_lb_target_group.g': { arn: GROUP, id: GROUP }, 'aws_autoscaling_attachment.x': { lb_target_group_arn: GROUP } }],
  ['rules of a group inline in another', 'security-group', { 'aws_security_group.a': { id: 'sg-0aaaaaaa1', name: 'a' }, 'aws_security_group.b': { id: 'sg-0bbbbbbb1', name: 'default', ingress: [{ security_groups: ['sg-0aaaaaaa1'] }] } }],
  ['rules of a group as resources', 'security-group', { 'aws_security_group.a': { id: 'sg-0aaaaaaa1', name: 'a' }, 'aws_vpc_security_group_ingress_rule.r': { id: 'sgr-1', security_group_id: 'sg-0ccccccc1', referenced_security_group_id: 'sg-0aaaaaaa1' } }],
  ['a policy attached for all', 'policy-unattached', { 'aws_iam_policy.p': POLICY, 'aws_iam_policy_attachment.x': { policy_arn: POLICY.arn, roles: ['job'] } }],
  ['a policy attached to a group', 'policy-unattached', { 'aws_iam_policy.p': POLICY, 'aws_iam_group_policy_attachment.x': { policy_arn: POLICY.arn, group: 'g' } }],
  ['a policy in a permission boundary', 'policy-unattached', { 'aws_iam_policy.p': POLICY, 'aws_iam_user.u': { name: 'ci', permissions_boundary: POLICY.arn } }],
  ['a policy in a permission set', 'policy-unattached', { 'aws_iam_policy.p': POLICY, 'aws_iam_role_policy_attachments_exclusive.x': { policy_arns: [POLICY.arn] } }],
  ['a role of a service', 'role-not-used', { 'aws_iam_role.r': { ...ROLE, path: '/aws-service-role/ecs.amazonaws.com/' } }],
  ['a role that outsiders take', 'role-not-used', { 'aws_iam_role.r': { ...ROLE, assume_role_policy: '{"Principal":{"AWS":"arn:aws:iam::2:root"}}' } }],
  ['a role for pods', 'role-not-used', { 'aws_iam_role.r': ROLE, 'aws_eks_pod_identity_association.x': { role_arn: ROLE.arn } }],
  ['a disk inline', 'volume-unattached', { 'aws_ebs_volume.v': { id: 'vol-0aaaaaaa1' }, 'aws_instance.i': { id: 'i-0aaaaaa1', ebs_block_device: [{ volume_id: 'vol-0aaaaaaa1' }] } }],
  ['a disk of a pod', 'volume-unattached', { 'aws_ebs_volume.v': { id: 'vol-0aaaaaaa1', tags: { 'kubernetes.io/created-for/pvc/name': 'data' } } }],
  ['a disk in a manifest', 'volume-unattached', { 'aws_ebs_volume.v': { id: 'vol-0aaaaaaa1' }, 'kubernetes_persistent_volume.p': { spec: [{ persistent_volume_source: [{ csi: [{ volume_handle: 'vol-0aaaaaaa1' }] }] }] } }],
  ['an interface of a cluster', 'network-interface', { 'aws_network_interface.n': { id: 'eni-0aaaaaa1', tags: { 'cluster.k8s.amazonaws.com/name': 'c', 'kubernetes.io/cluster/c': 'owned' } } }],
  ['a lifecycle inline', 'bucket-without-lifecycle', { 'aws_s3_bucket.b': { bucket: 'logs', lifecycle_rule: [{ enabled: true, expiration: [{ days: 30 }] }] } }],
  ['a lifecycle of its own', 'bucket-without-lifecycle', { 'aws_s3_bucket.b': { bucket: 'logs' }, 'aws_s3_bucket_lifecycle_configuration.l': { bucket: 'logs' } }],
  ['routes inline', 'nat-gateway-without-route', { 'aws_nat_gateway.n': { id: 'nat-0aaaaaa1' }, 'aws_route_table.t': { id: 'rtb-0aaaaaa1', route: [{ nat_gateway_id: 'nat-0aaaaaa1' }] } }],
  ['routes of the default table', 'nat-gateway-without-route', { 'aws_nat_gateway.n': { id: 'nat-0aaaaaa1' }, 'aws_default_route_table.t': { id: 'rtb-0aaaaaa1', route: [{ nat_gateway_id: 'nat-0aaaaaa1' }] }, 'aws_route.r': { id: 'r-1', gateway_id: 'igw-1' } }],
  ['a secret in a task', 'secret-not-used', { 'aws_secretsmanager_secret.s': SECRET, 'aws_ecs_task_definition.t': { container_definitions: JSON.stringify([{ secrets: [{ name: 'P', valueFrom: `${SECRET.arn}:password::` }] }]) } }],
  ['a secret in a policy', 'secret-not-used', { 'aws_secretsmanager_secret.s': SECRET, 'aws_iam_role_policy.p': { policy: JSON.stringify({ Statement: [{ Resource: [`${SECRET.arn}*`] }] }) } }],
  ['a disk by a data source', 'disk-unattached', { 'azurerm_managed_disk.d': { id: DISK, name: 'd' }, 'data.azurerm_managed_disk.d': { id: DISK } }],
  ['a disk in another case', 'disk-unattached', { 'azurerm_managed_disk.d': { id: DISK, name: 'd' }, 'azurerm_virtual_machine_data_disk_attachment.x': { managed_disk_id: DISK.replace('resourceGroups', 'resourcegroups').toUpperCase().replace('/SUBSCRIPTIONS/', '/subscriptions/') } }],
  ['a rule inline in a subnet', 'azure.security-group', { 'azurerm_network_security_group.g': { id: '/subscriptions/s/networkSecurityGroups/g' }, 'azurerm_virtual_network.v': { subnet: [{ security_group: '/subscriptions/s/networkSecurityGroups/g' }] } }],
];

test.each(GUARDS)('%s', (_name, rule, resources) => {
  expect(found(resources).filter((one) => one.includes(rule))).toEqual([]);
});

test('each of these is found when nobody uses it, so that the guards guard something', () => {
  const alone = new Set(GUARDS.map(([, rule]) => rule));
  const told = found({
    'aws_eip.a': EIP, 'aws_iam_policy.p': POLICY, 'aws_iam_role.r': ROLE, 'aws_secretsmanager_secret.s': SECRET, 'aws_lb.b': { arn: BALANCER, id: BALANCER }, 'aws_lb_target_group.g': { arn: GROUP, id: GROUP }, 'aws_security_group.a': { id: 'sg-0aaaaaaa1', name: 'a' }, 'aws_ebs_volume.v': { id: 'vol-0aaaaaaa1' }, 'aws_network_interface.n': { id: 'eni-0aaaaaa1' }, 'aws_s3_bucket.b': { bucket: 'logs' }, 'aws_nat_gateway.n': { id: 'nat-0aaaaaa1' }, 'aws_route.r': { id: 'r-1', gateway_id: 'igw-1' }, 'azurerm_managed_disk.d': { id: DISK }, 'azurerm_network_security_group.g': { id: '/subscriptions/s/networkSecurityGroups/g' },
  });
  expect([...alone].filter((rule) => !told.some((one) => one.includes(rule)))).toEqual([]);
});

test('no rule is for what a cloud makes by default, or for permissions by themselves', () => {
  const types = files.flatMap((file) => file.rules.flatMap((rule) => rule.types));
  expect(types.filter((type) => type.startsWith('aws_default_') || /_iam_(binding|member|policy_attachment)$|_policy_attachment$/.test(type))).toEqual([]);
});

test('what a resource depends on is of its own state, also where another state has the same name', () => {
  const address = { id: 'eipalloc-0aaaaaaaaaaaaaaa1', public_ip: '203.0.113.9' };
  const user = (other: EstateMember): EstateMember => ({ ...other, model: { ...other.model, resources: other.model.resources.map((one) => (one.type === 'aws_instance' ? { ...one, dependencies: ['aws_eip.a'] } : one)) } });
  const resources = { 'aws_eip.a': { ...address, id: 'eipalloc-0bbbbbbbbbbbbbbb2', public_ip: '203.0.113.10' }, 'aws_instance.b': { id: 'i-0aaaaaaaaaaaaaaa1', instance_type: 't3.micro' } };
  const run = runRules(prepared, [member({ 'aws_eip.a': address }, 'network'), user(member(resources, 'network'))]);
  expect(run.matches.filter(({ rule }) => rule.id === 'waste.aws.elastic-ip-unassociated').map(({ resource }) => resource.attributes['id'])).toEqual([address.id]);
});
