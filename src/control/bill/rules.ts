/** Who pays by the platform's own rules: those that were set, or those that ship. */
import { DEFAULT_RULES, readAllocationRules, type AllocationRules } from '../../engines/bill-allocation/rules.ts';
import type { Bills } from '../../ports/bills.ts';

/** Throws ROADBED-8740, which setting them has refused before. */
export function rulesInForce(set: Awaited<ReturnType<Bills['allocation']>>): AllocationRules {
  return set === undefined ? DEFAULT_RULES : readAllocationRules(set.text, 'the rules of the platform');
}
