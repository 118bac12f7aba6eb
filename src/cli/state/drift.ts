/**
 * The drift part of `roadbed state`: reads what it is compared with, compares, takes out what is accepted.
 *
 * Nothing is compared that was not given. Hidden values are shown as hashes with a key of this run alone; a baseline
 * knows them by slow hashes with a salt of its own.
 */
import { randomBytes } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { Finding } from '../../domain/finding.ts';
import { isStateAddress, parseStateAddress } from '../../domain/state-address.ts';
import { baselineOf, hiddenValueMarks, readBaseline } from '../../engines/drift/baseline.ts';
import type { RecordedResources, RecordedState } from '../../engines/drift/drift.ts';
import { readIgnoreRules } from '../../engines/drift/ignore-rules.ts';
import { readProviderLock } from '../../engines/drift/locked-versions.ts';
import type { DriftInput, DriftReport } from '../../engines/drift/report.ts';
import { detectDrift, reportDrift } from '../../engines/drift/report.ts';
import { modelFromState } from '../../engines/infrastructure/from-state.ts';
import type { ResourceInstance } from '../../engines/infrastructure/model.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import type { Redactor } from '../../engines/redaction/redactor.ts';
import { installedModules } from '../../engines/terraform/module/module-source.ts';
import { readInventory } from '../../formats/inventory/read-inventory.ts';
import { readPlan } from '../../formats/terraform/plan.ts';
import { readState } from '../../formats/terraform/state.ts';
import { writeWhole } from '../docs/write-file.ts';
import type { Session } from '../session.ts';
import type { GivenCode } from './code.ts';
import { storageOptions } from './find-states.ts';
import type { StateFlags } from './options.ts';
import type { ReadStates } from './read-states.ts';
import { textOfBytes } from './state-text.ts';

const MOST_SERIALS = 1000;
const MOST_VERSIONS = 50;

/** Whether something to compare with was given: then every attribute matters. */
export function comparesStates(flags: StateFlags): boolean {
  return flags.code !== undefined || flags.history !== undefined || flags.plan !== undefined || flags.inventory !== undefined;
}

/** Undefined when nothing to compare with was given. Throws ROADBED-825n for what cannot be read. */
export async function driftOf(session: Session, flags: StateFlags, catalogue: ProviderCatalogue, read: ReadStates, code: GivenCode | undefined): Promise<DriftReport | undefined> {
  if (!comparesStates(flags)) return undefined;
  const states = read.members.map(({ model, source }): RecordedResources => ({ resources: model.resources as readonly ResourceInstance[], origin: { root: source.root, workspace: source.workspace, source: source.path } }));
  const input: DriftInput = {
    states,
    ...(states[0] === undefined ? {} : { state: states[0] }),
    ...(code === undefined ? {} : { code: code.model, versions: versionsOf(code, read) }),
    ...(flags.history === undefined ? {} : { history: await historyOf(session, flags, flags.history, read, catalogue) }),
    ...(flags.plan === undefined ? {} : { plan: readPlan(await textOf(session, flags.plan), flags.plan) }),
    ...(flags.inventory === undefined ? {} : { inventory: readInventory(await textOf(session, flags.inventory), flags.inventory) }),
  };
  const origin = states[0]?.origin ?? { root: 'default', workspace: 'default', source: '' };
  const now = new Date(session.now()).toISOString();
  const baseline = flags.baseline === undefined ? undefined : readBaseline(await given(flags.baseline), flags.baseline);
  const salt = baseline?.salt ?? (flags.writeBaseline === undefined ? undefined : randomBytes(16).toString('hex'));
  const marker = salt === undefined ? {} : { marker: hiddenValueMarks(salt, session.streams.environment['ROADBED_BASELINE_KEY'] ?? '') };
  const report = reportDrift(detectDrift(input, { catalogue, key: randomBytes(32), ...marker }), {
    ...origin,
    today: now.slice(0, 10),
    ...(flags.driftIgnore === undefined ? {} : { rules: readIgnoreRules(await given(flags.driftIgnore), flags.driftIgnore) }),
    ...(baseline === undefined ? {} : { baseline }),
  });
  if (flags.writeBaseline !== undefined) await writeWhole(flags.writeBaseline, `${JSON.stringify(baselineOf(report.drifts, origin, now, salt), undefined, 2)}\n`);
  return report;
}

function versionsOf(code: GivenCode, read: ReadStates): NonNullable<DriftInput['versions']> {
  const installed = code.installed === undefined ? undefined : installedModules(code.installed, '.');
  return {
    tree: code.tree,
    ...(code.lock === undefined ? {} : { lock: readProviderLock(code.lock, '.terraform.lock.hcl') }),
    ...(installed === undefined ? {} : { installed }),
    ...(read.terraformVersion === undefined ? {} : { terraformVersion: read.terraformVersion }),
  };
}

async function textOf(session: Session, path: string): Promise<string> {
  const input = await session.platform.infrastructure.open({ path });
  if (input.kind === 'folder') throw unreadable(path, 'it is a folder');
  return input.text;
}

async function given(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause.code ?? cause.message);
  });
}

function unreadable(path: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-8255', class: 'not-found', message: `${path} cannot be read`, why, next: 'give the path of a file' });
}

/** Of a folder all its states, in the order of their names, numbers by value; of a file that and the state given. */
async function historyOf(session: Session, { workspace }: StateFlags, path: string, read: ReadStates, catalogue: ProviderCatalogue): Promise<RecordedState[]> {
  if (isStateAddress(path)) return await versionsAt(session, path, workspace, catalogue);
  const kind = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause.code ?? cause.message);
  });
  const model = async (file: string): Promise<RecordedState> => modelFromState(readState(await given(file), file), { path, sensitiveAttributes: (type) => catalogue.type(type).sensitive });
  if (!kind.isDirectory()) {
    const [current] = read.members;
    if (current === undefined || read.current === undefined) throw unreadable(path, 'there is no state to compare it with');
    return [await model(path), { resources: current.model.resources as readonly ResourceInstance[], source: { kind: 'state', path: current.source.path, ...read.current } }];
  }
  const names = (await readdir(path)).filter((name) => /\.(tfstate|json|backup)$|\.tfstate\.|^\d+$/.test(name)).sort(byNumbers);
  if (names.length < 2) throw new PlatformError({ code: 'ROADBED-8256', class: 'invalid', message: `${path} is no history of states`, why: `it holds ${names.length === 0 ? 'no state' : 'one state'}`, next: 'put two or more serials of one state into it, named so that their order is their age' });
  if (names.length > MOST_SERIALS) throw new PlatformError({ code: 'ROADBED-8256', class: 'invalid', message: `${path} has more states than are compared`, why: `${names.length}, at most ${MOST_SERIALS}`, next: 'give the newest ones' });
  const states: RecordedState[] = [];
  for (const name of names) states.push(await model(join(path, name)));
  return states;
}

/** The kept versions of one state in a bucket, oldest first. */
async function versionsAt(session: Session, address: string, workspace: string | undefined, catalogue: ProviderCatalogue): Promise<RecordedState[]> {
  const storage = await session.platform.infrastructure.stateStorage();
  const versions = await storage.versions(parseStateAddress(address), storageOptions(session, workspace), MOST_VERSIONS);
  if (versions.length < 2) throw new PlatformError({ code: 'ROADBED-8256', class: 'invalid', message: `${versions[0]?.name ?? 'the address'} has no history`, why: 'the storage keeps no earlier version of it', next: 'switch versioning on for the bucket or container; it holds from then on' });
  const states: RecordedState[] = [];
  for (const version of versions) states.push(modelFromState(readState(await textOfBytes(version.read(), version.name), version.name), { path: version.name, sensitiveAttributes: (type) => catalogue.type(type).sensitive }));
  return states;
}

function byNumbers(a: string, b: string): number {
  const one = a.match(/\d+|\D+/g) ?? [];
  const other = b.match(/\d+|\D+/g) ?? [];
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    const [left = '', right = ''] = [one[at], other[at]];
    if (left === right) continue;
    const numbers = Number(left) - Number(right);
    return Number.isNaN(numbers) || numbers === 0 ? (left < right ? -1 : 1) : numbers;
  }
  return one.length - other.length;
}

/** Keys of `for_each` and names of files may hold secrets too: every text goes through the one gate. */
export function redactedFinding(finding: Finding, redactor: Redactor): Finding {
  const text = (one: string): string => redactor.text(one);
  return {
    ...finding,
    subject: { ...finding.subject, reference: text(finding.subject.reference), name: text(finding.subject.name), type: text(finding.subject.type), source: text(finding.subject.source) },
    sentence: text(finding.sentence),
    evidence: finding.evidence.map(({ name, value }) => ({ name: text(name), value: text(value) })),
    fix: { ...finding.fix, text: text(finding.fix.text) },
  };
}

/** What a person reads beside the findings: one line a thing. */
export function driftNotes(report: DriftReport): string[] {
  const { compared, notCompared, groups, known, settled, expiredRules, unusedRules } = report;
  return [
    `Drift: ${compared.resources} resources and ${compared.attributes} attributes compared`,
    ...notCompared.map(({ reason, count, example }) => `not compared: ${count} (${reason}), such as ${example}`),
    ...groups.filter((group) => group.drifts.length > 2).slice(0, 10).map(({ example, drifts }) => `the same in ${drifts.length} places: ${example.type}${example.attribute === undefined ? ` ${example.kind}` : `.${example.attribute} ${example.from?.text ?? ''} to ${example.to?.text ?? ''}`}`),
    ...(known.length === 0 && settled === 0 ? [] : [`baseline: ${known.length} accepted, ${settled} gone`]),
    ...expiredRules.map((rule) => `the ignore rule of line ${rule.line} for ${rule.address} ended on ${rule.expires}`),
    ...unusedRules.map((rule) => `the ignore rule of line ${rule.line} for ${rule.address} matches nothing`),
  ];
}
