/**
 * Keeps findings, changes and costs of states up to date: level-triggered, from what stands in the database.
 *
 * A state says what its last finished analysis looked at; when its newest serial or the code's newest commit is another,
 * it is pending, whether the control plane was killed in between or not. Rules over all states run when any of them
 * changed, once for all that changed together. A pass over a settled platform reads one list and changes nothing.
 */
import { createHash } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';
import type { InfrastructureRoot } from '../../engines/infrastructure-roots/find-roots.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Findings } from '../../ports/findings.ts';
import type { EstateCoverage, TerraformState, TerraformStates } from '../../ports/terraform-states.ts';
import type { AnalysedEstate } from './analyse-estate.ts';
import type { AnalysedSerial } from './analyse-state.ts';
import type { AnalysisJob, KeptState } from './analysis-job.ts';
import type { AnalysisThread } from './analysis-thread.ts';
import { scopeOf, stateLabel, stateSource } from './state-names.ts';

const EVERY_MS = 10_000;
const SOON_MS = 150;
/** Serials before the newest that the history is compared over. */
const HISTORY = 5;
/** The thread was full, or ended: not the state's fault. */
const PASSING = new Set(['ROADBED-8403', 'ROADBED-8406']);
/** Where there is no state. */
const NOTHING: EstateCoverage = { states: 0, rules: 0, resources: 0, resourcesWithRules: 0, typesWithoutRules: [], problems: [] };
const ACTOR = { issuer: 'roadbed', subject: 'service:state-analysis' };

export interface StateCode {
  gitDir: string;
  commit: string;
  root: InfrastructureRoot;
}

export interface StateAnalysisParts {
  thread: AnalysisThread;
  states: TerraformStates;
  findings: Findings;
  key: () => Promise<Uint8Array>;
  /** Code of a state at the newest commit of its repository; undefined where there is none. */
  codeOf: (state: TerraformState) => Promise<StateCode | undefined>;
  clock: Clock;
  /** Of rules and prices: another one analyses everything again. */
  version: string;
  log: { warn: (fields: object, message: string) => void };
}

export interface StateAnalysis {
  start(): void;
  /** Looks soon instead of at the next turn. */
  wake(): void;
  /** One pass; resolves when nothing is pending. */
  pass(): Promise<void>;
  stop(): Promise<void>;
}

export function openStateAnalysis(parts: StateAnalysisParts): StateAnalysis {
  const { thread, states, findings, clock } = parts;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let started = false;
  let again = false;

  const now = (): string => new Date(clock.now()).toISOString();
  const ask = async <T>(job: AnalysisJob): Promise<T> => JSON.parse(new TextDecoder().decode(await thread.run(job, false))) as T;

  async function pass(): Promise<void> {
    await findings.endExpiredWaivers();
    const looked: { state: TerraformState; code: StateCode | undefined; wanted: string }[] = [];
    for (const state of await states.list()) {
      const code = await parts.codeOf(state);
      const wanted = `${state.newest.number} ${code === undefined ? '-' : createHash('sha256').update(JSON.stringify([code.commit, code.root])).digest('hex').slice(0, 16)} ${parts.version}`;
      looked.push({ state, code, wanted });
    }
    for (const { state, code, wanted } of looked) if (state.analysed?.startsWith(wanted) !== true) await one(state, code, wanted);
    await estate(looked);
  }

  async function one(state: TerraformState, code: StateCode | undefined, wanted: string): Promise<void> {
    try {
      const [document, ...before] = await Promise.all(Array.from({ length: HISTORY + 1 }, (_, back) => (state.newest.number - back < 1 ? undefined : states.document(state.id, state.newest.number - back))));
      if (document === undefined) return;
      const earlier = before.filter((one) => one !== undefined).reverse();
      const done = await ask<AnalysedSerial>({ kind: 'state-serial', key: await parts.key(), today: now().slice(0, 10), source: stateSource(state), document, earlier, ...(code === undefined ? {} : { code }) });
      await findings.record({ namespace: state.namespace, scope: scopeOf(state.id, 'drift'), analysis: 'drift against code and history', source: stateLabel(state), at: now(), actor: ACTOR, findings: done.drift });
      await states.recordSerial(state.id, state.newest.number, { cost: done.cost, ...(done.changes === undefined ? {} : { changes: done.changes }) });
      await states.finish(state.id, `${wanted}${done.codeProblem === undefined ? '' : ` in part: ${done.codeProblem.slice(0, 300)}`}`);
    } catch (error) {
      await told(error, `the state ${stateLabel(state)} could not be analysed`, (code) => states.finish(state.id, `${wanted} failed ${code}`));
    }
  }

  async function estate(looked: readonly { state: TerraformState; code: StateCode | undefined; wanted: string }[]): Promise<void> {
    const wanted = createHash('sha256').update(JSON.stringify(looked.map(({ state, wanted: of }) => [state.id, of]))).digest('hex').slice(0, 32);
    const known = await states.estate();
    if (known.analysed?.startsWith(wanted) === true) return;
    // Nothing to look at: no thread is started for it.
    if (looked.length === 0) return states.finishEstate(wanted, NOTHING);
    try {
      const members = (await Promise.all(looked.map(async ({ state, code }) => ({ state, code, document: await states.document(state.id, state.newest.number) })))).filter((one): one is typeof one & { document: Uint8Array } => one.document !== undefined);
      const kept = members.map(({ state, code, document }): KeptState => ({ source: stateSource(state), document, ...(code === undefined ? {} : { code }) }));
      const done = await ask<AnalysedEstate>({ kind: 'state-estate', key: await parts.key(), today: now().slice(0, 10), members: kept });
      for (const [index, { state }] of members.entries()) {
        await findings.record({ namespace: state.namespace, scope: scopeOf(state.id, 'waste'), analysis: 'waste rules over all states', source: stateLabel(state), at: now(), actor: ACTOR, findings: done.findings[index] ?? [] });
      }
      await states.finishEstate(wanted, done.coverage);
    } catch (error) {
      await told(error, 'the rules over all states could not be run', (code) => states.finishEstate(`${wanted} failed ${code}`, known.coverage ?? NOTHING));
    }
  }

  /** What will be the same next time is noted and not tried for ever; what passes is tried again. */
  async function told(error: unknown, message: string, note: (code: string) => Promise<void>): Promise<void> {
    const code = error instanceof PlatformError ? error.code : 'unforeseen';
    parts.log.warn({ code, error: error instanceof PlatformError ? error.message : error instanceof Error ? error.name : 'unforeseen' }, message);
    if (error instanceof PlatformError && !PASSING.has(error.code) && error.class !== 'unavailable') await note(code);
  }

  function run(): Promise<void> {
    if (running !== undefined) {
      again = true;
      return running;
    }
    running = pass()
      .catch((error: unknown) => parts.log.warn({ error: error instanceof PlatformError ? error.message : String(error) }, 'states could not be looked at'))
      .finally(() => {
        running = undefined;
        if (started) schedule(again ? SOON_MS : EVERY_MS);
        again = false;
      });
    return running;
  }

  function schedule(milliseconds: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), milliseconds).unref();
  }

  return {
    start() {
      started = true;
      schedule(SOON_MS);
    },
    wake() {
      if (!started) return;
      if (running === undefined) schedule(SOON_MS);
      else again = true;
    },
    async pass() {
      await running;
      await run();
    },
    async stop() {
      started = false;
      clearTimeout(timer);
      await running;
    },
  };
}
