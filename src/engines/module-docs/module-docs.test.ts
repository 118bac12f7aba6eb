import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InfrastructureModel } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import { loadModuleTree } from '../terraform/module/load-module-tree.ts';
import { attributeText } from './attribute-text.ts';
import { describeTree } from './describe-tree.ts';
import type { ModuleDocument } from './document.ts';
import { injectDocumentation } from './inject.ts';
import { printMarkdown } from './markdown.ts';
import { cell, codeCell, codeSpan } from './markdown-text.ts';

async function document(files: Record<string, string>, modules: InfrastructureModel['modules'] = []): Promise<ModuleDocument[]> {
  const source = { list: async () => Object.keys(files), read: async (path: string) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])) };
  return describeTree(await loadModuleTree(source, '.'), { modules } as unknown as InfrastructureModel, 'root');
}

const print = (one: ModuleDocument | undefined): string => (one === undefined ? '' : printMarkdown(one, { headingLevel: 2, withTitle: true, relative: (file) => file }));

describe('what is said of a module', () => {
  test('purpose, inputs with types, defaults and rules, outputs, resources and providers are there', async () => {
    const [root] = await document({
      'main.tf': '# Keeps logs.\n#\n# For a year.\n\nresource "aws_s3_bucket" "logs" {\n  count = 2\n}\n\n# the account that asks\ndata "aws_caller_identity" "me" {}\n',
      'variables.tf': 'variable "days" {\n  type        = number\n  default     = 365\n  description = "How long."\n  nullable    = false\n\n  validation {\n    condition     = var.days > 0\n    error_message = "At least a day."\n  }\n}\n\n# from a comment\nvariable "key" {\n  type = object({\n    arn = string\n  })\n  sensitive = true\n}\n',
      'versions.tf': 'terraform {\n  required_version = ">= 1.5"\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "~> 5.0"\n    }\n  }\n}\n',
      'outputs.tf': 'output "ids" {\n  value     = aws_s3_bucket.logs[*].id\n  sensitive = true\n}\n',
    });
    expect(root).toMatchObject({
      purpose: 'Keeps logs.\n\nFor a year.',
      requirements: [{ name: 'terraform', version: '>= 1.5' }, { name: 'aws', version: '~> 5.0', source: 'hashicorp/aws' }],
      providers: [{ name: 'aws', version: '~> 5.0', source: 'hashicorp/aws' }],
      resources: [
        { address: 'aws_s3_bucket.logs', repeated: 'count = 2', reference: 'https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket', location: { file: 'main.tf', line: 5, endLine: 7 } },
        { address: 'data.aws_caller_identity.me', mode: 'data', comment: 'the account that asks' },
      ],
      inputs: [
        { name: 'key', required: true, sensitive: true, description: 'from a comment', type: 'object({\n  arn = string\n})' },
        { name: 'days', required: false, default: '365', nullable: false, validations: [{ condition: 'var.days > 0', message: 'At least a day.' }] },
      ],
      outputs: [{ name: 'ids', value: 'aws_s3_bucket.logs[*].id', sensitive: true }],
    });
  });

  test('modules are documented recursively, each folder once, with every call to it', async () => {
    const files = {
      'main.tf': 'module "a" {\n  source = "./m"\n  size   = 1\n}\n\nmodule "b" {\n  source = "./m"\n  size   = 2\n}\n\nmodule "far" {\n  source  = "terraform-aws-modules/vpc/aws"\n  version = "5.1.0"\n}\n',
      'm/main.tf': 'variable "size" {}\n',
    };
    const call = (name: string, size: number) => ({ address: `module.${name}`, folder: 'm', inputs: { size }, outputs: {}, references: [] });
    const documents = await document(files, [call('a', 1), call('b', 2)]);
    expect(documents.map((one) => one.folder)).toEqual(['.', 'm']);
    expect(documents[0]?.modules).toMatchObject([{ name: 'a', folder: 'm' }, { name: 'b', folder: 'm' }, { name: 'far', source: 'terraform-aws-modules/vpc/aws', version: '5.1.0', opaque: expect.any(String) }]);
    expect(documents[1]?.calls).toEqual([
      { address: 'module.a', arguments: [{ name: 'size', value: '1' }] },
      { address: 'module.b', arguments: [{ name: 'size', value: '2' }] },
    ]);
  });

  test('the state that a root keeps and those that it reads are said, without their keys to them', async () => {
    const [root] = await document({ 'main.tf': 'terraform {\n  backend "s3" {\n    bucket     = "states"\n    key        = "a"\n    secret_key = "hunter2"\n  }\n}\n\ndata "terraform_remote_state" "net" {\n  backend = "s3"\n  config = {\n    bucket = "states"\n    key    = "net"\n  }\n}\n' });
    expect(root).toMatchObject({ backend: { type: 's3', settings: { bucket: 'states', key: 'a' } }, readsStates: [{ type: 's3', settings: { bucket: 'states', key: 'net' } }] });
    expect(JSON.stringify(root)).not.toContain('hunter2');
  });
});

test('values are told as far as they are known, and sensitive ones never', () => {
  expect(attributeText({ a: ['x', 1, null], 'b c': true })).toBe('{a = ["x", 1, null], "b c" = true}');
  expect(attributeText(new UnknownAttribute('known only after apply', [{ address: 'aws_vpc.main', attribute: 'id' }, { address: 'x.y', attribute: '' }]))).toBe('aws_vpc.main.id and 1 more');
  expect(attributeText({ a: new SensitiveAttribute('hunter2') })).toBe('{a = (sensitive)}');
});

describe('Markdown', () => {
  test("strangers' text cannot break a table, open an element or end the generated part", () => {
    expect(cell('a | b\nc\n\nd <script>')).toBe('a \\| b c<br/><br/>d &lt;script>');
    expect(codeCell('a\n  | "<b>"')).toBe('<pre>a<br/>  &#124; "&lt;b&gt;"</pre>');
    expect(codeSpan('a ` b')).toBe('`` a ` b ``');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '|', '\n', '<', '`', '\\', '<!-- END_TF_DOCS -->') }), (text) => {
        for (const printed of [cell(text), codeCell(text)]) {
          expect(printed).not.toContain('\n');
          expect(printed).not.toContain('<!-- END_TF_DOCS -->');
        }
      }),
    );
  });

  test('a module without anything says so in every section', async () => {
    const text = print((await document({ 'main.tf': 'locals {}\n' }))[0]);
    for (const sentence of ['No requirements.', 'No providers.', 'No modules.', 'No resources.', 'No inputs.', 'No outputs.']) expect(text).toContain(sentence);
  });

  test('every row leads to its line of code', async () => {
    const text = print((await document({ 'my vars.tf': '\n\nvariable "a_b" {\n  default = "x|y"\n}\n' }))[0]);
    expect(text).toContain('| [a\\_b](my%20vars.tf#L3) |  | `any` | `"x\\|y"` | no |');
  });
});

describe('a README', () => {
  const generated = '## Inputs\n\nNone.\n';

  test('gets the markers at its end, or keeps what stands around them', () => {
    const first = injectDocumentation('# Mine\n\nHello.\n', generated, 'README.md', 'mine');
    expect(first).toBe('# Mine\n\nHello.\n\n<!-- BEGIN_TF_DOCS -->\n## Inputs\n\nNone.\n<!-- END_TF_DOCS -->\n');
    expect(injectDocumentation(`${first}\nAfter.\n`, '## New\n', 'README.md', 'mine')).toBe('# Mine\n\nHello.\n\n<!-- BEGIN_TF_DOCS -->\n## New\n<!-- END_TF_DOCS -->\n\nAfter.\n');
    expect(injectDocumentation(undefined, generated, 'README.md', 'mine')).toMatch(/^# mine\n\n<!-- BEGIN/);
  });

  test('is the same when the documentation is put in twice, whatever it holds and however its lines end', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r\n', '#', ' ') }), (readme) => {
        const once = injectDocumentation(readme, generated, 'README.md', 'x');
        expect(injectDocumentation(once, generated, 'README.md', 'x')).toBe(once);
      }),
    );
  });

  test('with one marker alone is refused, with its line', () => {
    expect(() => injectDocumentation('a\n<!-- BEGIN_TF_DOCS -->\n', generated, 'README.md', 'x')).toThrow(expect.objectContaining({ code: 'ROADBED-8060', why: expect.stringContaining('line 2') }));
    expect(() => injectDocumentation('<!-- END_TF_DOCS -->\n', generated, 'README.md', 'x')).toThrow(expect.objectContaining({ code: 'ROADBED-8060' }));
  });
});
