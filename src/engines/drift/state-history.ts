/**
 * D2: the states of one name in the order in which they were written.
 *
 * A state does not say who wrote it or why, so this says what changed and which changes no `apply` makes: a serial
 * that goes back (a push of an old copy), another lineage (another state under this name), a thing under a
 * new address (`state mv`, or a `moved` block), and a thing that others still refer to but that is no
 * longer recorded (`state rm`). States that follow each other with equal serials and contents are one.
 */
import type { ResourceInstance } from '../infrastructure/model.ts';
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import { attributeClass } from './attribute-class.ts';
import type { DriftResult, RecordedState } from './drift.ts';
import { DriftCollector } from './drift.ts';
import { recordedDifferences } from './recorded-differences.ts';
import type { ShownValue, ValuePrinter } from './shown-value.ts';
import { compareVersions } from './version-constraint.ts';

interface HistoryOptions {
  catalogue: ProviderCatalogue;
  printer: ValuePrinter;
}

/** Replacements of one address from which on it is told. */
const CHURNS = 3;

/** @param states Oldest first. */
export function driftOfHistory(states: readonly RecordedState[], options: HistoryOptions): DriftResult {
  const found = new DriftCollector();
  const replaced = new Map<string, { count: number; type: string }>();
  for (let at = 1; at < states.length; at += 1) compareStep(states[at - 1] as RecordedState, states[at] as RecordedState, options, found, replaced);
  for (const [address, { count, type }] of replaced) {
    if (count >= CHURNS) found.add({ level: 'D2', kind: 'churn', class: 'other', address, type, detail: `${count} times in ${states.length} states` });
  }
  return found.result();
}

/** A state's own name for its findings: the path as given. */
function compareStep(before: RecordedState, after: RecordedState, options: HistoryOptions, found: DriftCollector, replaced: Map<string, { count: number; type: string }>): void {
  const step = stepName(before, after);
  const whole = { level: 'D2', class: 'existence', address: after.source.path, type: 'terraform_state', detail: step } as const;
  const lineages = [before.source.lineage, after.source.lineage];
  if (lineages[0] !== undefined && lineages[1] !== undefined && lineages[0] !== lineages[1]) {
    found.add({ ...whole, kind: 'lineage-changed', from: text(lineages[0]), to: text(lineages[1]), fix: 'find out which of the two is the state of this name, and keep the other under a name of its own' });
    return;
  }
  const oldSerial = before.source.serial;
  const serial = after.source.serial;
  if (oldSerial !== undefined && serial !== undefined && serial < oldSerial) found.add({ ...whole, kind: 'serial-went-back', from: text(String(oldSerial)), to: text(String(serial)), fix: 'an old copy was pushed over a newer state: what was applied in between is no longer known to Terraform; import it again or restore the newer copy' });
  const versions = [before.source.terraformVersion, after.source.terraformVersion] as const;
  if (versions[0] !== undefined && versions[1] !== undefined && compareVersions(versions[1], versions[0]) < 0) found.add({ ...whole, kind: 'version-downgrade', class: 'other', from: text(versions[0]), to: text(versions[1]), fix: 'use one version everywhere: required_version, and the pipeline\'s image' });
  const changes = compareResources(before, after, step, options, found, replaced);
  if (oldSerial !== undefined && serial === oldSerial && changes > 0 && !keepsSerial(versions[1])) found.add({ ...whole, kind: 'serial-repeated', from: text(String(oldSerial)), to: text(String(serial)), fix: 'two writers had the same state at once: lock the state, and compare the two by hand' });
}

/** Before 0.12, Terraform wrote a state several times within one apply and counted once. */
function keepsSerial(version: string | undefined): boolean {
  return version !== undefined && compareVersions(version, '0.12.0') < 0;
}

function stepName(before: RecordedState, after: RecordedState): string {
  return `serial ${before.source.serial ?? '?'} to ${after.source.serial ?? '?'}`;
}

function text(value: string): ShownValue {
  return { text: value, hidden: false };
}

function compareResources(before: RecordedState, after: RecordedState, step: string, options: HistoryOptions, found: DriftCollector, replaced: Map<string, { count: number; type: string }>): number {
  const { catalogue, printer } = options;
  const old = managed(before);
  const fresh = managed(after);
  let changes = 0;
  const gone: ResourceInstance[] = [];
  const added: ResourceInstance[] = [];
  for (const [address, resource] of fresh) if (!old.has(address)) added.push(resource);
  for (const [address, resource] of old) {
    const now = fresh.get(address);
    if (now === undefined) {
      gone.push(resource);
      continue;
    }
    found.resources += 1;
    found.attributes += Object.keys(now.attributes).length;
    const type = catalogue.type(resource.type);
    const id = resource.attributes['id'];
    if (typeof id === 'string' && now.attributes['id'] !== id) replaced.set(address, { type: resource.type, count: (replaced.get(address)?.count ?? 0) + 1 });
    const differences = resource.type === now.type ? recordedDifferences(resource.attributes, now.attributes, type) : [];
    changes += differences.length;
    for (const { path, before: from, after: to } of differences) {
      found.add({ level: 'D2', kind: 'history-attribute', class: attributeClass(type, path), address, type: resource.type, attribute: path, from: printer.show(from, type, path), to: printer.show(to, type, path), detail: step });
    }
  }
  leftAndCame(gone, added, after, step, found);
  return changes + gone.length + added.length;
}

function leftAndCame(gone: readonly ResourceInstance[], added: readonly ResourceInstance[], after: RecordedState, step: string, found: DriftCollector): void {
  const byId = new Map<string, ResourceInstance | undefined>();
  for (const resource of added) {
    const key = identity(resource);
    if (key !== undefined) byId.set(key, byId.has(key) ? undefined : resource);
  }
  const mentioned = mentionsOf(after, gone);
  const moved = new Set<ResourceInstance>();
  for (const resource of gone) {
    const base = { level: 'D2', class: 'existence', address: resource.address, type: resource.type } as const;
    const target = byId.get(identity(resource) ?? '');
    const holder = mentioned.get(String(resource.attributes['id'] ?? ''));
    if (target !== undefined) {
      moved.add(target);
      found.add({ ...base, kind: 'history-moved', class: 'housekeeping', to: text(target.address), detail: step });
    } else if (holder !== undefined) found.add({ ...base, kind: 'history-forgotten', detail: `${step}; ${holder} still refers to it`, fix: `if it is still there, adopt it again: terraform import '${resource.address}' <id>` });
    else found.add({ ...base, kind: 'history-removed', class: 'housekeeping', detail: step });
  }
  for (const resource of added) if (!moved.has(resource)) found.add({ level: 'D2', kind: 'history-added', class: 'housekeeping', address: resource.address, type: resource.type, detail: step });
}

function managed(model: RecordedState): Map<string, ResourceInstance> {
  return new Map(model.resources.filter((one) => one.mode === 'managed').map((one) => [one.address, one]));
}

function identity(resource: ResourceInstance): string | undefined {
  const id = resource.attributes['arn'] ?? resource.attributes['self_link'] ?? resource.attributes['id'];
  return typeof id === 'string' && id !== '' ? JSON.stringify([resource.type, id]) : undefined;
}

/** Ids of `gone` that attributes of what is still there hold, with the first address that does. Short ids are equal by chance. */
function mentionsOf(after: RecordedState, gone: readonly ResourceInstance[]): Map<string, string> {
  const wanted = new Set(gone.map((one) => one.attributes['id']).filter((id) => typeof id === 'string' && id.length >= 6));
  const mentions = new Map<string, string>();
  if (wanted.size === 0) return mentions;
  const look = (value: unknown, address: string, depth: number): void => {
    if (typeof value === 'string') {
      if (wanted.has(value) && !mentions.has(value)) mentions.set(value, address);
    } else if (typeof value === 'object' && value !== null && depth < 40) for (const inner of Object.values(value)) look(inner, address, depth + 1);
  };
  for (const { address, attributes, mode } of [...after.resources].sort((a, b) => (a.address < b.address ? -1 : 1))) {
    if (mode === 'managed') for (const [name, value] of Object.entries(attributes)) if (name !== 'id' && name !== 'arn') look(value, address, 0);
  }
  return mentions;
}
