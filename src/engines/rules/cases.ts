/** Runs the cases that stand in a rule, each against the rule alone: what a test and a rule's author call. */
import { parseAddress } from '../../formats/terraform/address.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import type { EstateMember } from './estate.ts';
import type { Rule, RuleCase, RuleTables } from './rule.ts';
import { prepareRules, runRules } from './run-rules.ts';

/** `undefined` where the case holds, otherwise what went differently. */
export function caseProblem(rule: Rule, oneCase: RuleCase, tables: RuleTables): string | undefined {
  const run = runRules(prepareRules([{ rules: [rule], tables, retired: [] }]), oneCase.states.map(memberOf));
  if (run.problems.length > 0) return run.problems.map((problem) => problem.message).join('; ');
  const found = run.matches.map((match) => match.resource.address).sort();
  const expected = [...oneCase.finds].sort();
  return JSON.stringify(found) === JSON.stringify(expected) ? undefined : `found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
}

function memberOf(state: RuleCase['states'][number], at: number): EstateMember {
  const path = `state-${at + 1}`;
  const resources = Object.entries(state).map(([address, attributes]) => {
    const place = parseAddress(address);
    if (place === undefined) throw new Error(`${address} is no address`);
    const { mode, type, name, module } = place;
    return { address, resource: address.replace(/\[[^\]]*\]$/, ''), module, mode, type, name, attributes: attributes as Record<string, AttributeValue> };
  });
  return { source: { path, root: path, workspace: 'default' }, model: { resources, outputs: [] } };
}
