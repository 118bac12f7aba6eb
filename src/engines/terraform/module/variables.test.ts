import { expect, test } from 'vitest';
import { SensitiveAttribute, UnknownAttribute } from '../../infrastructure/model.ts';
import { modelOf, output, told } from './testing/memory-tree.ts';
import type { ModelOptions } from './testing/memory-tree.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const named = (names: readonly string[]): string => names.map((name) => `variable "${name}" { default = "default" }\noutput "${name}" {\n  value = var.${name}\n}\n`).join('');

test('the last one wins: defaults, environment, tfvars, auto.tfvars by name, and the command line in its order', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  const set = (from: number, text: string): string => names.slice(from).map((name) => `${name} = "${text}"\n`).join('');
  const model = await modelOf(
    {
      'main.tf': named(names),
      'terraform.tfvars': set(2, 'tfvars'),
      'terraform.tfvars.json': JSON.stringify(Object.fromEntries(names.slice(3).map((name) => [name, 'json']))),
      'a.auto.tfvars': set(4, 'a.auto'),
      'b.auto.tfvars.json': JSON.stringify(Object.fromEntries(names.slice(5).map((name) => [name, 'b.auto']))),
      'not-read.tfvars': set(0, 'never'),
    },
    {
      variables: {
        environment: { ...Object.fromEntries(names.slice(1).map((name) => [`TF_VAR_${name}`, 'environment'])), PATH: '/bin' },
        commandLine: [{ kind: 'variable', name: 'g', value: 'first' }, { kind: 'file', path: 'x.tfvars', bytes: bytes('g = "file"\nh = "file"\ni = "file"\n') }, { kind: 'variable', name: 'i', value: 'last' }],
      },
    },
  );
  expect(told(model)).toEqual([]);
  expect(names.map((name) => output(model, name))).toEqual(['default', 'environment', 'tfvars', 'json', 'a.auto', 'b.auto', 'file', 'file', 'last']);
});

test('values are converted to the type, text from outside is an expression only for composed types', async () => {
  const model = await modelOf(
    `
variable "number" { type = number }
variable "list" { type = list(string) }
variable "untyped" {}
variable "any" { type = any }
output "o" {
  value = [var.number + 1, var.list, var.untyped, var.any]
}
`,
    { variables: { environment: { TF_VAR_number: '41', TF_VAR_list: '["a", 2]', TF_VAR_untyped: '["a"]', TF_VAR_any: '{ x = 1 }' } } },
  );
  expect(told(model)).toEqual([]);
  expect(output(model, 'o')).toEqual([42, ['a', '2'], '["a"]', { x: 1 }]);
});

test('defaults of optional attributes are filled in at every depth', async () => {
  const model = await modelOf(
    `
variable "databases" {
  type = map(object({
    engine  = optional(string, "postgres")
    storage = optional(object({ size = optional(number, 20), type = optional(string) }), {})
  }))
  default = { a = {}, b = { engine = null, storage = { size = 5 } } }
}
output "o" {
  value = var.databases
}
`,
  );
  expect(told(model)).toEqual([]);
  expect(output(model, 'o')).toEqual({ a: { engine: 'postgres', storage: { size: 20, type: null } }, b: { engine: 'postgres', storage: { size: 5, type: null } } });
});

test('what does not fit, what a rule refuses and what nobody declared are problems, and the rest goes on', async () => {
  const model = await modelOf(
    {
      'main.tf': `variable "size" {
  type    = number
  default = "large"
}
variable "port" {
  type    = number
  default = 70000
  validation {
    condition     = var.port < 65536
    error_message = "A port has 16 bits."
  }
}
module "m" {
  source = "./m"
  port   = 7
  extra  = 1
}
resource "null_resource" "kept" {}
`,
      'm/main.tf': 'variable "port" {\n  validation {\n    condition     = var.port > 1024\n    error_message = "Not a user port: ${var.port}."\n  }\n}\nvariable "needed" {}\n',
    },
    { variables: { commandLine: [{ kind: 'variable', name: 'ghost', value: '1' }] } },
  );
  expect(told(model)).toEqual([
    '-var:1:1 the module has no variable "ghost"',
    'main.tf:3:13 the value does not fit the type of the variable: a number is required',
    'main.tf:9:21 A port has 16 bits.',
    'main.tf:13:1 the variable "needed" of the module needs a value',
    'main.tf:15:12 Not a user port: 7.',
    'main.tf:16:3 the module has no variable "extra"',
  ]);
  expect(model.resources).toHaveLength(1);
});

test('a variable that nobody gave a value is unknown and says so', async () => {
  const model = await modelOf('variable "region" { type = string }\noutput "o" {\n  value = "in ${var.region}"\n}\n');
  expect(told(model)).toEqual([]);
  expect(output(model, 'o')).toBeInstanceOf(UnknownAttribute);
  expect((output(model, 'o') as UnknownAttribute).reason).toBe('a variable has no value');
});

test('null gives way to the default unless the variable is nullable', async () => {
  const model = await modelOf({
    'main.tf': 'module "m" {\n  source = "./m"\n  a = null\n  b = null\n}\noutput "o" {\n  value = [module.m.a, module.m.b]\n}\n',
    'm/main.tf': 'variable "a" {\n  default  = "default"\n  nullable = false\n}\nvariable "b" {\n  default = "default"\n}\noutput "a" {\n  value = var.a\n}\noutput "b" {\n  value = var.b\n}\n',
  });
  expect(output(model, 'o')).toEqual(['default', null]);
});

test('a sensitive value is hidden wherever it flows, and in messages', async () => {
  const model = await modelOf(
    `
variable "password" {
  type      = string
  sensitive = true
  validation {
    condition     = length(var.password) > 100
    error_message = "\${var.password} is too short."
  }
}
locals { url = "postgres://admin:\${var.password}@db" }
resource "aws_db_instance" "db" {
  password = var.password
  tags     = { url = local.url, plain = "visible" }
}
resource "aws_ssm_parameter" "p" {
  for_each = { url = aws_db_instance.db.password }
  value    = each.value
  name     = each.key
}
resource "null_resource" "keys" {
  for_each = toset([var.password])
}
output "url" {
  value     = local.url
  sensitive = true
}
`,
    { variables: { environment: { TF_VAR_password: 'hunter2-secret' } } },
  );
  expect(JSON.stringify(model)).not.toContain('hunter2');
  expect(JSON.stringify(model)).toContain('visible');
  const hidden = model.resources.find((one) => one.address === 'aws_db_instance.db')?.attributes['password'];
  expect(hidden).toBeInstanceOf(SensitiveAttribute);
  expect((hidden as SensitiveAttribute).reveal()).toBe('hunter2-secret');
  expect(model.resources.find((one) => one.type === 'null_resource')?.instancesUnknown).toBeDefined();
});

test('a variables file of 100 MB is refused by its size, one with blocks or faults is told', async () => {
  const options: ModelOptions = {};
  const model = await modelOf({ 'main.tf': named(['a']), 'big.auto.tfvars': new Uint8Array(100 * 1024 * 1024), 'terraform.tfvars': 'a = \n', 'x.auto.tfvars': 'block {}\na = "kept"\n' }, options);
  expect(told(model)).toEqual([
    'big.auto.tfvars:1:1 the file has 100 MB; a variables file may have 4 MB',
    expect.stringMatching(/^terraform\.tfvars:1:/),
    'x.auto.tfvars:1:1 a variables file has no blocks, and "block" is one',
  ]);
  expect(output(model, 'a')).toBe('kept');
});

test('strings of tfvars.json are plain text', async () => {
  const model = await modelOf({ 'main.tf': named(['a']), 'terraform.tfvars.json': '{"a": "${not.a.template} \\u0041"}' });
  expect(told(model)).toEqual([]);
  expect(output(model, 'a')).toBe('${not.a.template} A');
});
