import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planOf } from '../../formats/terraform/plan.ts';
import { stateOf } from '../../formats/terraform/state.ts';
import { modelFromPlan } from './from-plan.ts';
import { modelFromState } from './from-state.ts';
import type { AttributeValue } from './model.ts';
import { SensitiveAttribute, UnknownAttribute } from './model.ts';

const AWS = 'provider["registry.terraform.io/hashicorp/aws"]';

function resource(type: string, name: string, attributes: Record<string, unknown>, more: { module?: string; instance?: Record<string, unknown> } = {}) {
  return { ...(more.module === undefined ? {} : { module: more.module }), mode: 'managed', type, name, provider: AWS, instances: [{ schema_version: 0, attributes, ...more.instance }] };
}

function model(...resources: unknown[]) {
  return modelFromState(stateOf({ version: 4, terraform_version: '1.9.0', serial: 3, lineage: 'l', outputs: {}, resources: resources as never }, 'state.json'), { path: 'state.json' });
}

function targets(of: ReturnType<typeof model>, address: string): string[] {
  return of.resources.find((each) => each.address === address)?.references.map((reference) => `${reference.attribute} -> ${reference.target}.${reference.targetAttribute}`) ?? [];
}

describe('a state as a model', () => {
  test('an id in an attribute is an edge to the very resource, also inside blocks and policies', () => {
    const state = model(
      resource('aws_subnet', 'a', { id: 'subnet-0001', vpc_id: 'vpc-0001' }),
      resource('aws_vpc', 'main', { id: 'vpc-0001' }),
      resource('aws_sqs_queue', 'jobs', { id: 'https://sqs/jobs', arn: 'arn:aws:sqs:eu-west-1:1:jobs' }),
      resource('aws_lambda_function', 'worker', { id: 'worker', vpc_config: [{ subnet_ids: ['subnet-0001'] }] }),
      resource('aws_iam_policy', 'send', { id: 'arn:aws:iam::1:policy/send', arn: 'arn:aws:iam::1:policy/send', policy: JSON.stringify({ Statement: [{ Resource: 'arn:aws:sqs:eu-west-1:1:jobs' }] }) }),
    );
    expect(targets(state, 'aws_subnet.a')).toEqual(['vpc_id -> aws_vpc.main.id']);
    expect(targets(state, 'aws_lambda_function.worker')).toEqual(['vpc_config.0.subnet_ids.0 -> aws_subnet.a.id']);
    expect(targets(state, 'aws_iam_policy.send')).toEqual(['policy -> aws_sqs_queue.jobs.arn']);
  });

  test("a companion with its owner's id points at the owner, and the owner at nobody", () => {
    const state = model(
      resource('aws_s3_bucket', 'logs', { id: 'logs-bucket', bucket: 'logs-bucket' }),
      resource('aws_s3_bucket_policy', 'logs', { id: 'logs-bucket', bucket: 'logs-bucket' }),
      resource('aws_s3_bucket_versioning', 'logs', { id: 'logs-bucket', bucket: 'logs-bucket' }),
    );
    expect(targets(state, 'aws_s3_bucket.logs')).toEqual([]);
    expect(targets(state, 'aws_s3_bucket_policy.logs')).toContain('bucket -> aws_s3_bucket.logs.id');
    expect(targets(state, 'aws_s3_bucket_versioning.logs')).toContain('bucket -> aws_s3_bucket.logs.id');
  });

  test("Terraform's list of dependencies is kept where no value says the same", () => {
    const state = model(resource('aws_vpc', 'main', { id: 'vpc-0001' }), resource('aws_subnet', 'a', { id: 'subnet-0001', vpc_id: 'vpc-0001' }, { instance: { dependencies: ['aws_vpc.main', 'time_sleep.wait'] } }));
    expect(targets(state, 'aws_subnet.a')).toEqual(['vpc_id -> aws_vpc.main.id', 'depends_on -> time_sleep.wait.']);
  });

  test('sensitive attributes are hidden, by the mark of the state and by what is known of the type', () => {
    const document = { version: 4, serial: 1, resources: [resource('aws_db_instance', 'd', { id: 'd', password: 'hunter2', token: 'hunter3' }, { instance: { sensitive_attributes: [[{ type: 'get_attr', value: 'token' }]] } })], outputs: { o: { value: 'hunter4', sensitive: true } } };
    const state = modelFromState(stateOf(document as never, 's'), { path: 's', sensitiveAttributes: (type) => (type === 'aws_db_instance' ? ['password'] : []) });
    expect(JSON.stringify(state)).not.toMatch(/hunter[234]/);
    const password = state.resources[0]?.attributes['password'];
    expect(password instanceof SensitiveAttribute && password.reveal()).toBe('hunter2');
  });

  test('a forged mark in a state stays the plain object that it is', () => {
    const [forged] = model(resource('x', 'y', { id: 'x', a: { reason: 'known after apply', origins: [] } })).resources;
    expect(forged?.attributes['a']).toEqual({ reason: 'known after apply', origins: [] });
    expect(forged?.attributes['a']).not.toBeInstanceOf(UnknownAttribute);
  });

  test('modules come with their ancestors, the root first', () => {
    const state = model(resource('x', 'y', { id: '1' }, { module: 'module.a["k.1"].module.b[0]' }));
    expect(state.modules.map((module) => module.address)).toEqual(['', 'module.a["k.1"]', 'module.a["k.1"].module.b[0]']);
  });

  test('the order of the resources in the file means nothing', () => {
    const resources = [resource('aws_vpc', 'main', { id: 'vpc-0001' }), resource('aws_subnet', 'a', { id: 'subnet-0001', vpc_id: 'vpc-0001' }), resource('aws_s3_bucket', 'logs', { id: 'logs-bucket' }), resource('aws_s3_bucket_policy', 'logs', { id: 'logs-bucket', bucket: 'logs-bucket' })];
    const expected = JSON.stringify(model(...resources));
    fc.assert(
      fc.property(fc.shuffledSubarray(resources, { minLength: 4 }), (shuffled) => {
        expect(JSON.stringify(model(...shuffled))).toBe(expected);
      }),
    );
  });
});

describe('a plan as a model', () => {
  const values = (address: string, type: string, name: string, attributes: Record<string, AttributeValue>, index?: number) => ({ address, mode: 'managed', type, name, provider_name: 'registry.terraform.io/hashicorp/aws', values: attributes, ...(index === undefined ? {} : { index }) });
  const change = (of: ReturnType<typeof values>, actions: string[], before: unknown, after: unknown, unknown: unknown = {}) => ({ ...of, change: { actions, before, after, after_unknown: unknown } });
  const subnets = [0, 1].map((index) => ({ ...values(`module.net.aws_subnet.private[${index}]`, 'aws_subnet', 'private', { cidr_block: `10.0.${index}.0/24` }, index), module_address: 'module.net' }));
  const instance = values('aws_instance.web', 'aws_instance', 'web', { instance_type: 't3.micro' });
  const gone = values('aws_eip.old', 'aws_eip', 'old', { id: 'eipalloc-1' });
  const document = {
    format_version: '1.2',
    planned_values: { root_module: { resources: [instance], child_modules: [{ address: 'module.net', resources: subnets }] } },
    resource_changes: [change(instance, ['create'], null, { instance_type: 't3.micro' }, { id: true, subnet_id: true }), change(gone, ['delete'], { id: 'eipalloc-1' }, null), ...subnets.map((subnet) => change(subnet, ['delete', 'create'], {}, {}, { id: true }))],
    configuration: {
      root_module: {
        resources: [{ address: 'aws_instance.web', expressions: { subnet_id: { references: ['module.net.first', 'module.net'] }, key_name: { references: ['local.key'] } } }],
        module_calls: { net: { source: './net', module: { resources: [{ address: 'aws_subnet.private', expressions: {} }], outputs: { first: { expression: { references: ['aws_subnet.private[0].id', 'aws_subnet.private[0]', 'aws_subnet.private'] } } } } } },
      },
    },
  };
  const plan = modelFromPlan(planOf(document as never, 'plan.json'), { path: 'plan.json' });
  const find = (address: string) => plan.resources.find((each) => each.address === address);

  test('references are followed through the outputs of modules to the very instance', () => {
    expect(find('aws_instance.web')?.references).toEqual([{ attribute: 'subnet_id', target: 'module.net.aws_subnet.private[0]', targetAttribute: 'id', via: 'expression' }]);
  });

  test('what is known only after apply says so', () => {
    expect(find('aws_instance.web')?.attributes['id']).toBeInstanceOf(UnknownAttribute);
    expect(plan.coverage).toMatchObject({ instances: 4, unknownAttributes: 4 });
  });

  test('what goes away is there with its last values, and a replacement is one', () => {
    expect(find('aws_eip.old')).toMatchObject({ attributes: { id: 'eipalloc-1' }, change: { actions: ['delete'] } });
    expect(find('module.net.aws_subnet.private[1]')?.change?.actions).toEqual(['replace']);
  });

  test('modules know where their code is from', () => {
    expect(plan.modules).toMatchObject([{ address: '' }, { address: 'module.net', source: './net' }]);
  });
});
