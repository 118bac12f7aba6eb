/** New service: golden paths to choose from, their files before anything is made, and the way to the answering URL. */
import { z } from 'zod';
import { newServiceSchema } from './operations.ts';

export const goldenPathSchema = z.object({
  name: z.string(),
  version: z.string(),
  title: z.string(),
  description: z.string(),
});
export const goldenPathsSchema = z.object({ paths: z.array(goldenPathSchema), namespaces: z.array(z.string()) });
export type GoldenPath = z.infer<typeof goldenPathSchema>;
export type GoldenPaths = z.infer<typeof goldenPathsSchema>;

export const previewRequestSchema = newServiceSchema;
export const previewSchema = z.object({ files: z.array(z.object({ path: z.string(), content: z.string() })) });
export type Preview = z.infer<typeof previewSchema>;

export const newServiceStageSchema = z.object({
  key: z.enum(['requested', 'repository', 'pipeline', 'release', 'answers', 'production']),
  title: z.string(),
  state: z.enum(['done', 'running', 'waiting', 'failed']),
  at: z.string().optional(),
  detail: z.string().optional(),
  path: z.string().optional(),
});
export const newServiceProgressSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  requestedAt: z.string(),
  requestedBy: z.string(),
  stages: z.array(newServiceStageSchema),
  url: z.string().optional(),
  cloneUrl: z.string().optional(),
  /** From the request to the first production deployment. */
  timeToValueSeconds: z.number().optional(),
});
export type NewServiceStage = z.infer<typeof newServiceStageSchema>;
export type NewServiceProgress = z.infer<typeof newServiceProgressSchema>;
