/** Terraform states in the control plane: taking them, analysing them, and what both need of repositories and secrets. */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { PostgresFindings } from '../../adapters/postgres/findings/store.ts';
import { PostgresTerraformStates } from '../../adapters/postgres/terraform-states/store.ts';
import type { OperationsApiDependencies } from '../../api/console/dependencies.ts';
import type { InfrastructureReads } from '../../api/console/infrastructure-reads.ts';
import type { StatePushDependencies } from '../../api/platform/state-push.ts';
import type { FindingOperations } from '../../control/finding/operations.ts';
import type { RepositorySpec, RepositoryStatus } from '../../domain/kinds/repository.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { ApiObject } from '../../domain/object.ts';
import { requestReference } from '../../domain/reference.ts';
import type { InfrastructureRoot } from '../../engines/infrastructure-roots/find-roots.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Findings } from '../../ports/findings.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { TerraformStates } from '../../ports/terraform-states.ts';
import { AnalysisThread } from '../infrastructure/analysis-thread.ts';
import { openStateAnalysis, type StateAnalysis, type StateCode } from '../infrastructure/state-analysis.ts';
import { openStateIntake, type StateIntake } from '../infrastructure/state-intake.ts';
import { ownFilesMark } from '../infrastructure/own-files.ts';
import type { PlatformDatabase } from './database.ts';
import type { ObjectCore } from './object-core.ts';
import type { Decision } from '../../engines/access/action.ts';

type RepositoryObject = ApiObject<RepositorySpec, RepositoryStatus>;

/** States are large; pages must not wait for them, so they have a thread of their own. */
const LIMITS = { milliseconds: 120_000, memory: 1_536, waiting: 50 };
const ROOTS_PATIENCE_MS = 15_000;
/** Like every secret it is encrypted in the database; no team goes by this name. */
const KEY_SCOPE = { namespace: '-', environment: '-', service: 'terraform-states' };
const DEMO = { issuer: 'roadbed', subject: 'service:demo' };
const KEY_NAME = 'REDACTION_KEY';

export interface TerraformStatesParts {
  core: ObjectCore;
  storage: PlatformDatabase;
  secrets: Secrets;
  infrastructure: InfrastructureReads;
  gitDir: (namespace: string, name: string) => string;
  clock: Clock;
  version: string;
  /** The platform team's folder: own rules and prices. */
  extensions: string;
  log: Logger;
}

export interface PlatformStates {
  states: TerraformStates;
  findings: Findings;
  intake: StateIntake;
  analysis: StateAnalysis;
  push: StatePushDependencies;
  operations: FindingOperations;
  reads: NonNullable<OperationsApiDependencies['findings']>;
  /** States of the demo's infrastructures, where there are none yet; idempotent. */
  seedExamples(namespace: string, repository: string): Promise<void>;
  stop(): Promise<void>;
}

export function openPlatformStates(parts: TerraformStatesParts): PlatformStates {
  const { core, storage, clock } = parts;
  const thread = new AnalysisThread(LIMITS, { extensions: parts.extensions });
  const states = new PostgresTerraformStates(storage.database);
  const findings = new PostgresFindings(storage.database);
  const objects = core.as('state-analysis');
  const key = redactionKey(parts.secrets);
  const roots = (namespace: string, repository: string): Promise<readonly InfrastructureRoot[]> => rootsOf(objects, parts.infrastructure, namespace, repository);
  const analysis = openStateAnalysis({
    thread, states, findings, key, clock, version: [parts.version, ownFilesMark(parts.extensions)].filter((part) => part !== '').join('+'), log: parts.log,
    codeOf: async ({ namespace, repository, root, workspace }) => {
      if (repository === '') return undefined;
      const found = (await roots(namespace, repository)).find((one) => one.name === root && (one.workspace === undefined || one.workspace === workspace));
      const head = (await objects.get<RepositoryObject>(`${GROUP}/Repository`, namespace, repository))?.status?.head;
      return found === undefined || head === undefined ? undefined : ({ gitDir: parts.gitDir(namespace, repository), commit: head, root: found } satisfies StateCode);
    },
  });
  const intake = openStateIntake({
    thread, states, findings, key, clock, pushed: () => analysis.wake(),
    repositoriesWith: async (namespace, root) => {
      const repositories = await objects.list<RepositoryObject>(`${GROUP}/Repository`, { namespace });
      const having = await Promise.all(repositories.map(async ({ metadata }) => ((await roots(namespace, metadata.name)).some(({ name }) => name === root) ? [metadata.name] : [])));
      return having.flat().sort();
    },
  });
  const decide = (identity: Identity, namespace: string): Decision => {
    const kind = core.service.kinds.byName(`${GROUP}/Repository`);
    return kind === undefined ? { allowed: false, reason: 'repositories are not served' } : core.service.decide(identity, 'update', { kind, namespace, name: '' });
  };
  const authorise = async (identity: Identity, namespace: string, method: string, what: string): Promise<Decision> => {
    const decision = decide(identity, namespace);
    if (!decision.allowed) {
      await storage.store.events.append([{ namespace, actor: { issuer: identity.issuer, subject: identity.subject }, subject: requestReference(method, `/namespaces/${namespace}/${what}`), kind: 'request.refused', schemaVersion: 1, body: { code: 403, reason: decision.reason } }]);
    }
    return decision;
  };
  return {
    states, findings, intake, analysis,
    push: {
      push: intake.push,
      compare: intake.compare,
      remove: intake.remove,
      hasNamespace: (name) => namespaceExists(core, name),
      authorise: (identity, action) => authorise(identity, action.namespace ?? '', 'PUT', 'terraform-states'),
    },
    operations: { findings, authorise: (identity, namespace) => authorise(identity, namespace, 'POST', 'findings') },
    reads: {
      store: findings,
      states,
      mayAccept: (identity, namespace) => {
        const { allowed, reason } = decide(identity, namespace);
        return allowed ? undefined : reason;
      },
    },
    async seedExamples(namespace, repository) {
      const head = (await objects.get<RepositoryObject>(`${GROUP}/Repository`, namespace, repository))?.status?.head;
      for (const root of head === undefined ? [] : await roots(namespace, repository)) {
        const name = { namespace, repository, root: root.name, workspace: 'default' };
        if ((await states.find(name)) !== undefined) continue;
        const texts = JSON.parse(new TextDecoder().decode(await thread.run({ kind: 'example-states', gitDir: parts.gitDir(namespace, repository), commit: head ?? '', root }, false))) as string[];
        for (const text of texts) {
          await intake.push(name, new Uint8Array(new TextEncoder().encode(text)), {}, DEMO);
          // The history shows what each serial changed and cost, so each is looked at before the next.
          await analysis.pass();
        }
      }
    },
    stop: async () => {
      await Promise.all([analysis.stop(), thread.stop()]);
    },
  };
}

function namespaceExists(core: ObjectCore, name: string): boolean {
  const kind = core.service.kinds.byName('/Namespace');
  return kind !== undefined && core.service.select(kind, undefined).some((stored) => stored.key.name === name);
}

async function rootsOf(objects: Objects, infrastructure: InfrastructureReads, namespace: string, repository: string): Promise<readonly InfrastructureRoot[]> {
  const head = (await objects.get<RepositoryObject>(`${GROUP}/Repository`, namespace, repository))?.status?.head;
  if (head === undefined) return [];
  const found = await infrastructure.roots({ namespace, name: repository }, head, ROOTS_PATIENCE_MS);
  return found.state === 'ready' ? found.value.roots : [];
}

/** Made once for the platform. Version 1 is the key, whoever wrote it: two replicas that start together have the same. */
export function redactionKey(secrets: Secrets): () => Promise<Uint8Array> {
  let known: Promise<Uint8Array> | undefined;
  const read = async (): Promise<Uint8Array> => {
    if ((await secrets.versions(KEY_SCOPE))[KEY_NAME] === undefined) await secrets.set(KEY_SCOPE, KEY_NAME, randomBytes(32).toString('base64'), 'service:state-analysis');
    const { [KEY_NAME]: value = '' } = await secrets.resolve(KEY_SCOPE, { [KEY_NAME]: 1 });
    return new Uint8Array(Buffer.from(value, 'base64'));
  };
  return () => (known ??= read().catch((error: unknown) => {
    known = undefined;
    throw error;
  }));
}
