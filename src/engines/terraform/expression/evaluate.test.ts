/** Problems with their places, unknowns with their reasons, origins, limits, types. */
import { expect, test } from 'vitest';
import { parseHclExpression } from '../../../formats/hcl/parse.ts';
import { numberValue, stringValue, tupleValue, unknownValue, valueFromData } from '../value/construct.ts';
import { DYNAMIC, STRING, listOf, typeExpression } from '../value/type.ts';
import type { Value } from '../value/value.ts';
import { evaluate } from './evaluate.ts';
import { scopeOf, type Evaluation, type Scope } from './scope.ts';
import { applyTypeConstraint, parseTypeConstraint } from './type-constraint.ts';

const resource = (address: string): Value => unknownValue(DYNAMIC, { kind: 'computed', message: 'known after apply' }, { origins: [{ address, attribute: '' }] });
const scope = scopeOf({
  var: valueFromData({ names: ['a', 'b'], network: { cidr: '10.0.0.0/8' } }),
  aws_subnet: valueFromData({}),
  web: resource('aws_instance.web'),
  subnets: tupleValue([resource('aws_subnet.x[0]'), resource('aws_subnet.x[1]')]),
  secret: { ...stringValue('hidden'), marks: { sensitive: true } },
});

function run(text: string, where: Scope = scope): Evaluation {
  return evaluate(parseHclExpression(text, 'test.tf').expression, where);
}

function place(text: string): string {
  const [problem] = run(text).problems;
  return problem === undefined ? '' : `${problem.summary} at ${text.slice(problem.span.start, problem.span.end)}: ${problem.detail}`;
}

test('a problem stands at the part that caused it and says what is near', () => {
  expect(place('"${var.network.cdir}x"')).toBe('Unsupported attribute at cdir: This object does not have an attribute named "cdir". Did you mean "cidr"?');
  expect(place('[1, vra.names]')).toBe('Unknown variable at vra: There is no variable named "vra". Did you mean "var"?');
  expect(place('uper("x")')).toContain('Call to unknown function at uper: There is no function named "uper". Did you mean "upper"?');
  expect(place('var.names[7]')).toContain('Invalid index at 7');
  expect(place('cidrsubnet("10.0.0.0/8", "x", 1)')).toContain('Invalid function argument at "x": Invalid value for "newbits" parameter');
  expect(place('1 + [2]')).toContain('Invalid operand at [2]: Unsuitable value for right operand');
});

test('what is wrong in one part does not hide the others', () => {
  const { value, problems } = run('{ a = nope, b = 1 + 1, c = also_nope }');
  expect(problems).toHaveLength(2);
  expect(value.kind === 'object' && value.entries.get('b')).toMatchObject({ kind: 'number' });
  expect(value.kind === 'object' && value.entries.get('a')).toMatchObject({ kind: 'unknown', reason: { kind: 'failed' } });
});

test('origins name the attribute that flowed in', () => {
  expect(run('web.id').value.marks?.origins).toEqual([{ address: 'aws_instance.web', attribute: 'id' }]);
  expect(run('subnets[*].id').value).toMatchObject({ kind: 'tuple', elements: [{ marks: { origins: [{ address: 'aws_subnet.x[0]', attribute: 'id' }] } }, { marks: { origins: [{ address: 'aws_subnet.x[1]', attribute: 'id' }] } }] });
  expect(run('subnets[1].tags["Name"]').value.marks?.origins).toEqual([{ address: 'aws_subnet.x[1]', attribute: 'tags.Name' }]);
  expect(run('[for s in subnets : s.id if s.open]').value.marks?.origins?.map((origin) => origin.attribute)).toContain('id');
  expect(run('"arn:${web.id}/${subnets[0].id}"').value.marks?.origins).toHaveLength(2);
  expect(run('web.ok ? subnets[0].id : null').value.marks?.origins).toHaveLength(2);
  expect(run('true ? subnets[0].id : subnets[1].id').value.marks?.origins).toEqual([{ address: 'aws_subnet.x[0]', attribute: 'id' }]);
  expect(run('{for s in web.parts : s.name => s.id}').value.marks?.origins).toEqual([{ address: 'aws_instance.web', attribute: 'parts.name' }, { address: 'aws_instance.web', attribute: 'parts.id' }]);
});

test('a secret stays one through every form', () => {
  for (const text of ['"${secret}x"', 'secret == "a"', 'true ? secret : "b"', 'upper(secret)', '{(secret) = 1}', '[for x in [1] : x if secret == "hidden"]', '"%{if secret == "x"}a%{endif}"', 'nope + length(secret)', 'try(upper(secret), 1)']) expect(run(text).value.kind === 'unknown' || run(text).value.marks?.sensitive, text).toBe(true);
});

test('a problem shows no secret', () => {
  for (const text of ['tonumber(secret)', 'cidrhost(secret, 1)', 'parseint(secret, 10)', 'regex("x", [secret][0])', 'secret + 1', '{a = 1}[secret]', 'jsondecode(secret)', '{for x in [1, 2] : secret => x}', 'timeadd(secret, "1h")', 'format(secret, 1)']) {
    const { problems } = run(text);
    expect(problems.length, text).toBeGreaterThan(0);
    expect(JSON.stringify(problems), text).not.toContain('hidden');
  }
});

test('unknown conditions and known shortcuts', () => {
  expect(run('web.on && false').value).toMatchObject({ kind: 'bool', value: false });
  expect(run('web.on || false').value.kind).toBe('unknown');
  expect(run('web.on ? 1 : 2').value).toMatchObject({ kind: 'unknown', type: { kind: 'number' }, reason: { message: 'known after apply' } });
  expect(run('length([web.id, web.arn])').value).toMatchObject({ kind: 'number', value: { safe: 2 } });
  expect(run('provider::aws::arn_parse("x")').value).toMatchObject({ kind: 'unknown', reason: { kind: 'unsupported' } });
});

test('the scope sees how far a reference is written, so that one local does not need all', () => {
  const asked: string[] = [];
  const lazy: Scope = {
    resolve: (reference) => {
      asked.push([reference.name, ...reference.steps].join('.'));
      return reference.name === 'local' ? { value: numberValue(3), steps: 1 } : undefined;
    },
  };
  expect(run('local.size + 1', lazy).value).toMatchObject({ value: { safe: 4 } });
  run('module.net.subnets[0].id', lazy);
  expect(asked).toEqual(['local.size', 'module.net.subnets']);
});

test('templates from files see their variables only', () => {
  const files = { read: (path: string) => (path === 't.tpl' ? new TextEncoder().encode('%{ for n in names ~}\n- ${n}\n%{ endfor ~}\n') : path === 'bad.tpl' ? new TextEncoder().encode('line\n${nope}') : path === 'self.tpl' ? new TextEncoder().encode('${templatefile("self.tpl", {})}') : undefined), list: () => [] };
  const where = scopeOf({ text: stringValue('hi ${who}') }, files);
  expect(run('templatefile("t.tpl", {names = ["a", "b"]})', where).value).toMatchObject({ value: '- a\n- b\n' });
  expect(run('templatefile("bad.tpl", {})', where).problems[0]?.detail).toContain('bad.tpl:2: Unknown variable');
  expect(run('templatefile("self.tpl", {})', where).problems).toHaveLength(1);
  expect(run('templatestring(text, {who = "you"})', where).value).toMatchObject({ value: 'hi you' });
});

test('work without end ends with a problem', () => {
  for (const text of ['[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]]', 'range(1e9)']) {
    const { problems } = run(text);
    expect(problems.length, text.slice(0, 30)).toBeGreaterThan(0);
  }
});

test('type constraints, old and new', () => {
  const read = (text: string) => parseTypeConstraint(parseHclExpression(text, 'test.tf').expression);
  expect(typeExpression(read('map(object({ a = optional(list(string), ["x"]), b = number }))').type)).toBe('map(object({ a = optional(list(string)), b = number }))');
  expect(read('"list"').type).toEqual(listOf(DYNAMIC));
  expect(read('"string"').type).toEqual(STRING);
  expect(read('strnig').problems[0]?.detail).toContain('Did you mean "string"?');
  const database = read('list(object({ engine = optional(string, "postgres"), size = optional(object({ gb = optional(number, 20) }), {}) }))');
  expect(applyTypeConstraint(valueFromData([{}, { engine: null, size: { gb: '5' } }]), database)).toMatchObject({ kind: 'list', elements: [{ entries: new Map<string, unknown>([['engine', stringValue('postgres')], ['size', expect.objectContaining({ kind: 'object' })]]) }, {}] });
});
