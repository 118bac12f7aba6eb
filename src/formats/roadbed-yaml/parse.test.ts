import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeProblem } from '../../domain/source-problem.ts';
import { parseCommand } from './commands.ts';
import { parseRoadbedFile, ROADBED_FILE, type ParsedRoadbedFile } from './parse.ts';
import { parseStart, printStart, startArguments } from './start.ts';

const read = (text: string): ParsedRoadbedFile => parseRoadbedFile(text, ROADBED_FILE, () => []);

const FULL = `version: 1
pipeline:
  steps:
    - name: install
      run: [npm ci]
      caches:
        - { name: npm, path: ~/.npm }
      limits: { memory: 1Gi, processes: 200, disk: 2Gi }
    - name: test
      needs: [install]
      run:
        - npm test
        - [sh, -c, "echo a && echo b"]
      environment: { NODE_ENV: test }
      timeout: 90s
  artifact: { path: dist, exclude: [maps] }
start:
  static: .
  fallback: index.html
environments:
  prod:
    variables: { LOG_LEVEL: warn }
    strategy:
      steps: [{ setWeight: 10 }, { pause: { duration: 30s } }]
  dev: {}
`;

test('a full file becomes a pipeline, a start, configuration and strategies', () => {
  expect(read(FULL)).toEqual({
    problems: [],
    file: {
      pipeline: {
        origin: 'roadbed.yaml',
        steps: [
          { name: 'install', needs: [], commands: [['npm', 'ci']], timeoutSeconds: 600, caches: [{ name: 'npm', path: '~/.npm' }], limits: { memoryBytes: 2 ** 30, processes: 200, diskBytes: 2 ** 31 } },
          { name: 'test', needs: ['install'], commands: [['npm', 'test'], ['sh', '-c', 'echo a && echo b']], timeoutSeconds: 90, environment: { NODE_ENV: 'test' } },
        ],
        artifact: { path: 'dist', exclude: ['maps'] },
      },
      start: { schemaVersion: 1, kind: 'static', root: '.', fallback: 'index.html' },
      configuration: { prod: { LOG_LEVEL: 'warn' } },
      strategies: { prod: { steps: [{ setWeight: 10 }, { pause: { duration: '30s' } }] } },
    },
  });
});

test('a file with only a version, and an empty one, change nothing', () => {
  expect(read('version: 1\n').file).toEqual({ configuration: {}, strategies: {} });
  expect(read('').problems.length).toBeLessThanOrEqual(1);
});

const step = (extra: string): string => `version: 1\npipeline:\n  steps:\n    - name: a\n      run: [x]\n${extra}`;

test.each([
  ['version: 1\npipelines: {}\n', 'roadbed.yaml:2:1: pipelines: "pipelines" is not known here (did you mean "pipeline"?)'],
  ['version: 2\n', 'roadbed.yaml:1:10: version: 2 is more than 1'],
  ['pipeline: { steps: [] }\n', '"version" is missing'],
  [step('      neds: [b]\n'), 'roadbed.yaml:6:7: pipeline.steps[0].neds: "neds" is not known here (did you mean "needs"?)'],
  [step('      needs: [b]\n'), 'roadbed.yaml:6:15: pipeline.steps[0].needs[0]: there is no step "b"'],
  [step('      needs: [a]\n'), 'a step cannot need itself'],
  [step('    - name: a\n      run: [y]\n'), 'roadbed.yaml:6:13: pipeline.steps[1].name: "a" is the name of an earlier step'],
  [step('      timeout: 9h\n'), 'must be between 1s and 2h'],
  [step('      timeout: soon\n'), '"soon" is not of the right form'],
  [step('      environment: { PORT: 80 }\n'), 'must be text, is a whole number (write "80" in quotes)'],
  [step('      environment: { "A B": x }\n'), 'is not the name of a variable'],
  [step('      caches: [{ name: c, path: ../../etc }]\n'), 'must be a folder in the workspace'],
  [step('      caches: [{ name: c, path: /etc }]\n'), 'must be a folder in the workspace'],
  ['version: 1\npipeline:\n  steps:\n    - name: a\n      run: [a && b]\n', 'the line needs a shell, and commands run without one (write [sh, -c, "a && b"])'],
  ['version: 1\npipeline:\n  steps: []\n  artifact: { path: ../x }\n', 'must be a folder of the workspace'],
  ['version: 1\nstart: { command: [a], static: b }\n', 'needs either "command" or "static"'],
  ['version: 1\nstart: { static: /etc }\n', 'must be a path inside the artifact'],
  ['version: 1\nenvironments: { prod: { strategy: { steps: [{ setWeight: 101 }] } } }\n', '101 is more than 100'],
  ['version: 1\nenvironments: { prod: { strategy: { steps: [{ analysis: { checks: [{ name: x, metric: sucessRate, minSamples: 1, noData: wait }] } }] } } }\n', 'did you mean "successRate"?'],
  ['version: 1\nenvironments: { PROD: {} }\n', 'is not the name of an environment'],
  ['version: 1\ninfrastructure:\n  - { path: ../x }\n', 'roadbed.yaml:3:13: infrastructure[0].path: must be a folder of the repository'],
  ['version: 1\ninfrastructure:\n  - { path: a, name: x }\n  - { path: b, name: x }\n', 'roadbed.yaml:4:22: infrastructure[1].name: "x" stands here twice (give each root a name of its own)'],
  ['version: 1\ninfrastructure:\n  - { path: a, variableFiles: [../ok.tfvars, ../../no.tfvars] }\n', 'roadbed.yaml:3:46: infrastructure[0].variableFiles[1]: must be a file of the repository'],
  ['version: 1\ninfrastructure:\n  - { path: a, workspaces: x }\n', 'did you mean "workspace"?'],
  ['version: 1\nversion: 1\n', 'roadbed.yaml:2:1: not valid YAML'],
  ['a: [\n', 'not valid YAML'],
  ['- 1\n', 'must be a map, is a list'],
])('%j says %j', (text, says) => {
  const { problems, file } = read(text);
  expect(file).toBeUndefined();
  expect(problems.map(describeProblem).join('\n')).toContain(says);
});

test.each([
  ['npm ci', ['npm', 'ci']],
  ['  node  --test "my file.js" \'$HOME\' ', ['node', '--test', 'my file.js', '$HOME']],
  ['echo a"b c"d', ['echo', 'ab cd']],
])('%j is the command %j', (line, command) => {
  expect(parseCommand(line)).toEqual({ ok: true, command });
});

test.each(['a | b', 'a; b', 'a > b', 'echo $HOME', 'echo $(x)', 'cd x', 'a "b', 'a \\b', '', 'a\nb', [], [1], ['']])('%j is no command', (value) => {
  expect(parseCommand(value).ok).toBe(false);
});

test('a fault that the rules of strategies find is told with its line and column', () => {
  const text = 'version: 1\nenvironments:\n  prod:\n    strategy:\n      steps:\n        - setWeight: 10\n        - pause: { duration: 1s }\n';
  const { problems } = parseRoadbedFile(text, ROADBED_FILE, () => [{ field: 'steps[1].pause.duration', reason: 'FieldValueInvalid', message: 'is too short' }]);
  expect(problems.map(describeProblem)).toEqual(['roadbed.yaml:7:30: environments.prod.strategy.steps[1].pause.duration: is too short']);
});

test('a list of arguments is taken as it is', () => {
  fc.assert(fc.property(fc.array(fc.string({ minLength: 1 }).filter((text) => !text.includes('\0')), { minLength: 1, maxLength: 20 }), (command) => {
    expect(parseCommand(command)).toEqual({ ok: true, command });
  }));
});

test('whatever is in the file, the reader answers with a file or with problems', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const names = fc.constantFrom('version', 'pipeline', 'steps', 'name', 'run', 'needs', 'artifact', 'path', 'start', 'environments', 'prod', 'strategy', 'variables', 'x');
  const value = fc.letrec((tie) => ({ node: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('node'), { maxLength: 3 }), fc.dictionary(names, tie('node'), { maxKeys: 4 })) })).node;
  fc.assert(fc.property(value, (content) => {
    const { file, problems } = read(JSON.stringify(content));
    expect(file === undefined).toBe(problems.length > 0);
    for (const problem of problems) expect(problem.line).toBeGreaterThan(0);
  }), { numRuns: 300 });
});

test('a start file is read back, and nothing else is taken for one', () => {
  const starts = [{ schemaVersion: 1, kind: 'command', command: ['node', 'server.js'] }, { schemaVersion: 1, kind: 'static', root: 'public', fallback: 'index.html' }, { schemaVersion: 1, kind: 'static', root: '.' }] as const;
  for (const start of starts) expect(parseStart(printStart(start as Parameters<typeof printStart>[0]))).toEqual(start);
  for (const text of ['', '{}', 'null', '[]', '{"schemaVersion":2,"kind":"static","root":"."}', '{"schemaVersion":1,"kind":"static","root":"../x"}', '{"schemaVersion":1,"kind":"command","command":[]}']) {
    expect(parseStart(text)).toBeUndefined();
  }
  expect(startArguments({ schemaVersion: 1, kind: 'static', root: 'public', fallback: 'index.html' }, { node: '/n', staticServer: '/s.ts' })).toEqual(['/n', '/s.ts', 'public', '--fallback', 'index.html']);
});
