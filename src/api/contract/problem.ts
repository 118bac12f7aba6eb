/** Errors of the console's endpoints, in the form the CLI prints: what happened, why, what next. */
import { z } from 'zod';

export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().optional(),
  next: z.string().optional(),
});

export type Problem = z.infer<typeof problemSchema>;
