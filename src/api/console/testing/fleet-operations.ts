/** Operations over the fleet in memory: enough to see a page change without reload after an action. */
import { PlatformError } from '../../../domain/error.ts';
import type { RolloutObject } from '../../contract/pages.ts';
import type { DemoStatus, OperationResult, Operations } from '../../contract/operations.ts';
import type { Identity } from '../../../ports/identity.ts';
import type { HoldObject } from '../snapshot.ts';
import { NAMESPACE, repositories } from './fleet-objects.ts';
import type { MemoryEvents, MemoryObjects } from './memory-ports.ts';

export function fleetOperations(objects: MemoryObjects, events: MemoryEvents): Operations & { calls: { name: string; subject: string; args: unknown }[] } {
  const calls: { name: string; subject: string; args: unknown }[] = [];
  const done = (name: string, identity: Identity, args: unknown, message: string): OperationResult => {
    calls.push({ name, subject: identity.subject, args });
    void events.append([{ namespace: NAMESPACE, actor: identity, subject: `v1:operation:${name}`, kind: `operation.${name}`, schemaVersion: 1, body: { args } }]);
    return { message };
  };
  const rollout = async (service: string, environment: string): Promise<RolloutObject> => {
    const found = await objects.get<RolloutObject>('roadbed.dev/Rollout', NAMESPACE, `${service}.${environment}`);
    if (found === undefined) throw new PlatformError({ code: 'ROADBED-5004', class: 'not-found', message: `There is no rollout ${service}.${environment}.` });
    return found;
  };
  const settle = async (service: string, environment: string, phase: 'Promoted' | 'Aborted'): Promise<void> => {
    const present = await rollout(service, environment);
    const attempt = present.status?.attempt;
    if (attempt === undefined || present.status === undefined) return;
    const now = new Date().toISOString();
    const stable = phase === 'Promoted' ? { release: attempt.release, since: now } : present.status.stable;
    const sentence = `${attempt.release} was ${phase === 'Promoted' ? 'promoted' : 'aborted'} by a person`;
    objects.put({ ...present, status: { ...present.status, phase: 'Healthy', ...(stable === undefined ? {} : { stable }), attempt: { ...attempt, phase, finishedAt: now, weight: phase === 'Promoted' ? 100 : 0, verdict: { outcome: phase, at: now, sentence } } } });
  };
  return {
    calls,
    async promote(identity, args) {
      return done('promote', identity, args, `${args.service} is on its way to ${args.environment}.`);
    },
    async rollback(identity, args) {
      return done('rollback', identity, args, `${args.service} returns in ${args.environment}.`);
    },
    async scale(identity, args) {
      const present = await rollout(args.service, args.environment);
      objects.put({ ...present, spec: { ...present.spec, replicas: args.replicas }, status: { ...present.status, phase: present.status?.phase ?? 'Healthy', replicas: args.replicas, readyReplicas: args.replicas } });
      return done('scale', identity, args, `${args.service} runs ${args.replicas} replicas in ${args.environment}.`);
    },
    async resume(identity, args) {
      await settle(args.service, args.environment, 'Promoted');
      return done('resume', identity, args, `The rollout of ${args.service} goes on.`);
    },
    async promoteFully(identity, args) {
      await settle(args.service, args.environment, 'Promoted');
      return done('promoteFully', identity, args, `${args.service} takes all traffic.`);
    },
    async abort(identity, args) {
      await settle(args.service, args.environment, 'Aborted');
      return done('abort', identity, args, `The rollout of ${args.service} was aborted.`);
    },
    async acceptFinding(identity, args) {
      return done('acceptFinding', identity, args, 'The finding is accepted.');
    },
    async reopenFinding(identity, args) {
      return done('reopenFinding', identity, args, 'The finding is open again.');
    },
    async liftHold(identity, args) {
      const hold = await objects.get<HoldObject>('roadbed.dev/Hold', args.namespace, args.hold);
      if (hold === undefined) throw new PlatformError({ code: 'ROADBED-5004', class: 'not-found', message: 'There is no such hold.' });
      objects.put({ ...hold, spec: { ...hold.spec, lifted: { by: identity.subject, reason: args.reason, at: new Date().toISOString() } } });
      return done('liftHold', identity, args, 'The hold is lifted.');
    },
    async newService(identity, args) {
      if (['payments', 'cart'].includes(args.name)) throw new PlatformError({ code: 'ROADBED-4301', class: 'already-exists', message: `The service "${args.name}" exists already.`, why: `It belongs to ${NAMESPACE}.`, next: 'Choose another name.' });
      const [model] = repositories(Date.now());
      const now = new Date().toISOString();
      if (model !== undefined) objects.put({ ...model, metadata: { ...model.metadata, name: args.name, namespace: args.namespace, uid: args.name, creationTimestamp: now }, spec: { branch: 'main', trusted: false, template: { name: args.template, version: '1.0.0', requestedAt: now, requestedBy: identity.subject } } });
      return done('newService', identity, args, `${args.name} is being made.`);
    },
    async runPipeline(identity, args) {
      return done('runPipeline', identity, args, 'A run was started.');
    },
    async cancelPipeline(identity, args) {
      return done('cancelPipeline', identity, args, 'The run is being cancelled.');
    },
    async rerunPipeline(identity, args) {
      return done('rerunPipeline', identity, args, 'A new run was started.');
    },
    async demoStatus(): Promise<DemoStatus> {
      return { present: true, explanation: 'Five real services with a real database; the customers are simulated.', phase: 'ready', service: 'payments', namespace: NAMESPACE, environment: 'prod', rollout: 'payments.prod', requestsPerSecond: 140 };
    },
    async demoRelease(identity, args) {
      return { ...done('demoRelease', identity, args, args.kind === 'faulty' ? 'A faulty version of payments is on its way.' : 'The fix is on its way.'), object: { kind: 'Rollout', namespace: NAMESPACE, name: 'payments.prod' } };
    },
  };
}
