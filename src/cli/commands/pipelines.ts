/** pipeline: list, run (here or on the platform), cancel, rerun; artifact verify. */
import type { PipelineRunSpec, PipelineRunStatus } from '../../domain/kinds/pipeline-run.ts';
import { PlatformError } from '../../domain/error.ts';
import type { ApiObject } from '../../domain/object.ts';
import { defaultDataDir } from '../context.ts';
import type { CommandGroup, Session } from '../session.ts';
import { age } from '../output.ts';
import { listOwn } from '../resources.ts';
import { operate, report } from './delivery.ts';

type Run = ApiObject<PipelineRunSpec, PipelineRunStatus>;

async function list(session: Session): Promise<void> {
  const runs = await listOwn<Run>(session.connection(), 'pipelineruns', session.options.namespace);
  runs.sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1));
  session.output.table(runs, [
    { title: 'Namespace', value: (run) => run.metadata.namespace ?? '' },
    { title: 'Run', value: (run) => run.metadata.name },
    { title: 'Phase', value: (run) => run.status?.phase ?? 'Pending', style: (run) => (run.status?.phase === 'Succeeded' ? 'green' : run.status?.phase === 'Failed' ? 'red' : undefined) },
    { title: 'Commit', value: (run) => run.spec.commit, shown: (run) => run.spec.commit.slice(0, 7) },
    { title: 'Steps', value: (run) => (run.status?.steps ?? []).map((step) => `${step.name}:${step.phase}`).join(' ') },
    { title: 'Release', value: (run) => run.status?.release ?? '-' },
    { title: 'Age', value: (run) => run.metadata.creationTimestamp, shown: (run) => age(run.metadata.creationTimestamp, session.now()) },
  ]);
  if (runs.length === 0) session.output.say('no pipeline has run yet; next: git push, or roadbed new <name>');
}

async function run(session: Session, repository: string | undefined, flags: { folder?: string; ref?: string; extensions?: string }): Promise<number | void> {
  if (repository !== undefined) {
    const namespace = session.options.namespace ?? 'default';
    return report(session, await operate(session, 'runPipeline', { namespace, repository, ...(flags.ref === undefined ? {} : { ref: flags.ref }) }));
  }
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const verdict = await session.platform.runPipeline({ folder: flags.folder ?? process.cwd(), dataDir: session.options.dataDir ?? defaultDataDir(session.streams.environment), extensions: flags.extensions ?? (session.streams.environment['ROADBED_EXTENSIONS'] || undefined), onLine: (line) => session.output.say(line), signal: abort.signal });
  if (session.output.json) session.output.document({ ...verdict });
  else session.output.line(`${session.output.style(verdict.ok ? 'green' : 'red', verdict.ok ? 'passed' : 'failed')}: ${verdict.message}`);
  return abort.signal.aborted ? 130 : verdict.ok ? 0 : 1;
}

async function requireNamespaceOfRun(session: Session, name: string): Promise<string> {
  if (session.options.namespace !== undefined) return session.options.namespace;
  const found = (await listOwn<Run>(session.connection(), 'pipelineruns')).find((one) => one.metadata.name === name);
  if (found === undefined) throw new PlatformError({ code: 'ROADBED-6080', class: 'not-found', message: `there is no pipeline run "${name}"`, next: 'roadbed pipeline list' });
  return found.metadata.namespace ?? '';
}

interface Verification {
  ok: boolean;
  digest: string;
  problem?: string;
  keyId?: string;
  builder?: string;
  commit?: string;
}

async function verify(session: Session, digest: string): Promise<number> {
  const result = await session.connection().call<Verification>('GET', `/roadbed/v1/artifacts/${encodeURIComponent(digest)}/verification`);
  if (session.output.json) session.output.document({ ...result });
  else session.output.line(result.ok ? `${result.digest} is whole and signed by key ${result.keyId ?? '?'}: built by ${result.builder ?? '?'} from commit ${result.commit ?? '?'}` : `${result.digest} does not verify: ${result.problem ?? ''}`);
  return result.ok ? 0 : 5;
}

export const pipelineCommands: CommandGroup = (program, act) => {
  const pipeline = program.command('pipeline').description('pipeline runs').action(act(list));
  pipeline.command('list').description('list them, newest first').action(act(list));
  pipeline.command('run').argument('[repository]').description('run the pipeline of this folder here, or of a repository on the platform').option('--folder <folder>', 'folder to run (default: this one)').option('--ref <ref>', 'branch or commit').option('--extensions <folder>', 'the platform team\'s own detectors (default: those of the data directory)').action(act(run));
  pipeline
    .command('cancel')
    .argument('<run>')
    .description('stop a run')
    .option('--reason <text>', 'why', 'cancelled from the command line')
    .action(act(async (session: Session, name: string, flags: { reason: string }) => report(session, await operate(session, 'cancelPipeline', { namespace: await requireNamespaceOfRun(session, name), run: name, reason: flags.reason }))));
  pipeline
    .command('rerun')
    .argument('<run>')
    .description('run again from the failed step')
    .option('--from <step>', 'from this step')
    .action(act(async (session: Session, name: string, flags: { from?: string }) => report(session, await operate(session, 'rerunPipeline', { namespace: await requireNamespaceOfRun(session, name), run: name, ...(flags.from === undefined ? {} : { fromStep: flags.from }) }))));
  const artifact = program.command('artifact').description('what pipelines made');
  artifact.command('verify').argument('<digest>').description('check digest, signature and provenance').action(act(verify));
};
