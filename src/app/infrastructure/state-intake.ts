/**
 * Takes pushed states, plans and inventories: analysed in memory in the analysis thread, and only what may be kept is
 * stored. When the answer is out, the serial is there and its analysis is pending; before that, nothing is.
 */
import type { Actor } from '../../domain/event.ts';
import { PlatformError } from '../../domain/error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Findings } from '../../ports/findings.ts';
import type { PushOutcome, StateComparison, StateName, TerraformState, TerraformStates } from '../../ports/terraform-states.ts';
import type { AnalysisJob, KeptState } from './analysis-job.ts';
import type { AnalysisThread } from './analysis-thread.ts';
import type { ComparedState } from './compare-state.ts';
import { unpackPush } from './pushed-record.ts';
import { scopeOf, STATE_SCOPES, stateLabel, stateSource } from './state-names.ts';

/** Serials that keep what was kept of them; older ones stay in the history with their numbers. */
export const KEPT_SERIALS = 30;

export interface StateIntakeParts {
  thread: AnalysisThread;
  states: TerraformStates;
  findings: Findings;
  /** Of hidden values; kept by the secret store. */
  key: () => Promise<Uint8Array>;
  /** Repositories of a team that have a root of this name. */
  repositoriesWith: (namespace: string, root: string) => Promise<string[]>;
  clock: Clock;
  /** Something is pending. */
  pushed: () => void;
}

export interface StateIntake {
  push(asked: AskedState, raw: Uint8Array, options: { commit?: string; replaceLineage?: boolean }, by: Actor): Promise<PushOutcome & { name: StateName }>;
  /** Throws ROADBED-8514 where no state goes by the name. */
  compare(kind: StateComparison['kind'], asked: AskedState, raw: Uint8Array, by: Actor): Promise<StateComparison & { name: StateName }>;
  /** Forgets a state with its history; its findings are resolved. Throws ROADBED-8514. */
  remove(asked: AskedState, by: Actor): Promise<{ name: StateName; serials: number }>;
}

/** A repository that is not named is looked for. */
export type AskedState = Omit<StateName, 'repository'> & { repository?: string };

export function openStateIntake(parts: StateIntakeParts): StateIntake {
  const { thread, states, findings, clock } = parts;
  const now = (): string => new Date(clock.now()).toISOString();
  const frame = async (): Promise<{ key: Uint8Array; today: string }> => ({ key: await parts.key(), today: now().slice(0, 10) });
  const answer = async <T>(job: AnalysisJob): Promise<T> => JSON.parse(new TextDecoder().decode(await thread.run(job, true))) as T;

  async function nameOf({ repository, ...rest }: AskedState): Promise<StateName> {
    if (repository !== undefined) return { ...rest, repository };
    const found = await parts.repositoriesWith(rest.namespace, rest.root);
    if (found.length < 2) return { ...rest, repository: found[0] ?? '' };
    throw new PlatformError({ code: 'ROADBED-8515', class: 'usage', message: `Several repositories of ${rest.namespace} have a root ${rest.root}.`, why: found.slice(0, 5).join(', '), next: 'name one with --repository' });
  }

  async function knownState(name: StateName): Promise<TerraformState> {
    const state = await states.find(name);
    if (state !== undefined) return state;
    throw new PlatformError({ code: 'ROADBED-8514', class: 'not-found', message: `No state of ${stateLabel(name)} was pushed in ${name.namespace}.`, next: `roadbed state push STATE --root ${name.root} -n ${name.namespace}` });
  }

  async function keptStates(first: TerraformState): Promise<KeptState[]> {
    const all = [first, ...(await states.list()).filter(({ id }) => id !== first.id)];
    const documents = await Promise.all(all.map(async (state) => ({ state, document: await states.document(state.id, state.newest.number) })));
    return documents.flatMap(({ state, document }) => (document === undefined ? [] : [{ source: stateSource(state), document }]));
  }

  return {
    async push(asked, raw, options, by) {
      const name = await nameOf(asked);
      const { content, document, ...facts } = unpackPush(await thread.run({ kind: 'state-record', ...(await frame()), raw }, true));
      const outcome = await states.push(name, { ...facts, content: Buffer.from(content, 'hex'), document, ...(options.commit === undefined ? {} : { commit: options.commit }) }, { at: now(), by, keep: KEPT_SERIALS, ...(options.replaceLineage === true ? { replaceLineage: true } : {}) });
      if (outcome.outcome === 'stored') parts.pushed();
      return { ...outcome, name };
    },
    async compare(kind, asked, raw, by) {
      const name = await nameOf(asked);
      const state = await knownState(name);
      const source = stateSource(state);
      const job: AnalysisJob = kind === 'refresh' ? { kind: 'state-refresh', ...(await frame()), source, raw } : { kind: 'state-inventory', ...(await frame()), members: await keptStates(state), raw };
      const compared = await answer<ComparedState>(job);
      const comparison: StateComparison = { kind, receivedAt: now(), receivedBy: by.subject, summary: compared.summary };
      await findings.record({ namespace: name.namespace, scope: scopeOf(state.id, kind), analysis: kind === 'refresh' ? 'drift by refresh' : 'drift by inventory', source: stateLabel(name), at: comparison.receivedAt, actor: by, findings: compared.findings });
      await states.recordComparison(state.id, comparison);
      return { ...comparison, name };
    },
    async remove(asked, by) {
      const name = await nameOf(asked);
      const { id, serials } = await knownState(name);
      // Findings first: killed in between, the state is still there and the next analysis brings them back.
      for (const scope of STATE_SCOPES) await findings.record({ namespace: name.namespace, scope: scopeOf(id, scope), analysis: 'removal of the state', source: stateLabel(name), at: now(), actor: by, findings: [] });
      await states.remove(id, by);
      parts.pushed();
      return { name, serials };
    },
  };
}
