/** Errors of `/roadbed/v1`, in the form the CLI prints: what happened, why, what next. */
import { z } from 'zod';

export const problemSchema = z.object({
  code: z.string(),
  /** Class of the error (domain/error): it decides the CLI's exit code. */
  class: z
    .enum(['failed', 'usage', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'already-exists', 'invalid', 'refused', 'timed-out', 'unavailable', 'incomplete'])
    .optional(),
  message: z.string(),
  why: z.string().optional(),
  next: z.string().optional(),
});

export type Problem = z.infer<typeof problemSchema>;
