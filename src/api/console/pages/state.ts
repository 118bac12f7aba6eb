/** The state side of a root: its serials by workspace, and what an overlay lays on its diagrams. */
import { SEVERITIES, type Severity } from '../../../domain/finding.ts';
import type { Findings, StoredFinding } from '../../../ports/findings.ts';
import type { StateSerial, TerraformState, TerraformStates } from '../../../ports/terraform-states.ts';
import type { Overlay, RootState, RootStates, SerialView } from '../../contract/state-page.ts';
import type { RepositoryName } from '../infrastructure-reads.ts';
import { totalsView } from './findings.ts';

const LISTED_SERIALS = 60;
const MOST_FINDINGS = 5_000;
const SENTENCES = 3;

export interface StateReads {
  store: Findings;
  states: TerraformStates;
}

/** States of a root, the workspace `default` first. */
export async function statesOfRoot({ states }: StateReads, repository: RepositoryName, root: string): Promise<TerraformState[]> {
  const all = await states.list([repository.namespace]);
  return all.filter((state) => state.root === root && state.repository === repository.name).sort((a, b) => Number(b.workspace === 'default') - Number(a.workspace === 'default') || (a.workspace < b.workspace ? -1 : 1));
}

/** Without a store of states there are none. */
export async function rootStates(reads: StateReads | undefined, repository: RepositoryName, root: string, options: { keptSerials: number }): Promise<RootStates> {
  const [found, estate] = reads === undefined ? [[], {}] : await Promise.all([statesOfRoot(reads, repository, root), reads.states.estate()]);
  const { coverage } = estate;
  return {
    states: reads === undefined ? [] : await Promise.all(found.map((state) => rootState(reads, state))),
    command: `terraform state pull | roadbed state push - --root ${quoted(root)} --repository ${repository.name} -n ${repository.namespace}`,
    keptSerials: options.keptSerials,
    coverage: {
      states: coverage?.states ?? 0, rules: coverage?.rules ?? 0, resources: coverage?.resources ?? 0, resourcesWithRules: coverage?.resourcesWithRules ?? 0,
      typesWithoutRules: typesOf(found, coverage?.typesWithoutRules ?? []), problems: [...(coverage?.problems ?? [])],
      ...(estate.analysedAt === undefined ? {} : { at: estate.analysedAt }),
    },
  };
}

/** Types are of the provider, not of a team; without a state of one's own there is nothing to tell. */
function typesOf(states: readonly TerraformState[], types: readonly { type: string; count: number }[]): RootStates['coverage']['typesWithoutRules'] {
  return states.length === 0 ? [] : types.slice(0, 30).map(({ type, count }) => ({ type, count }));
}

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function rootState({ store, states }: StateReads, state: TerraformState): Promise<RootState> {
  const serials = await states.serials(state.id, LISTED_SERIALS);
  const source = sourceOf(state);
  const trouble = / (failed .*|in part: .*)$/s.exec(state.analysed ?? '')?.[1];
  return {
    workspace: state.workspace,
    source,
    serials: serials.map(serialView),
    moreSerials: Math.max(0, state.serials - serials.length),
    pending: state.analysed?.split(' ')[0] !== String(state.newest.number),
    ...(trouble === undefined ? {} : { trouble }),
    totals: totalsView(await store.totals({ namespaces: [state.namespace], source })),
    comparisons: state.comparisons.map(({ kind, receivedAt, receivedBy, summary }) => ({ kind, receivedAt, receivedBy, findings: summary.findings, resources: summary.compared.resources, notCompared: summary.notCompared.map(({ reason, count }) => ({ reason, count })) })),
  };
}

/** As runs of the analyses write it. */
export function sourceOf({ repository, root, workspace }: Pick<TerraformState, 'repository' | 'root' | 'workspace'>): string {
  const name = repository === '' ? root : root === '.' ? repository : `${repository}/${root}`;
  return workspace === 'default' ? name : `${name} (${workspace})`;
}

function serialView({ changes, cost, ...serial }: StateSerial): SerialView {
  const part = (one: { count: number; addresses: readonly string[] }): { count: number; addresses: string[] } => ({ count: one.count, addresses: [...one.addresses] });
  return {
    ...serial,
    ...(changes === undefined ? {} : { changes: { added: part(changes.added), changed: part(changes.changed), removed: part(changes.removed) } }),
    ...(cost === undefined ? {} : { cost: { ...(cost.monthly === undefined ? {} : { monthly: cost.monthly }), currency: cost.currency, resources: cost.coverage.resources, priced: cost.coverage.priced + cost.coverage.partly, free: cost.coverage.free + cost.coverage.elsewhere, unknown: cost.coverage.unknown, usage: cost.coverage.usage, ...(cost.oldestPrice === undefined ? {} : { oldestPrice: cost.oldestPrice }) } }),
  };
}

/** Undefined where no state was pushed. */
export async function overlayOf(reads: StateReads, repository: RepositoryName, root: string, workspace: string | undefined): Promise<Overlay | undefined> {
  const found = await statesOfRoot(reads, repository, root);
  const state = workspace === undefined ? found[0] : found.find((one) => one.workspace === workspace);
  if (state === undefined) return undefined;
  const findings = await reads.store.list({ namespaces: [state.namespace], source: sourceOf(state), areas: ['drift', 'waste'], limit: MOST_FINDINGS });
  const [newest] = await reads.states.serials(state.id, 2);
  // While the newest serial is being looked at, the cost of the one before is the best there is.
  const cost = newest?.cost ?? (await reads.states.serials(state.id, 2))[1]?.cost;
  return {
    workspace: state.workspace,
    serial: state.newest.serial,
    pushedAt: state.newest.pushedAt,
    drift: byAddress(findings, 'drift'),
    waste: byAddress(findings, 'waste'),
    ...(cost === undefined ? {} : { cost: { currency: cost.currency, ...(cost.monthly === undefined ? {} : { monthly: cost.monthly }), priced: cost.resources.map(({ address, monthly }) => ({ address, monthly })), unknown: cost.coverage.unknown } }),
  };
}

function byAddress(findings: readonly StoredFinding[], area: string): Overlay['drift'] {
  const found = new Map<string, { count: number; worst: Severity; sentences: string[] }>();
  for (const { finding } of findings) {
    if (finding.area !== area) continue;
    const known = found.get(finding.subject.name) ?? { count: 0, worst: 'info' as Severity, sentences: [] };
    found.set(finding.subject.name, known);
    known.count += 1;
    if (SEVERITIES.indexOf(finding.severity) < SEVERITIES.indexOf(known.worst)) known.worst = finding.severity;
    if (known.sentences.length < SENTENCES) known.sentences.push(finding.sentence);
  }
  return [...found].map(([address, one]) => ({ address, ...one }));
}
