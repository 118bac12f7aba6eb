/**
 * What people do with the platform, beyond writing an object: each call is one intent, checked and
 * audited on the same path as any other write.
 *
 * `Operations` is what the routers need; control/rollout and control/golden-path implement it and
 * app wires it. The schemas are the request bodies of `POST /roadbed/v1/operations/<name>`.
 */
import { z } from 'zod';
import type { Identity } from '../../ports/identity.ts';

const name = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'lower-case letters, digits, "-" and "."');
const reason = z.string().trim().min(3, 'say why, in at least three characters').max(500);
const service = z.object({ namespace: name, service: name });
const placed = service.extend({ environment: name });

export const promoteSchema = placed.extend({
  /** Name of the Release; absent: the newest one verified where the environment takes its releases from. */
  release: name.optional(),
  reason: reason.optional(),
});
export const rollbackSchema = placed.extend({
  /** Name of the Release to return to; absent: the last healthy one before the present. */
  to: name.optional(),
  reason,
});
export const scaleSchema = placed.extend({ replicas: z.number().int().min(0).max(100), reason: reason.optional() });
export const instructSchema = placed.extend({ reason: reason.optional() });
export const abortSchema = placed.extend({ reason });
export const liftHoldSchema = z.object({ namespace: name, hold: name, reason });
export const newServiceSchema = z.object({
  namespace: name,
  name: z.string().regex(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/, '1 to 40 lower-case letters, digits and "-", beginning with a letter'),
  template: name,
  description: z.string().trim().max(200).optional(),
});
export const runPipelineSchema = z.object({ namespace: name, repository: name, ref: z.string().max(200).optional() });
export const cancelPipelineSchema = z.object({ namespace: name, run: name, reason });
export const rerunPipelineSchema = z.object({ namespace: name, run: name, fromStep: z.string().max(63).optional() });
export const demoReleaseSchema = z.object({ kind: z.enum(['faulty', 'fixed']) });

const fingerprint = z.string().regex(/^[\w:.-]{1,128}$/, 'the fingerprint of a finding');
export const acceptFindingSchema = z.object({ namespace: name, fingerprint, reason, until: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day like 2026-12-31') });
export const reopenFindingSchema = z.object({ namespace: name, fingerprint, reason });

export type AcceptFindingArguments = z.infer<typeof acceptFindingSchema>;
export type ReopenFindingArguments = z.infer<typeof reopenFindingSchema>;
export type PromoteArguments = z.infer<typeof promoteSchema>;
export type RollbackArguments = z.infer<typeof rollbackSchema>;
export type ScaleArguments = z.infer<typeof scaleSchema>;
export type InstructArguments = z.infer<typeof instructSchema>;
export type AbortArguments = z.infer<typeof abortSchema>;
export type LiftHoldArguments = z.infer<typeof liftHoldSchema>;
export type NewServiceArguments = z.infer<typeof newServiceSchema>;
export type RunPipelineArguments = z.infer<typeof runPipelineSchema>;
export type CancelPipelineArguments = z.infer<typeof cancelPipelineSchema>;
export type RerunPipelineArguments = z.infer<typeof rerunPipelineSchema>;
export type DemoReleaseArguments = z.infer<typeof demoReleaseSchema>;

/** What came of it: one sentence, and the object to look at. */
export const operationResultSchema = z.object({
  message: z.string(),
  object: z.object({ kind: z.string(), namespace: z.string().optional(), name: z.string() }).optional(),
  chain: z.string().optional(),
});
export type OperationResult = z.infer<typeof operationResultSchema>;

export const demoStatusSchema = z.object({
  /** False on `roadbed up --empty`. */
  present: z.boolean(),
  /** One sentence: what is real and what is simulated. */
  explanation: z.string(),
  /** Where the scene is. */
  phase: z.enum(['absent', 'starting', 'ready', 'releasing', 'rolledBack', 'fixing']),
  service: z.string().optional(),
  namespace: z.string().optional(),
  environment: z.string().optional(),
  /** Name of the Rollout to watch. */
  rollout: z.string().optional(),
  /** Absent when it may be pressed; else why not. */
  faultyDisabledReason: z.string().optional(),
  fixedDisabledReason: z.string().optional(),
  /** Synthetic requests a second that are flowing. */
  requestsPerSecond: z.number().optional(),
});
export type DemoStatus = z.infer<typeof demoStatusSchema>;

export interface Operations {
  promote(identity: Identity, args: PromoteArguments): Promise<OperationResult>;
  rollback(identity: Identity, args: RollbackArguments): Promise<OperationResult>;
  scale(identity: Identity, args: ScaleArguments): Promise<OperationResult>;
  /** Ends the pause of a rollout's present step. */
  resume(identity: Identity, args: InstructArguments): Promise<OperationResult>;
  /** Skips the remaining steps and checks. */
  promoteFully(identity: Identity, args: InstructArguments): Promise<OperationResult>;
  abort(identity: Identity, args: AbortArguments): Promise<OperationResult>;
  liftHold(identity: Identity, args: LiftHoldArguments): Promise<OperationResult>;
  newService(identity: Identity, args: NewServiceArguments): Promise<OperationResult>;
  runPipeline(identity: Identity, args: RunPipelineArguments): Promise<OperationResult>;
  cancelPipeline(identity: Identity, args: CancelPipelineArguments): Promise<OperationResult>;
  rerunPipeline(identity: Identity, args: RerunPipelineArguments): Promise<OperationResult>;
  /** Lives with a finding until a day. */
  acceptFinding(identity: Identity, args: AcceptFindingArguments): Promise<OperationResult>;
  /** Ends that before its day. */
  reopenFinding(identity: Identity, args: ReopenFindingArguments): Promise<OperationResult>;
  demoStatus(identity: Identity): Promise<DemoStatus>;
  demoRelease(identity: Identity, args: DemoReleaseArguments): Promise<OperationResult>;
}

/** The one list of operations: path segment and request schema. */
export const operationSchemas = {
  promote: promoteSchema,
  rollback: rollbackSchema,
  scale: scaleSchema,
  resume: instructSchema,
  promoteFully: instructSchema,
  abort: abortSchema,
  liftHold: liftHoldSchema,
  newService: newServiceSchema,
  runPipeline: runPipelineSchema,
  cancelPipeline: cancelPipelineSchema,
  rerunPipeline: rerunPipelineSchema,
  acceptFinding: acceptFindingSchema,
  reopenFinding: reopenFindingSchema,
  demoRelease: demoReleaseSchema,
} as const;

export type OperationName = keyof typeof operationSchemas;
export type OperationArguments<Name extends OperationName> = z.infer<(typeof operationSchemas)[Name]>;
