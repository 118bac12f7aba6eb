/**
 * What people do with a rollout: promote, roll back, scale, resume, promote fully, abort, lift a hold.
 *
 * Every operation writes through the caller's own Objects before it touches anything else, so whoever may
 * not change the rollout is refused there, and the audit row names the person and the reason. What runs is
 * then changed by a desired-state commit with the person as its author: the same one writer that automation
 * has. Each may be repeated after a crash. With `dryRun` nothing is written and the plan is answered.
 */
import { PlatformError } from '../../domain/error.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import { correctsSecrets, heldFromAutomation, holdName, isActive, passCommand, type NamedHold } from '../../engines/holds/holds.ts';
import { isOlder, newestFor, refusePromotion, type Candidate, type PromotionView } from '../../engines/promotion/promotion.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Objects } from '../../ports/objects.ts';
import type { DesiredEntry, DesiredState } from '../../ports/source.ts';
import { candidate, namedHold, promotionView } from '../environment/promotion-reconciler.ts';
import { manualReturnEvent } from './manual-return.ts';
import { rolloutName } from './reconciler.ts';
import type { EnvironmentObject, HoldObject, ReleaseObject, RolloutObject } from './world.ts';

export interface OperationDeps {
  desiredState: DesiredState;
  clock: Clock;
  /** Objects bound to the caller: its rights, its name in the audit. */
  objectsFor(identity: Identity): Objects;
  /** Called after an entry was written. */
  onDesiredChange(): void;
}

export interface OperationResult {
  message: string;
  object?: { kind: string; namespace?: string; name: string };
  chain?: string;
  /** With `dryRun`: what would be written, in order. */
  plan?: string[];
}

export interface Placed {
  namespace: string;
  service: string;
  environment: string;
  dryRun?: boolean;
}

/** Annotation that an operation leaves on the rollout: what was asked for; who and why stands in the audit row. */
const REQUEST_ANNOTATION = 'roadbed.dev/last-request';

interface Step {
  words: string;
  run(): Promise<unknown>;
}

interface Call {
  deps: OperationDeps;
  identity: Identity;
  objects: Objects;
  place: Placed;
}

/** The operations as `api/contract/operations` wants them. */
export function rolloutOperations(deps: OperationDeps): {
  promote(identity: Identity, args: Placed & { release?: string | undefined; reason?: string | undefined }): Promise<OperationResult>;
  rollback(identity: Identity, args: Placed & { to?: string | undefined; reason: string }): Promise<OperationResult>;
  scale(identity: Identity, args: Placed & { replicas: number; reason?: string | undefined }): Promise<OperationResult>;
  resume(identity: Identity, args: Placed & { reason?: string | undefined }): Promise<OperationResult>;
  promoteFully(identity: Identity, args: Placed & { reason?: string | undefined }): Promise<OperationResult>;
  abort(identity: Identity, args: Placed & { reason: string }): Promise<OperationResult>;
  liftHold(identity: Identity, args: { namespace: string; hold: string; reason: string; dryRun?: boolean }): Promise<OperationResult>;
} {
  const call = (identity: Identity, place: Placed): Call => ({ deps, identity, objects: deps.objectsFor(identity), place });
  return {
    promote: (identity, args) => promote(call(identity, args), args.release, args.reason),
    rollback: (identity, args) => rollback(call(identity, args), args.to, args.reason),
    scale: (identity, args) => scale(call(identity, args), args.replicas, args.reason),
    resume: (identity, args) => instruct(call(identity, args), 'resume', args.reason ?? 'resumed'),
    promoteFully: (identity, args) => instruct(call(identity, args), 'promoteFully', args.reason ?? 'promoted fully'),
    abort: (identity, args) => instruct(call(identity, args), 'abort', args.reason),
    liftHold: (identity, args) => liftHold(deps, identity, args),
  };
}

async function promote(call: Call, wanted: string | undefined, reason: string | undefined): Promise<OperationResult> {
  const { place, objects, deps } = call;
  const [environment, view] = await Promise.all([objects.get<EnvironmentObject>('roadbed.dev/Environment', undefined, place.environment), promotionView({ objects, desiredState: deps.desiredState }, place.namespace, place.service)]);
  if (environment === undefined) throw missing('environment', place.environment);
  const release: Candidate | undefined = wanted === undefined ? (newestFor(view, place.environment, environment.spec) ?? (reason === undefined ? undefined : newestFor({ ...view, holds: [] }, place.environment, environment.spec))) : view.releases.find((one) => one.name === wanted);
  if (release === undefined) throw wanted === undefined ? nothingToPromote(place, environment, view) : missing('release', wanted);
  const owner = view.ownedBy[place.environment];
  if (owner !== undefined) throw refusal('ROADBED-3321', `The name ${place.service} is taken in ${place.environment} by team ${owner}.`, 'A service name is unique within an environment.', 'choose another name, or ask them');
  const passing = await holdsToPass(call, release, view.holds);
  const target = { name: place.environment, spec: environment.spec };
  // With a reason a person passes the holds that a corrected secret may pass; what else refuses is told.
  const refused = refusePromotion(release, target, reason === undefined ? view.holds : view.holds.filter((hold) => !passing.includes(hold)));
  if (refused?.hold !== undefined) {
    const next = passing.length > 0 ? `${passCommand(passing[0] as NamedHold, release)} -n ${place.namespace}` : `roadbed hold lift ${refused.hold} -n ${place.namespace} --reason "..."`;
    throw refusal('ROADBED-3322', `Release ${release.name} is not let into ${place.environment}.`, refused.sentence, next);
  }
  if (refused !== undefined) throw refusal('ROADBED-3323', `Release ${release.name} may not come to ${place.environment} yet.`, refused.sentence, `roadbed promote ${place.service} --to ${environment.spec.promotesFrom ?? ''} -n ${place.namespace}`);
  const before = await deps.desiredState.read(place.environment, place.namespace, place.service);
  if (before?.release === release.name) return { message: `${release.name} is the desired release of ${place.service} in ${place.environment} already.`, object: rolloutReference(place) };
  const current = view.releases.find((one) => one.name === before?.release);
  if (current !== undefined && isOlder(release, current)) {
    throw refusal('ROADBED-3324', `Release ${release.name} is older than ${current.name}.`, 'Going back is a rollback: it holds the release that it leaves, so that automation does not bring it back at once.', `roadbed rollback ${place.service} -n ${place.namespace} --environment ${place.environment} --to ${release.name} --reason "..."`);
  }
  const entry: DesiredEntry = { namespace: place.namespace, service: place.service, environment: place.environment, release: release.name, hash: release.hash, replicas: before?.replicas ?? 1 };
  const why = reason ?? `promoted by ${call.identity.subject}`;
  return perform(call, `${release.name} is on its way to ${place.environment}.`, [request(call, `promote ${release.name}`, why), ...passing.map((hold) => passHold(call, hold, release, why)), commit(call, entry, `Promote ${place.service} to ${release.name} in ${place.environment}`, why)]);
}

/** Holds on the release's commit, but not on itself, which it passes because its secrets correct those of the held release. */
async function holdsToPass({ place, objects, identity }: Call, release: Candidate, holds: readonly NamedHold[]): Promise<NamedHold[]> {
  if (identity.subject.startsWith('service:') || release.verified.includes(place.environment)) return [];
  const onCommit = holds.filter((hold) => isActive(hold) && hold.spec.environment === place.environment && hold.spec.commit === release.commit && hold.spec.hash !== release.hash && hold.spec.passed?.hash !== release.hash);
  const secretsOf = async (name: string): Promise<Record<string, number> | undefined> => {
    const found = await objects.get<ReleaseObject>('roadbed.dev/Release', place.namespace, name);
    return found === undefined ? undefined : (found.spec.secrets[place.environment] ?? {});
  };
  const own = onCommit.length === 0 ? undefined : await secretsOf(release.name);
  const held = await Promise.all(onCommit.map(async (hold) => ({ hold, secrets: await secretsOf(hold.spec.release) })));
  return held.filter(({ secrets }) => own !== undefined && secrets !== undefined && correctsSecrets(secrets, own)).map(({ hold }) => hold);
}

function passHold(call: Call, hold: NamedHold, release: Candidate, reason: string): Step {
  const { objects, place, identity, deps } = call;
  const passed = { release: release.name, hash: release.hash, by: identity.subject, reason, at: new Date(deps.clock.now()).toISOString() };
  return { words: `let ${release.name} past ${hold.name}`, run: () => objects.patch('roadbed.dev/Hold', place.namespace, hold.name, { spec: { passed } }, { reason, chain: hold.spec.chain }) };
}

async function rollback(call: Call, to: string | undefined, reason: string): Promise<OperationResult> {
  const { place, objects, deps } = call;
  const rollout = await rolloutOf(call);
  const attempt = rollout.status?.attempt;
  if (attempt !== undefined && attempt.finishedAt === undefined && attempt.phase !== 'Promoting' && (to === undefined || to === attempt.from)) return instruct(call, 'abort', reason);
  const leaving = rollout.status?.stable?.release;
  if (leaving === undefined) throw refusal('ROADBED-3325', `Nothing of ${place.service} serves in ${place.environment}.`, 'There is no release to leave.', `roadbed status ${place.service} -n ${place.namespace}`);
  const view = await promotionView({ objects, desiredState: deps.desiredState }, place.namespace, place.service);
  const target = await targetOf(call, view.releases, leaving, to);
  const environment = await environmentSpec(call);
  const refused = refusePromotion(target, { name: place.environment, spec: { ...environment, promotesFrom: place.environment } }, view.holds);
  if (refused?.hold !== undefined) throw refusal('ROADBED-3322', `Release ${target.name} is not let into ${place.environment}.`, refused.sentence, `roadbed hold lift ${refused.hold} -n ${place.namespace} --reason "..."`);
  if (refused !== undefined) throw refusal('ROADBED-3326', `Release ${target.name} was never healthy in ${place.environment}.`, 'A rollback goes to a release that was verified there.', `roadbed promote ${place.service} --release ${target.name}`);
  const bad = await objects.get<ReleaseObject>('roadbed.dev/Release', place.namespace, leaving);
  if (bad === undefined) throw missing('release', leaving);
  const before = await deps.desiredState.read(place.environment, place.namespace, place.service);
  const entry: DesiredEntry = { namespace: place.namespace, service: place.service, environment: place.environment, release: target.name, hash: target.hash, replicas: before?.replicas ?? rollout.spec.replicas };
  return perform(call, `${place.service} in ${place.environment} goes back from ${leaving} to ${target.name}; ${leaving} is held.`, [
    request(call, `rollback to ${target.name}`, reason),
    placeHold(call, rollout, bad, { to: target.name, reason, production: environment.production }),
    commit(call, entry, `Return ${place.service} in ${place.environment} to ${target.name}`, reason),
  ]);
}

/** The named release, or the newest one before the present in the entry's history that was healthy here and is not held. */
async function targetOf(call: Call, releases: readonly Candidate[], leaving: string, to: string | undefined): Promise<Candidate> {
  const { place, deps, objects } = call;
  if (to !== undefined) {
    const named = releases.find((release) => release.name === to);
    if (named === undefined) throw missing('release', to);
    if (to === leaving) throw refusal('ROADBED-3327', `${to} is what serves already.`, 'A rollback goes to another release.', `roadbed status ${place.service} -n ${place.namespace}`);
    return named;
  }
  const holds = (await objects.list<HoldObject>('roadbed.dev/Hold', { namespace: place.namespace })).map(namedHold);
  const history = await deps.desiredState.history(place.environment, place.namespace, place.service, 100);
  const healthy = history
    .map((commitRow) => releases.find((release) => release.name === commitRow.release))
    .find((release) => release !== undefined && release.name !== leaving && release.verified.includes(place.environment) && !holds.some((hold) => hold.spec.lifted === undefined && hold.spec.environment === place.environment && hold.spec.hash === release.hash));
  if (healthy === undefined) throw refusal('ROADBED-3328', `There is no earlier healthy release of ${place.service} in ${place.environment}.`, `${leaving} is the only one that was ever verified there, or the others are held.`, `roadbed get releases -n ${place.namespace}`);
  return healthy;
}

async function scale(call: Call, replicas: number, reason: string | undefined): Promise<OperationResult> {
  const { place, deps } = call;
  await rolloutOf(call);
  const before = await deps.desiredState.read(place.environment, place.namespace, place.service);
  if (before === undefined) throw missing('desired-state entry', `${place.service} in ${place.environment}`);
  if (before.replicas === replicas) return { message: `${place.service} has ${replicas} replicas in ${place.environment} already.`, object: rolloutReference(place) };
  const why = reason ?? `scaled by ${call.identity.subject}`;
  return perform(call, `${place.service} in ${place.environment} goes from ${before.replicas} to ${replicas} replicas.`, [request(call, `scale to ${replicas}`, why), commit(call, { ...before, replicas }, `Scale ${place.service} in ${place.environment} to ${replicas}`, why)]);
}

async function instruct(call: Call, action: 'resume' | 'promoteFully' | 'abort', reason: string): Promise<OperationResult> {
  const { place, deps, identity, objects } = call;
  const rollout = await rolloutOf(call);
  const attempt = rollout.status?.attempt;
  const running = attempt !== undefined && attempt.finishedAt === undefined && attempt.phase !== 'RollingBack' && attempt.phase !== 'Promoting';
  if (!running) throw refusal('ROADBED-3329', `No rollout of ${place.service} is under way in ${place.environment}.`, `It is ${rollout.status?.phase ?? 'Empty'}${attempt === undefined ? '' : `; the last attempt is ${attempt.phase}`}.`, `roadbed status ${place.service} -n ${place.namespace}`);
  if (action === 'resume' && attempt.phase !== 'Paused' && rollout.spec.paused !== true) throw refusal('ROADBED-3330', 'The rollout is not paused.', `It is ${attempt.phase} at step ${attempt.step + 1} of ${attempt.strategy.steps.length}.`, `roadbed status ${place.service} -n ${place.namespace}`);
  const at = new Date(deps.clock.now()).toISOString();
  const spec = { instruction: { attempt: attempt.number, action, by: identity.subject, reason, at }, ...(action === 'resume' && rollout.spec.paused === true ? { paused: false } : {}) };
  const words = { resume: 'goes on', promoteFully: 'takes all traffic now', abort: 'is taken back' }[action];
  const step: Step = { words: `instruct attempt ${attempt.number}: ${action}`, run: () => objects.patch('roadbed.dev/Rollout', place.namespace, rollout.metadata.name, { spec }, { reason, chain: attempt.chain }) };
  return { ...(await perform(call, `${attempt.release} ${words}.`, [step])), chain: attempt.chain };
}

async function liftHold(deps: OperationDeps, identity: Identity, args: { namespace: string; hold: string; reason: string; dryRun?: boolean }): Promise<OperationResult> {
  const objects = deps.objectsFor(identity);
  const hold = await objects.get<HoldObject>('roadbed.dev/Hold', args.namespace, args.hold);
  if (hold === undefined) throw missing('hold', args.hold);
  if (hold.spec.lifted !== undefined) throw refusal('ROADBED-3331', `The hold ${args.hold} is lifted already.`, `By ${hold.spec.lifted.by}: ${hold.spec.lifted.reason}.`, `roadbed get holds -n ${args.namespace}`);
  const reason = args.reason.trim();
  if (reason === '') throw new PlatformError({ code: 'ROADBED-3332', class: 'usage', message: 'Lifting a hold needs a reason.', why: 'It is written to the audit log.', next: `roadbed hold lift ${args.hold} --reason "..."` });
  const place = { namespace: args.namespace, service: hold.spec.service, environment: hold.spec.environment, ...(args.dryRun === undefined ? {} : { dryRun: args.dryRun }) };
  const lifted = { by: identity.subject, reason, at: new Date(deps.clock.now()).toISOString() };
  const step: Step = { words: `lift ${args.hold}`, run: () => objects.patch('roadbed.dev/Hold', args.namespace, args.hold, { spec: { lifted } }, { reason, chain: hold.spec.chain }) };
  return { ...(await perform({ deps, identity, objects, place }, `${hold.spec.release} may come to ${hold.spec.environment} again.`, [step])), object: { kind: 'Hold', namespace: args.namespace, name: args.hold }, chain: hold.spec.chain };
}

async function perform(call: Call, message: string, steps: readonly Step[]): Promise<OperationResult> {
  const object = rolloutReference(call.place);
  if (call.place.dryRun === true) return { message: `Dry run: ${message}`, object, plan: steps.map((step) => step.words) };
  for (const step of steps) await step.run();
  return { message, object };
}

/** The write that asks the access rules: it stands before every commit. */
function request(call: Call, what: string, reason: string): Step {
  const { objects, place, deps } = call;
  const annotations = { [REQUEST_ANNOTATION]: `${what} at ${new Date(deps.clock.now()).toISOString()}` };
  const name = rolloutName(place.service, place.environment);
  return {
    words: `note the request on rollout ${name}`,
    run: async () => {
      if ((await objects.get('roadbed.dev/Rollout', place.namespace, name)) !== undefined) return objects.patch('roadbed.dev/Rollout', place.namespace, name, { metadata: { annotations } }, { reason });
      const metadata = { name, namespace: place.namespace, annotations };
      return objects.create({ apiVersion: API_VERSION, kind: 'Rollout', metadata, spec: { service: place.service, environment: place.environment, replicas: 1 } }, { reason });
    },
  };
}

function commit(call: Call, entry: DesiredEntry, title: string, reason: string): Step {
  const author = authorOf(call.identity);
  return {
    words: `commit to the desired state: ${title}`,
    run: async () => {
      await call.deps.desiredState.write(entry, `${title}\n\n${reason}\n\nBy: ${call.identity.subject}\n`, author);
      call.deps.onDesiredChange();
    },
  };
}

function placeHold(call: Call, rollout: RolloutObject, bad: ReleaseObject, about: { to: string; reason: string; production: boolean }): Step {
  const { reason } = about;
  const { place, objects, identity, deps } = call;
  const chain = rollout.status?.attempt?.chain ?? bad.metadata.uid;
  const name = holdName(place.service, place.environment, bad.spec.hash, rollout.status?.attempt?.number ?? 0);
  const spec = { service: place.service, environment: place.environment, release: bad.metadata.name, hash: bad.spec.hash, commit: bad.spec.source.commit, sequence: candidate(bad).sequence, reason, by: identity.subject, chain };
  const event = manualReturnEvent({ rollout, release: bad, hold: name, ...about, chain, identity, at: new Date(deps.clock.now()).toISOString() });
  return {
    words: `hold ${bad.metadata.name}`,
    run: async () => {
      try {
        await objects.transact([{ action: 'create', object: { apiVersion: API_VERSION, kind: 'Hold', metadata: { name, namespace: place.namespace }, spec } }], [event], { reason, chain });
      } catch (error) {
        if (!(error instanceof PlatformError) || error.class !== 'already-exists') throw error;
      }
    },
  };
}

/** Author of the caller's commits: `user:ada` becomes `ada <ada@roadbed.invalid>`. */
export function authorOf(identity: Identity): { name: string; email: string } {
  const name = identity.subject.replace(/^[a-z]+:/, '').replace(/[<>\r\n]/g, '') || identity.subject;
  return { name, email: `${name.replace(/[^A-Za-z0-9._-]/g, '-')}@roadbed.invalid` };
}

async function rolloutOf(call: Call): Promise<RolloutObject> {
  const name = rolloutName(call.place.service, call.place.environment);
  const rollout = await call.objects.get<RolloutObject>('roadbed.dev/Rollout', call.place.namespace, name);
  if (rollout === undefined) throw missing('rollout', name);
  return rollout;
}

async function environmentSpec(call: Call): Promise<EnvironmentObject['spec']> {
  const environment = await call.objects.get<EnvironmentObject>('roadbed.dev/Environment', undefined, call.place.environment);
  if (environment === undefined) throw missing('environment', call.place.environment);
  return environment.spec;
}

function rolloutReference(place: Placed): { kind: string; namespace: string; name: string } {
  return { kind: 'Rollout', namespace: place.namespace, name: rolloutName(place.service, place.environment) };
}

function missing(what: string, name: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-3320', class: 'not-found', message: `There is no ${what} ${name}.`, next: 'roadbed status' });
}

function nothingToPromote(place: Placed, environment: EnvironmentObject, view: PromotionView): PlatformError {
  const from = environment.spec.promotesFrom;
  const held = newestFor({ ...view, holds: [] }, place.environment, environment.spec);
  const hold = held === undefined ? undefined : heldFromAutomation(held, place.environment, view.holds);
  if (held !== undefined && hold !== undefined) return refusal('ROADBED-3322', `The newest release that may come to ${place.environment}, ${held.name}, is not let in.`, hold.sentence, `push a newer commit, or: roadbed hold lift ${hold.hold} -n ${place.namespace} --reason "..."`);
  return refusal('ROADBED-3323', `There is nothing to promote to ${place.environment}.`, from === undefined ? `${place.service} has no release that may come here.` : `No release of ${place.service} is verified in ${from}, which ${place.environment} takes its releases from.`, `roadbed get releases -n ${place.namespace}`);
}

function refusal(code: `ROADBED-${string}`, message: string, why: string, next: string): PlatformError {
  return new PlatformError({ code, class: 'refused', message, why, next });
}
