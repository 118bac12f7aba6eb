import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeProblem } from '../../domain/source-problem.ts';
import { parseScore } from './parse.ts';
import schema from './score-v1b1.schema.json' with { type: 'json' };

const DATA = process.env['ROADBED_CONFORMANCE_DATA'];
if (DATA === undefined) console.log('score samples skipped: set ROADBED_CONFORMANCE_DATA to a folder with score/samples of score-spec');

const MINIMAL = 'apiVersion: score.dev/v1b1\nmetadata:\n  name: checkout\ncontainers:\n  web:\n    image: .\n';

function problemsOf(text: string): string[] {
  return parseScore(text, 'score.yaml').problems.map(describeProblem);
}

describe.skipIf(DATA === undefined)('the official samples', () => {
  const folder = join(DATA ?? '', 'score');
  const samples = DATA === undefined ? [] : readdirSync(join(folder, 'samples'));

  test('there are 21 of them', () => {
    expect(samples.length).toBe(21);
  });

  test.each(samples)('%s is valid', (name) => {
    const parsed = parseScore(readFileSync(join(folder, 'samples', name), 'utf8'), name);
    expect(parsed.problems).toEqual([]);
    expect(parsed.document?.apiVersion).toBe('score.dev/v1b1');
  });

  test('the committed schema is the published one', () => {
    expect(schema).toEqual(JSON.parse(readFileSync(join(folder, 'score-v1b1.json'), 'utf8')));
  });
});

test('a minimal file is a document', () => {
  expect(parseScore(MINIMAL, 'score.yaml')).toMatchObject({ problems: [], document: { apiVersion: 'score.dev/v1b1', metadata: { name: 'checkout' }, containers: { web: { image: '.' } } } });
});

test.each([
  ['an empty file', '', ['score.yaml:1:1: the file is empty (a Score file begins with apiVersion: score.dev/v1b1)']],
  ['only a comment', '# nothing\n', ['score.yaml:1:1: the file is empty (a Score file begins with apiVersion: score.dev/v1b1)']],
  ['two documents', `${MINIMAL}---\n${MINIMAL}`, ['score.yaml:8:1: a Score file has one document, this one has several']],
  ['a missing image', MINIMAL.replace('    image: .', '    command: [a]'), ['score.yaml:5:3: containers.web: "image" is missing']],
  ['an unknown top-level field', `${MINIMAL}replicas: 3\n`, ['score.yaml:7:1: replicas: "replicas" is not a field of Score v1b1 (known here: apiVersion, metadata, service, containers, resources)']],
  ['a misspelt field', MINIMAL.replace('image: .', 'image: .\n    varaibles: {A: b}'), ['score.yaml:7:5: containers.web.varaibles: "varaibles" is not a field of Score v1b1 (did you mean "variables"?)']],
  ['a number for a string', MINIMAL.replace('image: .', 'image: .\n    variables:\n      PORT: 80'), ['score.yaml:8:13: containers.web.variables.PORT: must be a string, is the number 80 (write "80" in quotes)']],
  ['another version', MINIMAL.replace('v1b1', 'v2'), ['score.yaml:1:13: apiVersion: "score.dev/v2" must match pattern "^score\\.dev/v1b1$" (write score.dev/v1b1)']],
  ['a port out of range', `${MINIMAL}service:\n  ports:\n    web:\n      port: 70000\n`, ['score.yaml:10:13: service.ports.web.port: 70000 must be <= 65535']],
  ['no container', MINIMAL.replace(/containers:[^]*$/, 'containers: {}\n'), ['score.yaml:4:1: containers: needs at least one entry']],
  ['a file with two contents', MINIMAL.replace('image: .', 'image: .\n    files:\n      /a: {content: x, source: y}'), ['score.yaml:8:7: containers.web.files["/a"]: needs exactly one of content, binaryContent and source']],
  ['a target in the map form', MINIMAL.replace('image: .', 'image: .\n    files:\n      /a: {content: x, target: /b}'), ['score.yaml:8:24: containers.web.files["/a"].target: "target" may not stand in the map form: the key is the target']],
  ['an empty probe', MINIMAL.replace('image: .', 'image: .\n    readinessProbe: {}'), ['score.yaml:7:5: containers.web.readinessProbe: a probe needs httpGet or exec']],
  ['a bad container name', MINIMAL.replace('web:', 'Web_1:'), ['score.yaml:5:3: containers.Web_1: the name "Web_1" must match pattern "^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$"']],
  ['a list at the top', '- a\n', ['score.yaml:1:1: must be a map, is a list']],
])('%s is told with its place', (_what, text, expected) => {
  expect(problemsOf(text)).toEqual(expected);
});

test('a syntax error has its line and column', () => {
  expect(problemsOf('apiVersion: score.dev/v1b1\nmetadata: {name: a\n')[0]).toMatch(/^score\.yaml:3:1: not valid YAML: /);
  expect(problemsOf(`${MINIMAL}metadata:\n  name: twice\n`)[0]).toMatch(/^score\.yaml:7:1: not valid YAML: Map keys must be unique/);
});

test('an alias bomb is refused', () => {
  const levels = Array.from({ length: 12 }, (_, index) => `l${index}: &l${index} [${Array(10).fill(index === 0 ? 'x' : `*l${index - 1}`).join(', ')}]`);
  expect(problemsOf(levels.join('\n'))[0]).toMatch(/too many aliases/);
});

test('endless nesting is refused', () => {
  expect(problemsOf('['.repeat(100_000))[0]).toMatch(/nested deeper/);
  expect(problemsOf(`a: ${'- '.repeat(5_000)}x`)[0]).toMatch(/nested|not valid YAML/);
  expect(problemsOf(Array.from({ length: 3_000 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'))[0]).toMatch(/nested|are read/);
});

test('a file that is too large is refused before it is read', () => {
  expect(problemsOf(`# ${'x'.repeat(1_100_000)}`)[0]).toMatch(/at most 524288 are read/);
});

test('no text makes it throw, and every problem has a place', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom(...MINIMAL.split(/(?<=[\s:])/), '- ', '{', ']', '&a ', '*a', '<<: ', '!!x ')).map((parts) => parts.join(''))), (text) => {
      const parsed = parseScore(text, 'f');
      expect((parsed.document === undefined) === (parsed.problems.length > 0)).toBe(true);
      for (const problem of parsed.problems) expect(problem.line >= 1 && problem.column >= 1 && problem.message.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});
