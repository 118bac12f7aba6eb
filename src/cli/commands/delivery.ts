/** new, deploy, promote, rollback, scale, resume, abort, hold: what changes what runs. */
import { PlatformError } from '../../domain/error.ts';
import type { HoldSpec } from '../../domain/kinds/hold.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { OperationArguments, OperationName, OperationResult } from '../../api/contract/operations.ts';
import type { CommandGroup, Session } from '../session.ts';
import { listOwn, ownPath, namespaceOf, type RolloutObject } from '../resources.ts';
import { endedAttempt, waitForRollout } from '../wait.ts';
import { age } from '../output.ts';
import { waitForUrl } from '../new-service.ts';

/** Calls one operation; with `--dry-run` only says what would be asked for. */
export async function operate<Name extends OperationName>(session: Session, name: Name, args: OperationArguments<Name>): Promise<OperationResult | undefined> {
  if (session.options.dryRun === true) {
    if (session.output.json) session.output.document({ dryRun: true, operation: name, arguments: args });
    else session.output.line(`would ask for ${name}: ${JSON.stringify(args)}`);
    return undefined;
  }
  return session.connection().call<OperationResult>('POST', `/roadbed/v1/operations/${name}`, { body: args });
}

export function report(session: Session, result: OperationResult | undefined): void {
  if (result === undefined) return;
  if (session.output.json) session.output.document({ ...result });
  else session.output.line(result.message);
}

/** The attempt to wait beyond: a rollback may end the one under way, a promotion starts another. */
async function attemptBefore(session: Session, name: 'promote' | 'rollback', namespace: string, rollout: string): Promise<number> {
  try {
    const present = await session.connection().call<RolloutObject>('GET', ownPath('rollouts', namespace, rollout));
    return name === 'rollback' ? endedAttempt(present) : (present.status?.attempt?.number ?? 0);
  } catch (error) {
    if (error instanceof PlatformError && error.class === 'not-found') return 0;
    throw error;
  }
}

interface Place {
  environment?: string;
  to?: string;
  release?: string;
  reason?: string;
  wait?: boolean;
  full?: boolean;
}

/** Runs an operation that starts an attempt, and waits for its end unless told not to. */
async function withAttempt<Name extends 'promote' | 'rollback'>(session: Session, name: Name, args: OperationArguments<Name>, wait: boolean): Promise<number | void> {
  const rollout = `${args.service}.${args.environment}`;
  const before = await attemptBefore(session, name, args.namespace, rollout);
  const result = await operate(session, name, args);
  if (result === undefined) return;
  if (!wait) return report(session, result);
  session.output.say(result.message);
  return waitForRollout(session, args.namespace, rollout, before, name === 'rollback');
}

async function promote(session: Session, service: string, flags: Place): Promise<number | void> {
  const namespace = await namespaceOf(session.connection(), service, session.options.namespace);
  return withAttempt(session, 'promote', { namespace, service, environment: flags.to ?? 'prod', ...(flags.release === undefined ? {} : { release: flags.release }), ...(flags.reason === undefined ? {} : { reason: flags.reason }) }, flags.wait !== false);
}

async function rollback(session: Session, service: string, flags: Place): Promise<number | void> {
  if (flags.reason === undefined) throw new PlatformError({ code: 'ROADBED-6050', class: 'usage', message: 'a rollback needs a reason: it is audited', next: `roadbed rollback ${service} --reason "..."` });
  const namespace = await namespaceOf(session.connection(), service, session.options.namespace);
  return withAttempt(session, 'rollback', { namespace, service, environment: flags.environment ?? 'prod', reason: flags.reason, ...(flags.release === undefined ? {} : { to: flags.release }) }, flags.wait !== false);
}

async function deploy(session: Session, service: string, flags: Place): Promise<number | void> {
  const namespace = await namespaceOf(session.connection(), service, session.options.namespace);
  if (flags.release !== undefined || flags.environment !== undefined) {
    return withAttempt(session, 'promote', { namespace, service, environment: flags.environment ?? 'dev', ...(flags.release === undefined ? {} : { release: flags.release }), ...(flags.reason === undefined ? {} : { reason: flags.reason }) }, flags.wait !== false);
  }
  report(session, await operate(session, 'runPipeline', { namespace, repository: service }));
  session.output.say(`next: roadbed pipeline list -n ${namespace}`);
}

async function scale(session: Session, service: string, flags: Place & { replicas: string }): Promise<void> {
  const replicas = Number(flags.replicas);
  if (!Number.isInteger(replicas) || replicas < 0) throw new PlatformError({ code: 'ROADBED-6051', class: 'usage', message: `"${flags.replicas}" is not a number of replicas` });
  const namespace = await namespaceOf(session.connection(), service, session.options.namespace);
  report(session, await operate(session, 'scale', { namespace, service, environment: flags.environment ?? 'prod', replicas, ...(flags.reason === undefined ? {} : { reason: flags.reason }) }));
}

async function instruct(session: Session, name: 'resume' | 'promoteFully' | 'abort', service: string, flags: Place): Promise<void> {
  const namespace = await namespaceOf(session.connection(), service, session.options.namespace);
  const place = { namespace, service, environment: flags.environment ?? 'prod' };
  if (name === 'abort') {
    if (flags.reason === undefined) throw new PlatformError({ code: 'ROADBED-6050', class: 'usage', message: 'an abort needs a reason: it is audited', next: `roadbed abort ${service} --reason "..."` });
    return report(session, await operate(session, 'abort', { ...place, reason: flags.reason }));
  }
  report(session, await operate(session, name, { ...place, ...(flags.reason === undefined ? {} : { reason: flags.reason }) }));
}

async function holds(session: Session): Promise<void> {
  const items = await listOwn<ApiObject<HoldSpec>>(session.connection(), 'holds', session.options.namespace);
  session.output.table(items, [
    { title: 'Namespace', value: (hold) => hold.metadata.namespace ?? '' },
    { title: 'Name', value: (hold) => hold.metadata.name },
    { title: 'Service', value: (hold) => hold.spec.service },
    { title: 'Environment', value: (hold) => hold.spec.environment },
    { title: 'Release', value: (hold) => hold.spec.release },
    { title: 'State', value: (hold) => (hold.spec.lifted === undefined ? 'held' : `lifted by ${hold.spec.lifted.by}`), style: (hold) => (hold.spec.lifted === undefined ? 'yellow' : undefined) },
    { title: 'Since', value: (hold) => hold.metadata.creationTimestamp, shown: (hold) => age(hold.metadata.creationTimestamp, session.now()) },
    { title: 'Reason', value: (hold) => hold.spec.reason, clip: true },
  ]);
  if (items.length === 0) session.output.say('no release is held');
}

async function liftHold(session: Session, name: string, flags: Place): Promise<void> {
  if (flags.reason === undefined) throw new PlatformError({ code: 'ROADBED-6050', class: 'usage', message: 'lifting a hold needs a reason: it is audited', next: `roadbed hold lift ${name} --reason "..."` });
  const hold = (await listOwn<ApiObject<HoldSpec>>(session.connection(), 'holds', session.options.namespace)).find((one) => one.metadata.name === name);
  if (hold === undefined) throw new PlatformError({ code: 'ROADBED-6052', class: 'not-found', message: `there is no hold "${name}"`, next: 'roadbed hold' });
  report(session, await operate(session, 'liftHold', { namespace: hold.metadata.namespace ?? '', hold: name, reason: flags.reason }));
}

async function newService(session: Session, name: string, flags: { template: string; description?: string; wait?: boolean }): Promise<number | void> {
  const namespace = session.options.namespace ?? 'default';
  const result = await operate(session, 'newService', { namespace, name, template: flags.template, ...(flags.description === undefined ? {} : { description: flags.description }) });
  if (result === undefined || flags.wait === false) return report(session, result);
  session.output.say(result.message);
  return waitForUrl(session, namespace, name);
}

export const deliveryCommands: CommandGroup = (program, act) => {
  program.command('new').argument('<name>').description('a new service from a golden path: repository, pipeline, URL').option('-t, --template <name>', 'node-service or static-site', 'node-service').option('--description <text>').option('--no-wait', 'return at once').action(act(newService));
  program.command('deploy').argument('<service>').description('run the pipeline of its branch, or put a release into an environment').option('-e, --environment <name>', 'put the newest release that may come there into this environment').option('--release <name>', 'put this release there').option('--reason <text>', 'why (audited); lets a release with corrected secrets past the hold of the one that failed').option('--no-wait', 'return at once').action(act(deploy));
  program.command('promote').argument('<service>').description('bring the release verified one environment earlier here').option('--to <environment>', 'environment', 'prod').option('--release <name>', 'this release').option('--reason <text>').option('--no-wait', 'return at once').action(act(promote));
  program.command('rollback').argument('<service>').description('return to the last healthy release; the present one is held').option('-e, --environment <name>', 'environment', 'prod').option('--to <release>', 'this release').option('--reason <text>', 'why (audited)').option('--no-wait', 'return at once').action(act((session: Session, service: string, flags: Place) => rollback(session, service, { ...flags, ...(flags.to === undefined ? {} : { release: flags.to }) })));
  program.command('scale').argument('<service>').description('change the number of replicas').requiredOption('--replicas <count>').option('-e, --environment <name>', 'environment', 'prod').option('--reason <text>').action(act(scale));
  program.command('resume').argument('<service>').description('end the pause of a rollout').option('--full', 'skip the remaining steps and checks').option('-e, --environment <name>', 'environment', 'prod').option('--reason <text>').action(act((session: Session, service: string, flags: Place) => instruct(session, flags.full === true ? 'promoteFully' : 'resume', service, flags)));
  program.command('abort').argument('<service>').description('end a rollout and return to the release before').option('-e, --environment <name>', 'environment', 'prod').option('--reason <text>', 'why (audited)').action(act((session: Session, service: string, flags: Place) => instruct(session, 'abort', service, flags)));
  const hold = program.command('hold').description('releases that no automation brings back').action(act(holds));
  hold.command('list').description('list them').action(act(holds));
  hold.command('lift').argument('<name>').description('let a held release pass again').option('--reason <text>', 'why (audited)').action(act(liftHold));
};
