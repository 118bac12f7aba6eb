/** The analysis thread: takes one job after the other, and keeps the last roots that it read, for their pictures are asked for next. */
import { parentPort, workerData } from 'node:worker_threads';
import { commitTree } from '../../adapters/git/tree.ts';
import { PlatformError } from '../../domain/error.ts';
import { findRoots } from '../../engines/infrastructure-roots/find-roots.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import { loadProviderCatalogue } from '../provider-catalogue.ts';
import { analyseEstate } from './analyse-estate.ts';
import { analyseSerial } from './analyse-state.ts';
import { exampleStates } from '../../control/demo/example-state.ts';
import { analyseRoot, readAt, contentOf, drawingOf, fileOf, modulesOf, type AnalysedRoot } from './analyse-root.ts';
import type { AnalysisAnswer, AnalysisJob, AnalysisRequest, RootPlace } from './analysis-job.ts';
import { compareState } from './compare-state.ts';
import { packPush } from './pushed-record.ts';
import { recordState } from './record-state.ts';
import type { AnalysisGiven } from './analysis-thread.ts';
import { stateWorld, type StateWorld } from './state-world.ts';

const KEPT = 4;
/** An answer beyond this would only stall the browser; what is kept of a state goes no further than the database. */
const LARGEST_ANSWER = 32 * 1024 * 1024;
const LARGEST_STATE_ANSWER = 256 * 1024 * 1024;

const kept = new Map<string, AnalysedRoot>();
let loaded: ProviderCatalogue | undefined;

const catalogue = (): ProviderCatalogue => (loaded ??= loadProviderCatalogue('all').catalogue);

async function analysed({ gitDir, commit, root, title, compared }: RootPlace): Promise<AnalysedRoot> {
  const key = JSON.stringify([gitDir, commit, root, title, compared]);
  const known = kept.get(key);
  kept.delete(key);
  const found = known ?? (await analyseRoot({ gitDir, commit, root, title, ...(compared === undefined ? {} : { compared }) }, catalogue()));
  kept.set(key, found);
  for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
  return found;
}

const states = (): StateWorld => stateWorld(catalogue(), (workerData as AnalysisGiven).extensions);

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

async function answer(job: AnalysisJob): Promise<Uint8Array> {
  switch (job.kind) {
    case 'roots':
      return json(await findRoots(await commitTree(job.gitDir, job.commit)));
    case 'content':
      return json(contentOf(await analysed(job), job));
    case 'modules':
      return json(modulesOf(await analysed(job)));
    case 'drawing':
      return json(drawingOf(await analysed(job), job.diagram, job.link));
    case 'file':
      return fileOf(await analysed(job), job, catalogue());
    case 'example-states':
      return json(await exampleStates(job.root.name, async (recorded) => (await readAt(job.gitDir, job.commit, job.root, catalogue(), recorded)).model));
    case 'state-record':
      return packPush(recordState(job.raw, job.key, states()));
    case 'state-serial':
      return json(await analyseSerial(job, states()));
    case 'state-estate':
      return json(await analyseEstate(job, states()));
    case 'state-refresh':
    case 'state-inventory':
      return json(compareState(job, states()));
  }
}

async function reply({ id, job }: AnalysisRequest): Promise<AnalysisAnswer> {
  try {
    const bytes = await answer(job);
    if (bytes.length <= (job.kind.startsWith('state-') ? LARGEST_STATE_ANSWER : LARGEST_ANSWER)) return { id, bytes };
    throw new PlatformError({ code: 'ROADBED-8404', class: 'refused', message: 'The answer is too large to be shown.', why: `It has ${Math.ceil(bytes.length / 1024 / 1024)} MB; ${LARGEST_ANSWER / 1024 / 1024} MB are handed out.`, next: 'roadbed docs DIR --format svg --out FILE' });
  } catch (error) {
    if (!(error instanceof PlatformError)) {
      if (!job.kind.startsWith('state-')) throw error;
      // What an unforeseen error says may quote the state; its name does not.
      return { id, problem: { code: 'ROADBED-8513', class: 'failed', message: 'The state could not be analysed.', why: error instanceof Error ? error.name : 'an unforeseen error', next: 'roadbed state FILE analyses it on your machine and says more' } };
    }
    const { code, message, why, next } = error;
    return { id, problem: { code, class: error.class, message, ...(why === undefined ? {} : { why }), ...(next === undefined ? {} : { next }) } };
  }
}

parentPort?.on('message', (request: AnalysisRequest) => {
  void reply(request).then((done) => parentPort?.postMessage(done));
});
