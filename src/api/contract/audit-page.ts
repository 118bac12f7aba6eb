/** The audit page: rows of the event log, newest first, and the check of its hash chain. */
import { z } from 'zod';
import { eventRowSchema } from './shapes.ts';

export const auditQuerySchema = z.object({
  kind: z.string().max(100).optional(),
  subject: z.string().max(400).optional(),
  actor: z.string().max(200).optional(),
  namespace: z.string().max(253).optional(),
  chain: z.string().max(100).optional(),
  /** Rows older than this sequence. */
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type AuditQuery = z.input<typeof auditQuerySchema>;

export const auditPageSchema = z.object({
  rows: z.array(eventRowSchema),
  /** `before` of the next page; absent at the end. */
  next: z.number().optional(),
});
export type AuditPage = z.infer<typeof auditPageSchema>;

export const auditVerificationSchema = z.object({
  ok: z.boolean(),
  rows: z.number(),
  segments: z.number(),
  unsealed: z.number(),
  checkedAt: z.string(),
  problem: z.object({ sequence: z.number(), message: z.string() }).optional(),
});
export type AuditVerificationView = z.infer<typeof auditVerificationSchema>;
