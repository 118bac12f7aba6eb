/**
 * Deployments read back from the event log: one for each attempt of a rollout that met users.
 *
 * `service.deployed` opens a deployment (the release begins to serve), `rollout.finished` with outcome
 * Promoted or `service.upgraded` makes it successful, `service.rolledback` makes it failed unless it was
 * only superseded by another wish. An incident belongs to the deployment that its cause names (rollout
 * and attempt), never to the latest one before it.
 */
import type { EventRow } from '../../domain/event.ts';

/** Kinds that `deliveryMetrics` reads; the caller queries these. */
export const DELIVERY_EVENT_KINDS: readonly string[] = [
  'change.merged', 'service.deployed', 'service.upgraded', 'service.rolledback', 'rollout.finished', 'incident.detected', 'incident.resolved',
];

export interface DeliveryScope {
  namespace?: string;
  service?: string;
  /** Absent: every production environment. */
  environment?: string;
}

export interface Deployment {
  /** `namespace/rollout#attempt`. */
  id: string;
  namespace: string;
  service: string;
  environment: string;
  release: string;
  repository: string | undefined;
  commit: string | undefined;
  committedAt: number | undefined;
  /** Position of the commit on its branch, where the rows tell it. */
  sequence: number | undefined;
  deployedAt: number;
  outcome: 'running' | 'successful' | 'failed' | 'withdrawn';
  /** It came to serve all requests; true also when it failed after that. */
  promoted: boolean;
  /** When the outcome was first known. */
  finishedAt: number | undefined;
  failure?: { automatic: boolean; incident: string | undefined; at: number; recoveredAt: number | undefined };
  /** Incident that this deployment was made to end. */
  fixes?: string;
  rows: EventRow[];
}

/** Deployments of a scope, oldest first. Rows may come in any order; a row twice counts once. */
export function deploymentsOf(rows: readonly EventRow[], scope: DeliveryScope): Deployment[] {
  const deployments = new Map<string, Deployment>();
  const unique = new Map(rows.map((row) => [row.id, row]));
  const ordered = [...unique.values()].sort((one, other) => one.sequence - other.sequence);
  for (const row of ordered) {
    const id = attemptOf(row);
    if (id === undefined || !inScope(row, scope)) continue;
    const known = deployments.get(id);
    if (known !== undefined) note(known, row);
    else if (row.kind === 'service.deployed') deployments.set(id, opened(id, row));
  }
  const list = [...deployments.values()].sort((one, other) => one.deployedAt - other.deployedAt || (one.id < other.id ? -1 : 1));
  linkFixes(list);
  linkRecoveries(list);
  return list;
}

function inScope(row: EventRow, scope: DeliveryScope): boolean {
  const namespace = text(row, 'namespace') ?? row.namespace;
  if (scope.namespace !== undefined && namespace !== scope.namespace) return false;
  if (scope.service !== undefined && text(row, 'service') !== scope.service) return false;
  return scope.environment === undefined ? row.body['production'] === true : text(row, 'environment') === scope.environment;
}

function attemptOf(row: EventRow): string | undefined {
  const rollout = text(row, 'rollout');
  const attempt = row.body['attempt'];
  const namespace = text(row, 'namespace') ?? row.namespace ?? '-';
  return rollout === undefined || typeof attempt !== 'number' ? undefined : `${namespace}/${rollout}#${attempt}`;
}

function opened(id: string, row: EventRow): Deployment {
  const committed = text(row, 'committedAt');
  const sequence = row.body['sequence'];
  const fixes = text(row, 'fixes');
  return {
    id, namespace: text(row, 'namespace') ?? row.namespace ?? '-', service: text(row, 'service') ?? '', environment: text(row, 'environment') ?? '', release: text(row, 'release') ?? '',
    repository: text(row, 'repository'), commit: text(row, 'commit'), committedAt: committed === undefined ? undefined : Date.parse(committed),
    sequence: typeof sequence === 'number' ? sequence : undefined, deployedAt: Date.parse(row.occurredAt), outcome: 'running', promoted: false, finishedAt: undefined,
    ...(fixes === undefined ? {} : { fixes }), rows: [row],
  };
}

function note(deployment: Deployment, row: EventRow): void {
  const at = Date.parse(row.occurredAt);
  switch (row.kind) {
    case 'service.upgraded':
      return succeed(deployment, row, at);
    case 'rollout.finished':
      if (text(row, 'outcome') === 'Promoted') succeed(deployment, row, at);
      return;
    case 'service.rolledback':
      return returned(deployment, row, at);
    case 'incident.detected':
      deployment.rows.push(row);
      fail(deployment, row, at, row.body['automatic'] === true);
      return;
    case 'incident.resolved':
      deployment.rows.push(row);
      if (deployment.failure !== undefined) deployment.failure.recoveredAt ??= at;
      return;
    default:
  }
}

function succeed(deployment: Deployment, row: EventRow, at: number): void {
  if (deployment.outcome !== 'running') return;
  deployment.rows.push(row);
  deployment.outcome = 'successful';
  deployment.promoted = true;
  deployment.finishedAt = at;
}

/** A return because of another wish is no failure: nobody had to intervene for the users' sake. */
function returned(deployment: Deployment, row: EventRow, at: number): void {
  deployment.rows.push(row);
  const intent = text(row, 'intent');
  if (intent === 'superseded' || intent === 'held') {
    if (deployment.outcome !== 'running') return;
    deployment.outcome = 'withdrawn';
    deployment.finishedAt = at;
  } else fail(deployment, row, at, row.body['automatic'] === true);
}

function fail(deployment: Deployment, row: EventRow, at: number, automatic: boolean): void {
  const incident = text(row, 'incident') ?? deployment.failure?.incident;
  deployment.failure = { automatic: deployment.failure?.automatic ?? automatic, incident, at: deployment.failure?.at ?? at, recoveredAt: deployment.failure?.recoveredAt };
  deployment.outcome = 'failed';
  deployment.finishedAt ??= at;
}

/** The first success of another commit after a failure, in the same place, was made because of it; an explicit `fixes` wins. */
function linkFixes(deployments: readonly Deployment[]): void {
  const open = new Map<string, Deployment>();
  const byEnd = deployments.filter((deployment) => deployment.finishedAt !== undefined).sort((one, other) => (one.finishedAt ?? 0) - (other.finishedAt ?? 0));
  for (const deployment of byEnd) {
    const place = `${deployment.namespace}/${deployment.service}@${deployment.environment}`;
    if (deployment.outcome === 'failed') open.set(place, deployment);
    const failed = open.get(place);
    if (deployment.outcome !== 'successful' || failed === undefined || failed.commit === deployment.commit || deployment.deployedAt < (failed.failure?.at ?? 0)) continue;
    deployment.fixes ??= failed.failure?.incident ?? failed.id;
    open.delete(place);
  }
}

/** Without a row that says when users were served well again, the next success in the same place is that moment. */
function linkRecoveries(deployments: readonly Deployment[]): void {
  for (const deployment of deployments) {
    const { failure } = deployment;
    if (failure === undefined || failure.recoveredAt !== undefined) continue;
    const next = deployments.filter((other) => other.outcome === 'successful' && other.namespace === deployment.namespace && other.service === deployment.service && other.environment === deployment.environment && other.id !== deployment.id && (other.finishedAt ?? 0) > failure.at);
    const times = next.map((other) => other.finishedAt ?? 0);
    if (times.length > 0) failure.recoveredAt = Math.min(...times);
  }
}

export function text(row: EventRow, field: string): string | undefined {
  const value = Object.hasOwn(row.body, field) ? row.body[field] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
