/** What every analysis of states reads once in a thread: rules, catalogue, prices; and the gate of a key. */
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import { PriceBook } from '../../engines/price-book/price-book.ts';
import { Redactor } from '../../engines/redaction/redactor.ts';
import { prepareRules, type PreparedRules } from '../../engines/rules/run-rules.ts';
import type { RuleFile } from '../../engines/rules/rule.ts';
import { ValueGate } from '../../engines/state-record/hidden-values.ts';
import { keptAttributes, type KeptAttributes } from '../../engines/state-record/kept-attributes.ts';
import { shownAttributes } from '../../engines/waste/waste-findings.ts';
import { ownPrices, shippedPrices } from '../price-files.ts';
import { loadRules } from '../rule-files.ts';
import { ownFolders } from './own-files.ts';

export interface StateWorld {
  catalogue: ProviderCatalogue;
  rules: readonly RuleFile[];
  /** Of own files: which were left out, and why. */
  ruleProblems: readonly string[];
  prepared: PreparedRules;
  kept: KeptAttributes;
  book: PriceBook;
}

let world: StateWorld | undefined;

/** `extensions`: the platform team's folder. An own file of rules with a fault is left out whole and told; a faulty own price is ROADBED-83nn, which the start has refused before. */
export function stateWorld(catalogue: ProviderCatalogue, extensions?: string): StateWorld {
  if (world !== undefined) return world;
  const { rules, prices } = ownFolders(extensions);
  const { files, problems } = loadRules('waste', 'all', rules);
  world = { catalogue, rules: files, ruleProblems: problems, prepared: prepareRules(files), kept: keptAttributes(files, catalogue), book: new PriceBook(shippedPrices(), prices === undefined ? [] : ownPrices(prices)) };
  return world;
}

export function gateOf({ catalogue, kept }: StateWorld, key: Uint8Array): ValueGate {
  return new ValueGate({ key, kept, sensitive: (type) => catalogue.type(type).sensitive });
}

export function redactorOf({ catalogue, rules }: StateWorld, key: Uint8Array): Redactor {
  return new Redactor({ key, allowed: shownAttributes(rules), sensitive: (type) => catalogue.type(type).sensitive });
}
