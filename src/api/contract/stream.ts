/**
 * The live stream: what changed, never the thing itself. The page asks again for what it shows, with
 * the reader's own rights, so the stream can leak no more than a name that the reader may read.
 */
import { z } from 'zod';

export const changeSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED']),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
});
export type Change = z.infer<typeof changeSchema>;

export const logLineSchema = z.object({
  at: z.string(),
  stream: z.enum(['out', 'err', 'system']),
  container: z.string(),
  replica: z.string(),
  text: z.string(),
});
export type LogLineView = z.infer<typeof logLineSchema>;
