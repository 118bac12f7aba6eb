/** Every shipped rule proves itself by the cases that stand in it; state boundaries make no difference. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { caseProblem } from './cases.ts';
import type { RuleFile } from './rule.ts';
import { prepareRules } from './run-rules.ts';
import { asRuleFile, repeatedIds, ruleFileProblems } from './validate.ts';

const folder = join(import.meta.dirname, '../../../rules/waste');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort().map((name) => ({ name, parsed: parse(readFileSync(join(folder, name), 'utf8')) as unknown }));
const readable: RuleFile[] = files.filter(({ parsed }) => ruleFileProblems(parsed).length === 0).map(({ parsed }) => asRuleFile(parsed));

test('the files are well formed, no id is used twice, and every expression compiles', () => {
  expect(files.flatMap(({ name, parsed }) => ruleFileProblems(parsed).map((problem) => `${name}: ${problem}`))).toEqual([]);
  expect(repeatedIds(readable)).toEqual([]);
  expect(prepareRules(readable).problems).toEqual([]);
  expect(readable.length).toBe(files.length);
});

const tables = Object.assign({}, ...readable.map((file) => file.tables)) as RuleFile['tables'];
for (const rule of readable.flatMap((file) => file.rules)) {
  describe(rule.id, () => {
    for (const one of rule.cases) {
      test(one.name, () => expect(caseProblem(rule, one, tables)).toBeUndefined());
      test(`${one.name}, with every resource in a state of its own`, () => {
        const apart = one.states.flatMap((state) => Object.entries(state).map(([address, attributes]) => ({ [address]: attributes })));
        expect(caseProblem(rule, { ...one, states: apart }, tables)).toBeUndefined();
      });
    }
  });
}
