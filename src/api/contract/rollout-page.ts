/** The rollout page and its receipt: the verdict's sentence with everything that it rests on. */
import { z } from 'zod';
import { deliveryMetricsSchema } from './delivery-metrics.ts';
import type { RolloutObject } from './pages.ts';
import { availabilitySchema, eventRowSchema, holdSummarySchema, objectSchema, releaseSummarySchema } from './shapes.ts';

export const attemptSummarySchema = z.object({
  number: z.number(),
  release: z.string(),
  /** Subject of the release's commit. */
  subject: z.string().optional(),
  phase: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  sentence: z.string().optional(),
});
export type AttemptSummary = z.infer<typeof attemptSummarySchema>;

export const rolloutPageSchema = z.object({
  rollout: objectSchema<RolloutObject>(),
  title: z.string(),
  production: z.boolean(),
  release: releaseSummarySchema.optional(),
  from: releaseSummarySchema.optional(),
  stable: releaseSummarySchema.optional(),
  holds: z.array(holdSummarySchema),
  /** The attempt in `rollout.status` is an earlier one, by its number asked for. */
  earlier: z.boolean(),
  /** All that are known, newest first. */
  attempts: z.array(attemptSummarySchema),
  actions: z.object({
    resume: availabilitySchema,
    promoteFully: availabilitySchema,
    abort: availabilitySchema,
    rollback: availabilitySchema,
  }),
});
export type RolloutPage = z.infer<typeof rolloutPageSchema>;

/** A CDEvent as it left, or would leave, the platform; validated where it is made (formats/cdevents). */
export const cdEventSchema = z.object({
  context: z.looseObject({ id: z.string(), type: z.string(), timestamp: z.string(), source: z.string() }),
  subject: z.looseObject({ id: z.string() }),
});
export type CdEventView = z.infer<typeof cdEventSchema>;

const sideTotalsSchema = z.object({ release: z.string(), requests: z.number(), errors: z.number() });

export const receiptSchema = z.object({
  sentence: z.string(),
  chain: z.string(),
  attempt: z.number(),
  /** Rows of the log that were written on this chain, oldest first. */
  audit: z.array(eventRowSchema),
  cdEvents: z.array(cdEventSchema),
  metrics: deliveryMetricsSchema,
  /** Every measurement that the verdict rests on, in the order of time. */
  measurements: z.array(z.object({ check: z.string(), step: z.number(), at: z.string(), phase: z.enum(['Successful', 'Failed', 'Inconclusive', 'Error', 'NoData']), query: z.string(), value: z.number().optional(), samples: z.number(), message: z.string().optional() })),
  /** What traffic did on both sides from the beginning of the attempt to its end. */
  traffic: z.object({ canary: sideTotalsSchema, stable: sideTotalsSchema.optional() }),
  /** The desired-state commit that undid it, and the hold that keeps it undone. */
  undone: z.object({ commit: z.string().optional(), hold: z.string().optional() }),
  /** Delivery metrics that this attempt changed. */
  moved: z.array(z.object({ key: z.string(), before: z.number().optional(), after: z.number().optional() })),
  /** Milliseconds from the failed measurement's verdict to the traffic being back. */
  returnMillis: z.number().optional(),
});
export type Receipt = z.infer<typeof receiptSchema>;

export const trafficPointSchema = z.object({
  at: z.string(),
  requests: z.number(),
  errors: z.number(),
  /** Milliseconds to the first byte; absent without requests. */
  p50: z.number().optional(),
  p95: z.number().optional(),
  p99: z.number().optional(),
});
export type TrafficPoint = z.infer<typeof trafficPointSchema>;

export const trafficSchema = z.object({
  since: z.string(),
  until: z.string(),
  /** Width of a point. */
  stepSeconds: z.number(),
  series: z.array(
    z.object({
      revision: z.string(),
      release: z.string(),
      role: z.enum(['stable', 'canary', 'earlier']),
      requests: z.number(),
      errors: z.number(),
      points: z.array(trafficPointSchema),
    }),
  ),
});
export type Traffic = z.infer<typeof trafficSchema>;
export type TrafficSeries = Traffic['series'][number];
