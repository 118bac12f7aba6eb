/**
 * The demo: a fleet that goes the way of any other service, and the scene of a bad release.
 *
 * Nothing here is a short cut: services are repositories, pipelines build them, rollouts bring them to dev
 * and prod. What is simulated are the visitors (the service `traffic`), and every demo object says so.
 */
import type { RolloutSpec, RolloutStatus } from '../../domain/kinds/rollout.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import { PlatformError } from '../../domain/error.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Source } from '../../ports/source.ts';
import { nextVersion, type DemoFleet } from './fleet.ts';

type Rollout = ApiObject<RolloutSpec, RolloutStatus>;

const ENVIRONMENT = 'prod';
const EXPLANATION = 'The shop is a demo: its services, pipelines, database and traffic are real processes on this machine; its visitors are simulated by the service "traffic".';

export interface DemoDependencies {
  fleet: DemoFleet;
  /** As the platform itself, for seeding. */
  objects: Objects;
  objectsOf: (identity: Identity) => Objects;
  source: Source;
  /** Tells the platform that a branch moved, as a push does. */
  received: (namespace: string, repository: string) => Promise<void>;
  requestsPerSecond: () => Promise<number | undefined>;
}

export interface DemoState {
  present: boolean;
  explanation: string;
  phase: 'absent' | 'starting' | 'ready' | 'releasing' | 'rolledBack' | 'fixing';
  service?: string;
  namespace?: string;
  environment?: string;
  rollout?: string;
  faultyDisabledReason?: string;
  fixedDisabledReason?: string;
  requestsPerSecond?: number;
}

export interface Demo {
  /** Makes what is missing of the fleet; idempotent. */
  seed(): Promise<void>;
  state(): Promise<DemoState>;
  release(identity: Identity, kind: 'faulty' | 'fixed'): Promise<{ message: string; object: { kind: string; namespace: string; name: string } }>;
}

/** The platform without a demo: says how to get one. */
export const noDemo: Pick<Demo, 'state'> = {
  state: async () => ({ present: false, phase: 'absent', explanation: 'There is no demo fleet here; "roadbed up" without --empty brings one.', faultyDisabledReason: 'there is no demo fleet', fixedDisabledReason: 'there is no demo fleet' }),
};

function reasons(rollout: Rollout | undefined): { phase: DemoState['phase']; faulty?: string; fixed?: string } {
  const attempt = rollout?.status?.attempt;
  if (rollout === undefined || attempt === undefined || rollout.status?.stable === undefined) {
    return { phase: 'starting', faulty: 'the fleet is still starting', fixed: 'the fleet is still starting' };
  }
  const ended = attempt.phase === 'Promoted' || attempt.phase === 'RolledBack' || attempt.phase === 'Aborted';
  if (!ended) return { phase: 'releasing', faulty: 'a release is under way', fixed: 'a release is under way' };
  if (attempt.phase === 'Promoted') return { phase: 'ready', fixed: 'there is nothing to fix' };
  return { phase: 'rolledBack' };
}

export function createDemo(deps: DemoDependencies): Demo {
  const { fleet } = deps;
  const scene = fleet.scenarios.faulty.service;
  const rolloutName = `${scene}.${ENVIRONMENT}`;

  async function seedService(name: string, files: Record<string, string>): Promise<void> {
    const present = await deps.objects.get('roadbed.dev/Repository', fleet.namespace, name);
    if (present !== undefined && (await deps.source.head(fleet.namespace, name, 'main')) !== undefined) return;
    await deps.source.create(fleet.namespace, name, files, { name: 'Roadbed Demo', email: 'demo@roadbed.invalid' });
    if (present === undefined) {
      await deps.objects.create({
        apiVersion: API_VERSION,
        kind: 'Repository',
        metadata: { name, namespace: fleet.namespace, labels: { 'roadbed.dev/demo': 'true' } },
        spec: { branch: 'main', trusted: true },
      });
    }
    await deps.received(fleet.namespace, name);
  }

  return {
    async seed() {
      if ((await deps.objects.get('/Namespace', undefined, fleet.namespace)) === undefined) {
        await deps.objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: fleet.namespace, labels: { 'roadbed.dev/demo': 'true' } }, spec: {} });
      }
      for (const service of fleet.services) await seedService(service.name, service.files);
      await seedService(fleet.infrastructure.name, fleet.infrastructure.files);
    },

    async state() {
      const rollout = await deps.objects.get<Rollout>('roadbed.dev/Rollout', fleet.namespace, rolloutName);
      const { phase, faulty, fixed } = reasons(rollout);
      const rate = await deps.requestsPerSecond();
      return {
        present: true,
        explanation: EXPLANATION,
        phase,
        service: scene,
        namespace: fleet.namespace,
        environment: ENVIRONMENT,
        rollout: rolloutName,
        ...(faulty === undefined ? {} : { faultyDisabledReason: faulty }),
        ...(fixed === undefined ? {} : { fixedDisabledReason: fixed }),
        ...(rate === undefined ? {} : { requestsPerSecond: rate }),
      };
    },

    async release(identity, kind) {
      const state = await this.state();
      const refusal = kind === 'faulty' ? state.faultyDisabledReason : state.fixedDisabledReason;
      if (refusal !== undefined) throw new PlatformError({ code: 'ROADBED-3390', class: 'refused', message: `The ${kind} version cannot be released now.`, why: refusal, next: 'roadbed demo' });
      // Whoever may change the service's repository may release; the write is the check and the audit row.
      const scenario = fleet.scenarios[kind];
      const head = await deps.source.head(fleet.namespace, scenario.service, 'main');
      const ordinal = head === undefined ? 1 : ((await deps.source.commit(fleet.namespace, scenario.service, head))?.sequence ?? 0) + 1;
      await deps.objectsOf(identity).patch('roadbed.dev/Repository', fleet.namespace, scenario.service, { metadata: { annotations: { 'roadbed.dev/demo-version': `1.0.${ordinal}` } } }, { reason: `demo: release the ${kind} version` });
      const commit = await deps.source.commitFiles(fleet.namespace, scenario.service, 'main', nextVersion(fleet, kind, ordinal), scenario.message, scenario.author);
      await deps.received(fleet.namespace, scenario.service);
      return {
        message: `Commit ${commit.slice(0, 7)} "${scenario.message}" is pushed to ${scenario.service}; it goes through its pipeline and dev to prod.`,
        object: { kind: 'Rollout', namespace: fleet.namespace, name: rolloutName },
      };
    },
  };
}
