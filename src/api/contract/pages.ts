/** What the pages read: one answer a page, made from objects, events and traffic at the moment of asking. */
import { z } from 'zod';
import type { EnvironmentSpec } from '../../domain/kinds/environment.ts';
import type { PipelineRunSpec, PipelineRunStatus } from '../../domain/kinds/pipeline-run.ts';
import type { ResourceClaimSpec, ResourceClaimStatus } from '../../domain/kinds/resource-claim.ts';
import type { RolloutSpec, RolloutStatus } from '../../domain/kinds/rollout.ts';
import type { ApiObject } from '../../domain/object.ts';
import { demoStatusSchema } from './operations.ts';
import { availabilitySchema, holdSummarySchema, objectKeySchema, objectSchema, pulseSchema, releaseSummarySchema } from './shapes.ts';

export type RolloutObject = ApiObject<RolloutSpec, RolloutStatus>;
export type PipelineRunObject = ApiObject<PipelineRunSpec, PipelineRunStatus>;
export type ResourceClaimObject = ApiObject<ResourceClaimSpec, ResourceClaimStatus>;

const tone = z.enum(['ok', 'bad', 'warn', 'run', 'hold', 'idle']);
export type Tone = z.infer<typeof tone>;

export const sessionSchema = z.object({
  subject: z.string(),
  expiresAt: z.string().optional(),
  version: z.string(),
  /** Namespaces that exist and that the person may read. */
  namespaces: z.array(z.string()),
  apiUrl: z.string().optional(),
  gitUrl: z.string().optional(),
  /** How untrusted steps are confined on this machine. */
  isolation: z.string().optional(),
});
export type Session = z.infer<typeof sessionSchema>;

export const inboxItemSchema = z.object({
  id: z.string(),
  tone,
  /** What is the case, one sentence. */
  cause: z.string(),
  /** What it means for users or for the team. */
  impact: z.string(),
  since: z.string(),
  action: z.object({ label: z.string(), path: z.string() }),
  cli: z.string(),
});
export type InboxItem = z.infer<typeof inboxItemSchema>;

export const fleetRowSchema = z.object({
  namespace: z.string(),
  service: z.string(),
  owner: z.string().optional(),
  environment: z.string(),
  production: z.boolean(),
  rollout: objectSchema<RolloutObject>(),
  release: releaseSummarySchema.optional(),
  pulse: pulseSchema.optional(),
});
export type FleetRow = z.infer<typeof fleetRowSchema>;

export const homeSchema = z.object({
  checkedAt: z.string(),
  title: z.string(),
  inbox: z.array(inboxItemSchema),
  week: z.array(z.object({ date: z.string(), deployed: z.number(), returned: z.number(), failedRuns: z.number() })),
  fleet: z.array(fleetRowSchema),
  repositories: z.number(),
  demo: demoStatusSchema,
});
export type Home = z.infer<typeof homeSchema>;

export const catalogRowSchema = z.object({
  kind: z.string(),
  apiVersion: z.string(),
  namespace: z.string(),
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  type: z.string().optional(),
  lifecycle: z.string().optional(),
  owner: z.string().optional(),
  system: z.string().optional(),
  tags: z.array(z.string()),
  /** Where it was read from; absent for what was written by hand. */
  source: z.object({ repository: z.string(), path: z.string().optional(), /** The newest one that was read. */ commit: z.string().optional() }).optional(),
  /** When it last changed. */
  changedAt: z.string(),
  /** Of a component that runs here: its environments. */
  running: z.array(z.object({ environment: z.string(), phase: z.string() })),
  dangling: z.number(),
});
export type CatalogRow = z.infer<typeof catalogRowSchema>;

/** What needs what, as declared. References are `kind:namespace/name`, lower case. */
export const serviceMapSchema = z.object({
  nodes: z.array(z.object({ ref: z.string(), /** False: named by a relation, and nowhere described. */ found: z.boolean(), center: z.boolean().optional() })),
  /** `from` needs `to`. */
  edges: z.array(z.object({ from: z.string(), to: z.string(), type: z.string() })),
  /** Nodes beyond the most that are drawn. */
  omitted: z.number(),
});
export type ServiceMap = z.infer<typeof serviceMapSchema>;
export const catalogSchema = z.object({ checkedAt: z.string(), entities: z.array(catalogRowSchema), map: serviceMapSchema });
export type Catalog = z.infer<typeof catalogSchema>;

export const relationSchema = z.object({
  type: z.string(),
  /** `kind:namespace/name`. */
  targetRef: z.string(),
  found: z.boolean(),
});
export const entityPageSchema = z.object({
  row: catalogRowSchema,
  relations: z.array(relationSchema),
  map: serviceMapSchema,
  links: z.array(z.object({ url: z.string(), title: z.string() })),
  object: objectSchema(),
  /** Service page that belongs to it. */
  service: objectKeySchema.optional(),
});
export type EntityPage = z.infer<typeof entityPageSchema>;

export const deploySchema = z.object({
  at: z.string(),
  environment: z.string(),
  release: z.string(),
  outcome: z.enum(['deployed', 'returned', 'started', 'removed']),
  sentence: z.string(),
  chain: z.string(),
});
export type Deploy = z.infer<typeof deploySchema>;

/** What reached and left the environments in the last days, newest first. */
export const deploysPageSchema = z.object({
  since: z.string(),
  until: z.string(),
  deploys: z.array(deploySchema.extend({ namespace: z.string().optional(), service: z.string() })),
});
export type DeploysPage = z.infer<typeof deploysPageSchema>;

export const placementSchema = z.object({
  environment: z.string(),
  production: z.boolean(),
  order: z.number(),
  rollout: objectSchema<RolloutObject>().optional(),
  release: releaseSummarySchema.optional(),
  holds: z.array(holdSummarySchema),
  pulse: pulseSchema.optional(),
  /** Releases between the one here and the newest; absent when one of them is unknown. */
  behind: z.number().optional(),
  /** The release that a promotion would bring. */
  candidate: releaseSummarySchema.optional(),
  promote: availabilitySchema,
  rollback: availabilitySchema,
  scale: availabilitySchema,
});
export type Placement = z.infer<typeof placementSchema>;

export const servicePageSchema = z.object({
  namespace: z.string(),
  service: z.string(),
  title: z.string(),
  description: z.string().optional(),
  owner: z.string().optional(),
  entity: objectKeySchema.optional(),
  repository: z
    .object({ name: z.string(), cloneUrl: z.string().optional(), branch: z.string(), head: z.string().optional(), external: z.boolean(), timeToValueSeconds: z.number().optional(), template: z.string().optional() })
    .optional(),
  placements: z.array(placementSchema),
  releases: z.array(releaseSummarySchema),
  runs: z.array(objectSchema<PipelineRunObject>()),
  claims: z.array(objectSchema<ResourceClaimObject>()),
  deploys: z.array(deploySchema),
});
export type ServicePage = z.infer<typeof servicePageSchema>;

export const pipelineRunRowSchema = z.object({
  run: objectSchema<PipelineRunObject>(),
  subject: z.string().optional(),
  author: z.string().optional(),
});
export type PipelineRunRow = z.infer<typeof pipelineRunRowSchema>;
export const pipelinesPageSchema = z.object({ checkedAt: z.string(), runs: z.array(pipelineRunRowSchema) });
export type PipelinesPage = z.infer<typeof pipelinesPageSchema>;

export const pipelineRunPageSchema = z.object({
  run: objectSchema<PipelineRunObject>(),
  title: z.string(),
  subject: z.string().optional(),
  author: z.string().optional(),
  release: releaseSummarySchema.optional(),
  service: objectKeySchema.optional(),
  earlier: z.array(objectSchema<PipelineRunObject>()),
  cancel: availabilitySchema,
  rerun: availabilitySchema,
});
export type PipelineRunPage = z.infer<typeof pipelineRunPageSchema>;

export const environmentRowSchema = z.object({
  name: z.string(),
  order: z.number(),
  production: z.boolean(),
  promotesFrom: z.string().optional(),
  autoPromote: z.boolean(),
  autoRollback: z.boolean(),
  /** `5 % → 25 % → all, success rate ≥ 99 %`. */
  strategy: z.string(),
  services: z.number(),
  /** What it is for, in a person's words: the annotation of the same meaning. */
  description: z.string().optional(),
  /** The settings as they are kept, and the version of the object that a change is based on. */
  spec: z.custom<EnvironmentSpec>((value) => typeof value === 'object' && value !== null && 'strategy' in value),
  resourceVersion: z.string(),
  changedAt: z.string(),
});
/** Kubernetes' well-known annotation for a description. */
export const DESCRIPTION_ANNOTATION = 'kubernetes.io/description';
export const matrixRowSchema = z.object({ namespace: z.string(), service: z.string(), owner: z.string().optional(), cells: z.array(placementSchema) });
export const environmentsPageSchema = z.object({
  checkedAt: z.string(),
  title: z.string(),
  environments: z.array(environmentRowSchema),
  services: z.array(matrixRowSchema),
});
export type EnvironmentRow = z.infer<typeof environmentRowSchema>;
export type MatrixRow = z.infer<typeof matrixRowSchema>;
export type EnvironmentsPage = z.infer<typeof environmentsPageSchema>;
