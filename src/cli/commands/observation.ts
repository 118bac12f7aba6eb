/** status, logs: what runs, how it is, what it says. */
import { PlatformError } from '../../domain/error.ts';
import type { ReleaseSpec } from '../../domain/kinds/release.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { CommandGroup, Session } from '../session.ts';
import { age, type TableColumn } from '../output.ts';
import { notYetDeployed, repositoryFaults } from '../obstacles.ts';
import { listOwn, namespaceOf, rolloutsOf, type RolloutObject } from '../resources.ts';

interface LogAnswer {
  lines: { at: string; stream: string; container: string; replica: string; text: string }[];
  next: string;
}

const TROUBLED: ReadonlySet<string> = new Set(['Degraded', 'RolledBack', 'RollingBack', 'Progressing']);
const PHASE_STYLE: Record<string, 'green' | 'yellow' | 'red' | 'cyan'> = { Healthy: 'green', Progressing: 'cyan', Paused: 'yellow', RollingBack: 'red', RolledBack: 'yellow', Degraded: 'red' };

function statusColumns(session: Session): TableColumn<RolloutObject>[] {
  return [
    { title: 'Team', value: (rollout) => rollout.metadata.namespace ?? '' },
    { title: 'Service', value: (rollout) => rollout.spec.service },
    { title: 'Environment', value: (rollout) => rollout.spec.environment },
    {
      title: 'Phase',
      value: (rollout) => rollout.status?.phase ?? 'Empty',
      style: (rollout) => PHASE_STYLE[rollout.status?.phase ?? ''],
    },
    { title: 'Release', value: (rollout) => rollout.status?.stable?.release ?? rollout.spec.release ?? '-' },
    { title: 'Ready', value: (rollout) => `${rollout.status?.readyReplicas ?? 0}/${rollout.spec.replicas}` },
    { title: 'Since', value: (rollout) => rollout.status?.stable?.since ?? '-', shown: (rollout) => age(rollout.status?.stable?.since, session.now()) },
    { title: 'URL', value: (rollout) => rollout.status?.url ?? '-' },
  ];
}

async function detail(session: Session, rollout: RolloutObject): Promise<void> {
  const attempt = rollout.status?.attempt;
  if (attempt === undefined) return;
  const release = await session.connection().call<ApiObject<ReleaseSpec>>('GET', `/apis/roadbed.dev/v1alpha1/namespaces/${rollout.metadata.namespace ?? ''}/releases/${attempt.release}`).catch(() => undefined);
  const source = release?.spec.source;
  session.output.line('');
  session.output.line(session.output.style('bold', `${rollout.spec.environment}: ${attempt.verdict?.sentence ?? `attempt ${attempt.number} is ${attempt.phase}, ${attempt.weight} % of the traffic on ${attempt.release}`}`));
  if (source !== undefined) session.output.line(`  commit ${source.commit.slice(0, 7)} "${source.subject}" by ${source.author.name}`);
  for (const check of attempt.checks) {
    const last = check.measurements.at(-1);
    session.output.line(`  check ${check.name}: ${check.phase}${last === undefined ? '' : `, last ${last.value ?? last.phase} of ${last.samples} samples at ${last.at}`}`);
  }
  for (const condition of rollout.status?.conditions ?? []) if (condition.status !== 'True' && condition.message !== '') session.output.line(`  ${condition.type}: ${condition.message}`);
}

async function showStatus(session: Session, service: string | undefined): Promise<void> {
  const connection = session.connection();
  const { namespace } = session.options;
  const rollouts = service === undefined ? await listOwn<RolloutObject>(connection, 'rollouts', namespace) : await rolloutsOf(connection, service, namespace).catch((error: unknown) => notYetDeployed(connection, service, namespace, error));
  if (session.output.json) return session.output.document({ items: rollouts.map((rollout) => ({ namespace: rollout.metadata.namespace, ...rollout.spec, status: rollout.status })) });
  session.output.table(rollouts, statusColumns(session));
  const faults = await repositoryFaults(connection, service, namespace);
  if (rollouts.length === 0 && faults.length === 0) session.output.say('nothing runs yet; next: roadbed new <name>');
  const troubled = rollouts.filter((rollout) => TROUBLED.has(rollout.status?.phase ?? '') && (service === undefined || !session.output.person));
  for (const { spec, status } of troubled) if (status?.message !== undefined) session.output.say(`${spec.service} in ${spec.environment}: ${status.message}`);
  for (const fault of faults) session.output.say(fault);
  if (service !== undefined && session.output.person) for (const rollout of rollouts) await detail(session, rollout);
}

async function status(session: Session, service: string | undefined, flags: { watch?: boolean }): Promise<number | void> {
  if (flags.watch !== true) return showStatus(session, service);
  let going = true;
  process.once('SIGINT', () => {
    going = false;
  });
  while (going) {
    session.output.clear();
    await showStatus(session, service);
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  return 130;
}

interface LogFlags {
  environment: string;
  follow?: boolean;
  tail: string;
  run?: string;
  step?: string;
}

function logPath(namespace: string, service: string | undefined, flags: LogFlags, after: string | undefined): string {
  const query = new URLSearchParams({ tail: flags.tail, ...(after === undefined ? {} : { after }) });
  if (flags.run !== undefined) return `/roadbed/v1/namespaces/${namespace}/pipelineruns/${flags.run}/logs?${query}${flags.step === undefined ? '' : `&step=${encodeURIComponent(flags.step)}`}`;
  return `/roadbed/v1/namespaces/${namespace}/services/${service ?? ''}/environments/${flags.environment}/logs?${query}`;
}

async function logs(session: Session, service: string | undefined, flags: LogFlags): Promise<number | void> {
  if (service === undefined && flags.run === undefined) throw new PlatformError({ code: 'ROADBED-6070', class: 'usage', message: 'whose logs?', next: 'roadbed logs <service>, or roadbed logs --run <pipeline run>' });
  const connection = session.connection();
  const namespace = service === undefined ? (session.options.namespace ?? 'default') : await namespaceOf(connection, service, session.options.namespace);
  let after: string | undefined;
  let going = true;
  process.once('SIGINT', () => {
    going = false;
  });
  do {
    const answer = await connection.call<LogAnswer>('GET', logPath(namespace, service, flags, after));
    for (const line of answer.lines) {
      if (session.output.json) session.output.line(JSON.stringify({ schemaVersion: 1, ...line }));
      else session.output.line(session.output.person ? `${session.output.style('dim', `${line.at.slice(11, 19)} ${line.replica}`)} ${line.stream === 'err' ? session.output.style('yellow', line.text) : line.text}` : `${line.at}\t${line.replica}\t${line.stream}\t${line.text}`);
    }
    after = answer.next;
    if (flags.follow === true && answer.lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 500));
  } while (flags.follow === true && going);
  return going ? 0 : 130;
}

export const observationCommands: CommandGroup = (program, act) => {
  program.command('status').argument('[service]').description('what runs where, and how it is').option('-w, --watch', 'keep watching').action(act(status));
  program.command('logs').argument('[service]').description('what a service or a pipeline run says').option('-e, --environment <name>', 'environment', 'prod').option('-f, --follow', 'go on as it comes').option('--tail <lines>', 'how many lines back', '200').option('--run <name>', 'a pipeline run instead').option('--step <name>', 'one step of the run').action(act(logs));
};
