/**
 * D4: what a refresh found, from a plan in JSON (`terraform plan -refresh-only`, or any plan): `resource_drift`.
 *
 * The exact drift as the provider sees it, made by a pipeline that has the credentials. Data sources and entries
 * without an action are none; unknown parts are none; a deleted thing is one drift and not one for each attribute.
 */
import type { PlanChange, PlanFile } from '../../formats/terraform/plan.ts';
import type { JsonValue } from '../../formats/terraform/json-document.ts';
import { markSensitive } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import { attributeClass } from './attribute-class.ts';
import type { DriftResult } from './drift.ts';
import { DriftCollector } from './drift.ts';
import { recordedDifferences } from './recorded-differences.ts';
import type { ValuePrinter } from './shown-value.ts';

interface RefreshOptions {
  catalogue: ProviderCatalogue;
  printer: ValuePrinter;
}

export function driftOfRefresh(plan: PlanFile, options: RefreshOptions): DriftResult {
  const found = new DriftCollector();
  for (const change of plan.drift) {
    if (change.mode !== 'managed' || change.deposed !== undefined) continue;
    found.resources += 1;
    if (change.actions.includes('delete') || change.after === null) {
      found.add({ level: 'D4', kind: 'refresh-deleted', class: 'existence', address: change.address, type: change.type, fix: `apply to make it again, or take it out of code and state` });
    } else if (!change.actions.every((action) => action === 'no-op' || action === 'read')) differences(change, options, found);
  }
  return found.result();
}

function differences(change: PlanChange, { catalogue, printer }: RefreshOptions, found: DriftCollector): void {
  const type = catalogue.type(change.type);
  const before = marked(change.before, change.sensitiveBefore, type.sensitive);
  const after = marked(change.after, [...change.sensitiveAfter, ...change.sensitiveBefore], type.sensitive);
  for (const { path, before: from, after: to } of recordedDifferences(before, after, type, true)) {
    found.attributes += 1;
    found.add({ level: 'D4', kind: 'refresh-attribute', class: attributeClass(type, path), address: change.address, type: change.type, attribute: path, from: printer.show(from, type, path), to: printer.show(to, type, path) });
  }
}

function marked(value: JsonValue, paths: PlanChange['sensitiveBefore'], known: readonly string[]): AttributeValue {
  const present = known.filter((name) => typeof value === 'object' && value !== null && Object.hasOwn(value, name)).map((name) => [name]);
  return markSensitive(value, [...paths, ...present]);
}
