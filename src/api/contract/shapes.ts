/** Shapes that several pages share. Times are RFC 3339 UTC; an object itself travels as the object API gives it. */
import { z } from 'zod';
import type { ApiObject } from '../../domain/object.ts';
import type { EventRow } from '../../domain/event.ts';

/** An object as the object API answers it; its kind's module in `domain/kinds` is its type. */
export function objectSchema<T extends ApiObject = ApiObject>(): z.ZodType<T> {
  return z.custom<T>((value) => typeof value === 'object' && value !== null && 'metadata' in value);
}

export const eventRowSchema = z.custom<EventRow>((value) => typeof value === 'object' && value !== null && 'sequence' in value);

export const objectKeySchema = z.object({ kind: z.string(), namespace: z.string().optional(), name: z.string() });
export type ObjectKey = z.infer<typeof objectKeySchema>;

/** A release as rows show it. */
export const releaseSummarySchema = z.object({
  name: z.string(),
  hash: z.string(),
  commit: z.string(),
  sequence: z.number(),
  subject: z.string(),
  author: z.string(),
  createdAt: z.string(),
  pipelineRun: z.string(),
  verified: z.array(z.object({ environment: z.string(), at: z.string() })),
  /** Environments whose hold names this release. */
  heldIn: z.array(z.string()),
});
export type ReleaseSummary = z.infer<typeof releaseSummarySchema>;

export const holdSummarySchema = z.object({
  name: z.string(),
  namespace: z.string(),
  service: z.string(),
  environment: z.string(),
  release: z.string(),
  commit: z.string(),
  reason: z.string(),
  by: z.string(),
  since: z.string(),
  lifted: z.object({ by: z.string(), reason: z.string(), at: z.string() }).optional(),
});
export type HoldSummary = z.infer<typeof holdSummarySchema>;

/** An action of the page: absent reason means that it may be pressed. */
export const availabilitySchema = z.object({ disabledReason: z.string().optional() });
export type Availability = z.infer<typeof availabilitySchema>;

/** Traffic of one service in one environment over the last minutes, for a row. */
export const pulseSchema = z.object({
  /** Requests a second over the last minute. */
  rate: z.number(),
  /** Share of answers that were the service's fault over the last minute; absent without requests. */
  errorShare: z.number().optional(),
  /** Milliseconds to the first byte, 95th percentile over the last minute. */
  p95: z.number().optional(),
  /** Requests by ten seconds, oldest first. */
  spark: z.array(z.number()),
});
export type Pulse = z.infer<typeof pulseSchema>;
