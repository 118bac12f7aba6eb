import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InfrastructureModel } from '../../infrastructure/model.ts';
import { SensitiveAttribute } from '../../infrastructure/model.ts';
import { modelOf } from './testing/memory-tree.ts';

const CIRCLE = /depends on itself/;

/** What the model says without the places of things. */
function meaning(model: InfrastructureModel): unknown {
  return JSON.parse(
    JSON.stringify({ modules: model.modules, resources: model.resources, providers: model.providers, outputs: model.outputs, problems: model.problems.map((problem) => problem.message).sort() }, (key, value: unknown) =>
      key === 'location' || key === 'attributeLocations' ? undefined : value instanceof SensitiveAttribute ? { secret: value.reveal() } : value,
    ),
  );
}

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const atom = fc.oneof(
  fc.integer({ min: -5, max: 5 }).map(String),
  fc.constantFrom('"text"', 'null', 'true', '["x", "y"]', '{ k = 1 }', 'var.secret', 'var.missing', 'terraform.workspace', 'path.module'),
  name.map((one) => `local.${one}`),
  name.map((one) => `t_t.${one}.id`),
  name.map((one) => `t_t.${one}.size`),
  name.map((one) => `module.m.${one}`),
);
const expression = fc.oneof(
  atom,
  fc.tuple(atom, atom).map(([left, right]) => `[${left}, ${right}]`),
  fc.tuple(atom, atom).map(([left, right]) => `(${left} == ${right} ? ${left} : ${right})`),
  atom.map((one) => `"in \${jsonencode(${one})}"`),
  atom.map((one) => `try(${one}, "else")`),
  fc.tuple(atom, atom).map(([left, right]) => `{ for k, v in { a = ${left}, b = ${right} } : k => v }`),
);

/** Blocks of a module that call for each other in every way, also in circles. */
const blocks = fc
  .record({
    locals: fc.uniqueArray(fc.tuple(name, expression), { selector: ([one]) => one, maxLength: 5 }),
    resources: fc.uniqueArray(fc.tuple(name, expression, fc.option(expression)), { selector: ([one]) => one, maxLength: 4 }),
    inputs: fc.tuple(expression, expression),
    output: expression,
  })
  .map(({ locals, resources, inputs, output }) => [
    ...locals.map(([one, value]) => `locals {\n  ${one} = ${value}\n}\n`),
    ...resources.map(([one, value, each]) => `resource "t_t" "${one}" {\n${each === null ? '' : `  for_each = ${each}\n`}  size = ${value}\n  block {\n    inner = ${value}\n  }\n}\n`),
    `module "m" {\n  source = "./m"\n  x = ${inputs[0]}\n  y = ${inputs[1]}\n}\n`,
    `output "o" {\n  value = ${output}\n  sensitive = true\n}\n`,
    'variable "secret" {\n  default = "s3cr3t-value"\n  sensitive = true\n}\n',
    'variable "missing" {}\n',
  ]);
const MODULE = 'variable "x" {}\nvariable "y" {}\noutput "a" {\n  value = var.x\n}\noutput "b" {\n  value = [var.y, t_t.inner.id]\n}\nresource "t_t" "inner" {\n  size = var.x\n}\n';

test('evaluation is the same every time, and does not depend on files or the order of blocks', async () => {
  await fc.assert(
    fc.asyncProperty(blocks, fc.infiniteStream(fc.nat()), async (parts, random) => {
      const shuffled = [...parts].map((part) => ({ part, at: random.next().value as number })).sort((a, b) => a.at - b.at).map(({ part }) => part);
      const one = await modelOf({ 'main.tf': parts.join(''), 'm/main.tf': MODULE });
      const again = await modelOf({ 'main.tf': parts.join(''), 'm/main.tf': MODULE });
      const scattered = await modelOf({ ...Object.fromEntries(shuffled.map((part, index) => [`f${index}.tf`, part])), 'm/main.tf': MODULE });
      expect(meaning(again)).toEqual(meaning(one));
      expect({ ...(meaning(scattered) as object), problems: undefined }).toEqual({ ...(meaning(one) as object), problems: undefined });
    }),
    { numRuns: 60 },
  );
});

test('renaming a local value changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(blocks, async (parts) => {
      // The new names sort the other way round.
      const renamed = (old: string): string => ({ a: 'z', b: 'y', c: 'x', d: 'w', e: 'u' })[old] ?? old;
      const rename = (text: string): string => text.replace(/local\.([a-e])\b/g, (_all, old: string) => `local.${renamed(old)}`).replace(/^locals \{\n  ([a-e]) =/, (_all, old: string) => `locals {\n  ${renamed(old)} =`);
      const before = meaning(await modelOf({ 'main.tf': parts.join(''), 'm/main.tf': MODULE })) as { problems: string[] };
      // Where a circle is entered decides how many of its values are told, and names decide where it is entered.
      fc.pre(!before.problems.some((problem) => CIRCLE.test(problem)));
      const after = meaning(await modelOf({ 'main.tf': parts.map(rename).join(''), 'm/main.tf': MODULE })) as { problems: string[] };
      expect({ ...after, problems: after.problems.length }).toEqual({ ...before, problems: before.problems.length });
    }),
    { numRuns: 60 },
  );
});

test('no sensitive value shows in the JSON of a model', async () => {
  await fc.assert(
    fc.asyncProperty(blocks, async (parts) => {
      const model = await modelOf({ 'main.tf': parts.join(''), 'm/main.tf': MODULE });
      expect(JSON.stringify(model, (_key, value: unknown) => (value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value))).not.toContain('s3cr3t');
    }),
    { numRuns: 100 },
  );
});

test('no text in the place of configuration makes loading throw or hang', async () => {
  const piece = fc.constantFrom('resource', '"a"', '"b"', '{', '}', '\n', '=', 'for_each', 'count', 'var.x', '${', '"', '[', ']', 'dynamic', 'module', 'source', '"./"', 'locals', '1', 'null', 'terraform', 'variable', 'type', 'object({', '})', '<<EOT\n', 'EOT\n', '\0', '\ud800');
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
      const model = await modelOf({ 'main.tf': pieces.join(' '), 'x.tf.json': pieces.join(''), 'kept.tf': 'resource "t_t" "kept" {}\n' });
      expect(model.resources.map((one) => one.address)).toContain('t_t.kept');
    }),
    { numRuns: 150 },
  );
});
