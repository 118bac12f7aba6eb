import { expect, test } from 'vitest';
import { UnknownAttribute } from '../../infrastructure/model.ts';
import { modelOf, output, resource, told } from './testing/memory-tree.ts';

test('a circle of locals is one problem with its path, and all in it are unknown', async () => {
  const model = await modelOf('locals {\n  c = local.a\n  a = local.b\n  b = "x${local.c}"\n  free = 1\n}\noutput "a" {\n  value = local.a\n}\noutput "free" {\n  value = local.free\n}\n');
  expect(told(model)).toEqual(['main.tf:3:3 depends on itself: local.a -> local.b -> local.c -> local.a']);
  expect(output(model, 'a')).toMatchObject({ reason: 'depends on itself' });
  expect(output(model, 'free')).toBe(1);
});

test('a circle through modules is told with all its members', async () => {
  const model = await modelOf({
    'main.tf': 'module "a" {\n  source = "./x"\n  in = module.b.out\n}\nmodule "b" {\n  source = "./x"\n  in = module.a.out\n}\nresource "null_resource" "kept" {}\n',
    'x/main.tf': 'variable "in" {}\noutput "out" {\n  value = var.in\n}\n',
  });
  expect(told(model)).toEqual([expect.stringContaining('depends on itself: module.a.output.out -> module.a.var.in -> module.b.output.out -> module.b.var.in -> module.a.output.out')]);
  expect(model.resources).toHaveLength(1);
});

test('a count of a million is bounded and told; what is read from it is unknown and not wrong', async () => {
  const model = await modelOf('resource "null_resource" "many" {\n  count = 1000000\n}\noutput "n" {\n  value = length(null_resource.many)\n}\n');
  expect(told(model)).toEqual(['main.tf:2:11 this makes 1000000 instances; only the first 10000 were evaluated']);
  expect(model.resources).toHaveLength(10_000);
  expect(output(model, 'n')).toBeInstanceOf(UnknownAttribute);
});

test('counts that multiply through modules are bounded together', async () => {
  const model = await modelOf({ 'main.tf': 'module "m" {\n  source = "./m"\n  count  = 9000\n}\n', 'm/main.tf': 'resource "null_resource" "r" {\n  count = 9000\n}\n' });
  expect(model.resources.length).toBeLessThan(60_000);
  expect(told(model)).toContainEqual(expect.stringMatching(/^m\/main\.tf:2:11 this makes 9000 instances; only the first \d+ were evaluated$/));
});

test('a count or for_each that makes no sense is told, and one instance stands for the resource', async () => {
  const model = await modelOf('resource "a_a" "negative" {\n  count = -1\n}\nresource "a_a" "half" {\n  count = 1.5\n}\nresource "a_a" "list" {\n  for_each = ["a"]\n}\nresource "a_a" "null" {\n  for_each = null\n}\nresource "a_a" "numbers" {\n  for_each = toset([1])\n}\n');
  expect(told(model)).toEqual([
    'main.tf:2:11 count is not a whole number of zero or more',
    'main.tf:5:11 count is not a whole number of zero or more',
    'main.tf:8:14 for_each is a tuple, and needs a map or a set of strings',
    'main.tf:11:14 for_each is null',
    'main.tf:14:14 for_each is a set of something other than strings',
  ]);
  expect(model.resources.map((one) => [one.name, one.instancesUnknown])).toEqual([['half', 'could not be evaluated'], ['list', 'could not be evaluated'], ['negative', 'could not be evaluated'], ['null', 'could not be evaluated'], ['numbers', 'could not be evaluated']]);
});

test('enabled makes one instance or none', async () => {
  const model = await modelOf('resource "a_a" "on" {\n  lifecycle {\n    enabled = true\n  }\n}\nresource "a_a" "off" {\n  lifecycle {\n    enabled = 1 == 2\n  }\n}\n');
  expect(told(model)).toEqual([]);
  expect(model.resources.map((one) => one.address)).toEqual(['a_a.on']);
});

test('names that nobody declares are told at their place, once, and the rest is evaluated', async () => {
  const model = await modelOf('resource "a_a" "r" {\n  count = 3\n  x = var.missing\n  y = local.missing\n  z = b_b.missing.id\n  m = module.missing.out\n  k = each.key\n  good = count.index\n}\n');
  expect(told(model)).toEqual([
    'main.tf:3:7 there is no variable "missing" in this module',
    'main.tf:4:7 there is no local value "missing" in this module',
    'main.tf:5:7 there is no resource "b_b.missing" in this module',
    'main.tf:6:7 there is no module call "missing" in this module',
    'main.tf:7:7 each.key and each.value stand only where for_each is set',
  ]);
  expect(resource(model, 'a_a.r[2]').attributes).toMatchObject({ good: 2 });
});

test('conditions that are known not to hold are told with their message', async () => {
  const model = await modelOf(`
variable "size" { default = 3 }
resource "a_a" "r" {
  size = var.size
  lifecycle {
    precondition {
      condition     = var.size > 5
      error_message = "Too small: \${var.size}."
    }
    postcondition {
      condition     = self.size == 3 && self.id != ""
      error_message = "Not reached, the id is unknown."
    }
  }
}
output "o" {
  value = 1
  precondition {
    condition     = var.size == 4
    error_message = "Not four."
  }
}
`);
  expect(told(model)).toEqual(['main.tf:7:23 Too small: 3.', 'main.tf:19:21 Not four.']);
});

test('blocks of a resource are read by others as lists, and what is not set there is known later', async () => {
  const model = await modelOf('resource "aws_instance" "a" {\n  root_block_device {\n    size = 8\n  }\n}\noutput "o" {\n  value = [aws_instance.a.root_block_device[0].size, aws_instance.a.root_block_device[0].volume_id, length(aws_instance.a.root_block_device)]\n}\n');
  expect(told(model)).toEqual([]);
  expect(output(model, 'o')).toEqual([8, expect.any(UnknownAttribute), 1]);
  expect(model.outputs[0]?.references.map(({ target, targetAttribute }) => [target, targetAttribute])).toContainEqual(['aws_instance.a', 'root_block_device.0.volume_id']);
});

test('a long chain of locals does not exhaust the stack', async () => {
  const chain = Array.from({ length: 5000 }, (_, index) => (index === 0 ? '  l0 = 1' : `  l${index} = local.l${index - 1} + 1`)).join('\n');
  const model = await modelOf(`locals {\n${chain}\n}\noutput "o" {\n  value = local.l4999\n}\n`);
  expect(told(model)).toEqual([]);
  expect(output(model, 'o')).toBe(5000);
});
