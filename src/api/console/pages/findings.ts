/** The Findings page: what a reader may see of all findings, and the files made of it. */
import type { FindingReport } from '../../../domain/finding-report.ts';
import { findingsCsv } from '../../../formats/findings/findings-csv.ts';
import { findingsDocument } from '../../../formats/findings/findings-json.ts';
import type { FindingQuery, Findings, FindingTotals, StoredFinding } from '../../../ports/findings.ts';
import type { TerraformState, TerraformStates } from '../../../ports/terraform-states.ts';
import type { FindingFileFormat, FindingsPage, FindingsQuery, FindingTotalsView, FindingView } from '../../contract/findings-page.ts';
import type { Readable } from '../readable.ts';

const MOST_IN_A_FILE = 5_000;

export interface FindingReads {
  store: Findings;
  states: TerraformStates;
  readable: Readable;
  mayAccept: (namespace: string) => string | undefined;
  now: number;
}

export async function findingsPage(reads: FindingReads, asked: FindingsQuery): Promise<FindingsPage> {
  const query = queryOf(asked, reads.readable);
  const namespaces = query.namespaces;
  const [found, totals, open, facets, estate, states] = await Promise.all([
    reads.store.list({ ...query, limit: asked.limit, offset: asked.offset ?? 0 }),
    reads.store.totals(query),
    reads.store.totals({ ...(namespaces === undefined ? {} : { namespaces }) }),
    reads.store.facets(namespaces),
    reads.states.estate(),
    reads.states.list(namespaces),
  ]);
  const { coverage } = estate;
  return {
    findings: viewsOf(found, states, reads),
    totals: totalsView(totals),
    open: totalsView(open),
    more: Math.max(0, totals.count - found.length - (asked.offset ?? 0)),
    rules: [...facets.rules],
    sources: [...facets.sources],
    // Numbers of resources are those of all teams: only who may see all is told.
    looked: { states: states.length, rules: coverage?.rules ?? 0, resources: states.reduce((sum, state) => sum + state.newest.resources, 0), resourcesWithRules: reads.readable.all ? (coverage?.resourcesWithRules ?? 0) : 0, ...(estate.analysedAt === undefined ? {} : { at: estate.analysedAt }) },
    at: new Date(reads.now).toISOString(),
  };
}

export async function findingsFile(reads: FindingReads, asked: Omit<FindingsQuery, 'limit' | 'offset'>, format: FindingFileFormat, version: string): Promise<string> {
  const query = queryOf(asked, reads.readable);
  const found = await reads.store.list({ ...query, limit: MOST_IN_A_FILE });
  const findings = found.filter(({ state }) => state !== 'accepted').map(({ finding }) => finding);
  if (format === 'csv') return findingsCsv(found.map(({ finding }) => finding));
  const totals = await reads.store.totals(query);
  const report: FindingReport = {
    subject: 'findings of the platform',
    at: new Date(reads.now).toISOString(),
    findings,
    suppressed: found.flatMap(({ finding, waiver }) => (waiver === undefined ? [] : [{ finding, reason: waiver.reason, until: waiver.until }])),
    problems: totals.count > found.length ? [`${totals.count - found.length} more findings are not in this file: it holds ${MOST_IN_A_FILE}`] : [],
    coverage: { inputs: 0, unreadableInputs: 0, rules: 0, resources: 0, resourcesWithRules: 0, typesWithoutRules: [], priced: findings.filter(({ saving }) => saving?.known === true).length, unpriced: totals.unpriced },
    savings: totals.savings,
  };
  // Loaded when it is asked for: it brings what reads patches.
  const document = format === 'sarif' ? (await import('../../../formats/sarif/sarif.ts')).sarifDocument(report, { name: 'roadbed', version }) : findingsDocument(report);
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

export function totalsView(totals: FindingTotals): FindingTotalsView {
  return { ...totals, savings: totals.savings.map(({ currency, monthly }) => ({ currency, monthly })) };
}

/** What is asked for and may be read: a team that may not is as one that is not there. */
function queryOf(asked: Omit<FindingsQuery, 'limit' | 'offset'>, readable: Readable): FindingQuery {
  const own = readable.all ? undefined : readable.namespaces;
  const namespaces = asked.namespace === undefined ? own : own === undefined || own.includes(asked.namespace) ? [asked.namespace] : [];
  return {
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(asked.area === undefined ? {} : { areas: asked.area }),
    ...(asked.severity === undefined ? {} : { severities: asked.severity }),
    ...(asked.state === undefined ? {} : { states: asked.state }),
    ...(asked.rule === undefined || asked.rule === '' ? {} : { rule: asked.rule }),
    ...(asked.source === undefined || asked.source === '' ? {} : { source: asked.source }),
    ...(asked.q === undefined || asked.q.trim() === '' ? {} : { text: asked.q.trim() }),
    ...(asked.order === undefined ? {} : { order: asked.order }),
  };
}

export function viewsOf(found: readonly StoredFinding[], states: readonly TerraformState[], { mayAccept }: Pick<FindingReads, 'mayAccept'>): FindingView[] {
  const byScope = new Map(states.map((state) => [`terraform:${state.id}`, state]));
  const refusals = new Map<string, string | undefined>();
  return found.map((stored) => {
    const { finding, namespace } = stored;
    if (!refusals.has(namespace)) refusals.set(namespace, mayAccept(namespace));
    const refusal = refusals.get(namespace);
    const { basis: _basis, location, fix, ...rest } = finding;
    const state = stored.seenBy.map(({ scope }) => byScope.get(scope.split('/')[0] ?? '')).find((one) => one !== undefined && one.repository !== '');
    return {
      ...rest,
      namespace,
      evidence: [...finding.evidence],
      controls: [...finding.controls],
      fix: { text: fix.text, ...(fix.patch === undefined ? {} : { patch: fix.patch }), ...(fix.withoutPatch === undefined ? {} : { withoutPatch: fix.withoutPatch }) },
      ...(location === undefined ? {} : { location: { file: location.file, line: location.line } }),
      ...(location === undefined || state === undefined ? {} : { code: { namespace: state.namespace, repository: state.repository, root: state.root } }),
      state: stored.state,
      occurrence: stored.occurrence,
      firstSeen: stored.firstSeen,
      lastSeen: stored.lastSeen,
      ...(stored.resolvedAt === undefined ? {} : { resolvedAt: stored.resolvedAt }),
      seenBy: stored.seenBy.map(({ analysis, source, lastSeen }) => ({ analysis, source, lastSeen })),
      ...(stored.waiver === undefined ? {} : { waiver: stored.waiver }),
      ...(refusal === undefined ? {} : { waiveDisabledReason: refusal }),
    } as FindingView;
  });
}
