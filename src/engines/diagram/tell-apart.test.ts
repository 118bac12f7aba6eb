import { expect, test } from 'vitest';
import { makeDiagrams } from './make-diagrams.ts';
import { shippedCatalogue } from './testing/picture.ts';
import { modelOf } from './testing/terraform-model.ts';

const catalogue = shippedCatalogue();

async function cards(text: string | Record<string, string>): Promise<string[]> {
  const [diagram] = makeDiagrams(await modelOf(text), catalogue).diagrams;
  return (diagram?.nodes ?? []).map((node) => `${node.label} | ${node.sublabel}`).sort();
}

test('where everything has the name of the system, the kind comes first', async () => {
  const part = (type: string, name: string): string => `resource "${type}" "x_${name}" {\n  name = "${name}"\n}\n`;
  expect(await cards(['aws_sqs_queue', 'aws_sns_topic', 'aws_kinesis_stream', 'aws_dynamodb_table'].map((type) => part(type, 'portal')).join('') + part('aws_ecr_repository', 'images'))).toEqual([
    'DynamoDB table | portal', 'Kinesis stream | portal', 'SNS topic | portal', 'SQS queue | portal', 'images | Container registry',
  ]);
  expect(await cards(['aws_sqs_queue', 'aws_sns_topic', 'aws_kinesis_stream'].map((type) => part(type, 'orders')).join(''))).toEqual(['orders | Kinesis stream', 'orders | SNS topic', 'orders | SQS queue']);
});

test('instances of one call are told apart by their key, other modules by their name', async () => {
  const service = { 'service/main.tf': 'resource "aws_db_instance" "database" {\n}\n' };
  const keyed = 'module "service" {\n  for_each = toset(["dev", "prod"])\n  source = "./service"\n}\n';
  expect(await cards({ 'main.tf': keyed, ...service })).toEqual(['dev database | RDS database', 'prod database | RDS database']);
  const named = 'module "orders" {\n  source = "./service"\n}\nmodule "stock" {\n  source = "./service"\n}\n';
  expect(await cards({ 'main.tf': named, ...service })).toEqual(['orders database | RDS database', 'stock database | RDS database']);
});

test('boxes of one name are told apart, too, and no second line says the first again', async () => {
  const [diagram] = makeDiagrams(await modelOf({
    'main.tf': 'module "network" {\n  for_each = toset(["dev", "prod"])\n  source = "./network"\n}\nresource "aws_sqs_queue" "this" {\n}\n',
    'network/main.tf': 'resource "aws_vpc" "this" {\n}\n',
  }), catalogue).diagrams;
  expect(diagram?.groups.filter((group) => group.kind === 'network').map((group) => group.label)).toEqual(['dev network', 'prod network']);
  expect(diagram?.nodes.map((node) => [node.label, node.sublabel])).toEqual([['SQS queue', '']]);
});
