/**
 * The Infrastructure pages: root modules of the repositories, each as it is at a commit.
 *
 * What a commit says never changes, so everything but the list and the history may be kept by whoever reads it.
 * Reading code takes time: until it is done the answer says `reading`, and asking again tells more.
 */
import { z } from 'zod';
import { problemSchema } from './problem.ts';

export const sourceProblemSchema = z.object({ file: z.string(), line: z.number(), column: z.number(), path: z.string(), message: z.string(), hint: z.string().optional() });
export type SourceProblemView = z.infer<typeof sourceProblemSchema>;

export const commitViewSchema = z.object({ commit: z.string(), author: z.string(), committedAt: z.string(), subject: z.string() });
export type CommitView = z.infer<typeof commitViewSchema>;

export const rootViewSchema = z.object({
  namespace: z.string(),
  repository: z.string(),
  /** Unique in the repository. */
  name: z.string(),
  /** Folder; `.` is the repository itself. */
  path: z.string(),
  workspace: z.string().optional(),
  variableFiles: z.array(z.string()),
  origin: z.enum(['declared', 'found']),
  /** Why it is a root. */
  reason: z.string(),
});
export type RootView = z.infer<typeof rootViewSchema>;

export const coverageViewSchema = z.object({
  files: z.number(),
  unreadableFiles: z.number(),
  blocks: z.number(),
  resourceBlocks: z.number(),
  resourceBlocksUnderstood: z.number(),
  instances: z.number(),
  opaqueModules: z.number(),
  attributes: z.number(),
  unknownAttributes: z.number(),
  reasons: z.array(z.object({ reason: z.string(), count: z.number(), example: z.string().optional() })),
});
export type CoverageView = z.infer<typeof coverageViewSchema>;

/** What a root holds, in numbers. */
export const rootSummarySchema = z.object({
  resources: z.number(),
  modules: z.number(),
  outputs: z.number(),
  /** Local names, most used first. */
  providers: z.array(z.string()),
  coverage: coverageViewSchema,
  problems: z.number(),
  /** Folders that its code lies in, its own first. */
  folders: z.array(z.string()),
  /** Milliseconds that reading took. */
  took: z.number(),
});
export type RootSummary = z.infer<typeof rootSummarySchema>;

export const readingSchema = z.discriminatedUnion('state', [
  /** `step`: what is being done, or what it waits for. */
  z.object({ state: z.literal('reading'), since: z.string(), step: z.string() }),
  z.object({ state: z.literal('ready') }),
  z.object({ state: z.literal('failed'), problem: problemSchema }),
]);
export type Reading = z.infer<typeof readingSchema>;

export const rootRowSchema = z.object({ root: rootViewSchema, branch: z.string(), head: commitViewSchema, reading: readingSchema, summary: rootSummarySchema.optional() });
export type RootRow = z.infer<typeof rootRowSchema>;

export const infrastructurePageSchema = z.object({
  roots: z.array(rootRowSchema),
  /** Every repository that was looked at: also those without a root. */
  repositories: z.array(z.object({ namespace: z.string(), name: z.string(), branch: z.string(), commit: z.string().optional(), roots: z.number(), reading: readingSchema, problems: z.array(sourceProblemSchema) })),
});
export type InfrastructurePage = z.infer<typeof infrastructurePageSchema>;

export const diagramChangeSchema = z.enum(['added', 'changed', 'removed', 'replaced', 'unchanged']);
export type DiagramChangeView = z.infer<typeof diagramChangeSchema>;

export const diagramEntrySchema = z.object({ id: z.string(), title: z.string(), level: z.string(), view: z.string(), parts: z.number() });
export type DiagramEntry = z.infer<typeof diagramEntrySchema>;

export const resourceChangeSchema = z.object({ address: z.string(), change: diagramChangeSchema, place: z.string().optional() });
export type ResourceChange = z.infer<typeof resourceChangeSchema>;

export const rootContentSchema = z.object({
  summary: rootSummarySchema,
  problems: z.array(sourceProblemSchema),
  diagrams: z.array(diagramEntrySchema),
  /** With a comparison: resources that differ, by address. */
  changes: z.array(resourceChangeSchema).optional(),
  /** There are more problems or changes than are listed. */
  more: z.object({ problems: z.number(), changes: z.number() }),
});
export type RootContent = z.infer<typeof rootContentSchema>;

export const rootPageSchema = z.object({
  root: rootViewSchema,
  branch: z.string(),
  /** Address of the repository, for its checkout. */
  cloneUrl: z.string().optional(),
  /** What is shown. */
  commit: commitViewSchema,
  /** Newest commit of the branch. */
  head: commitViewSchema,
  /** With what it is compared. */
  compared: commitViewSchema.optional(),
  /** Commits of the branch that touched the root's folders, newest first. */
  commits: z.array(commitViewSchema),
  /** There are older ones than are listed. */
  moreCommits: z.boolean(),
  reading: readingSchema,
  content: rootContentSchema.optional(),
});
export type RootPage = z.infer<typeof rootPageSchema>;

export const drawnPartSchema = z.object({
  id: z.string(),
  /** False: it is a group. */
  node: z.boolean(),
  label: z.string(),
  sublabel: z.string().optional(),
  parent: z.string().optional(),
  opens: z.string().optional(),
  change: diagramChangeSchema.optional(),
  count: z.number().optional(),
  place: z.string().optional(),
  link: z.string().optional(),
  addresses: z.array(z.string()),
  details: z.array(z.object({ name: z.string(), value: z.string() })),
  badges: z.array(z.object({ text: z.string(), title: z.string() })),
});
export type DrawnPart = z.infer<typeof drawnPartSchema>;

export const drawnEdgeSchema = z.object({ from: z.string(), to: z.string(), kind: z.string(), label: z.string().optional() });
export type DrawnEdge = z.infer<typeof drawnEdgeSchema>;

/** One diagram to look around in: its picture as SVG text, the rules for it, and what is said of each part. */
export const drawingSchema = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  coverage: z.string(),
  notes: z.array(z.string()),
  width: z.number(),
  height: z.number(),
  svg: z.string(),
  style: z.string(),
  parts: z.array(drawnPartSchema),
  edges: z.array(drawnEdgeSchema),
});
export type Drawing = z.infer<typeof drawingSchema>;

const locationSchema = z.object({ file: z.string(), line: z.number() });

/** Documentation of one module; what the pages show of it. */
export const moduleDocumentSchema = z.object({
  folder: z.string(),
  title: z.string(),
  purpose: z.string().optional(),
  requirements: z.array(z.object({ name: z.string(), version: z.string().optional(), source: z.string().optional() })),
  providers: z.array(z.object({ name: z.string(), alias: z.string().optional(), version: z.string().optional(), source: z.string() })),
  modules: z.array(z.object({ name: z.string(), source: z.string(), version: z.string().optional(), folder: z.string().optional(), opaque: z.string().optional(), location: locationSchema })),
  resources: z.array(z.object({ address: z.string(), mode: z.string(), type: z.string(), reference: z.string().optional(), repeated: z.string().optional(), comment: z.string().optional(), location: locationSchema })),
  inputs: z.array(z.object({ name: z.string(), description: z.string().optional(), type: z.string(), default: z.string().optional(), required: z.boolean(), nullable: z.boolean(), sensitive: z.boolean(), location: locationSchema, validations: z.array(z.object({ condition: z.string(), message: z.string() })) })),
  outputs: z.array(z.object({ name: z.string(), description: z.string().optional(), value: z.string(), sensitive: z.boolean(), location: locationSchema })),
  calls: z.array(z.object({ address: z.string(), arguments: z.array(z.object({ name: z.string(), value: z.string() })) })),
});
export type ModuleDocumentView = z.infer<typeof moduleDocumentSchema>;

export const rootModulesSchema = z.object({ modules: z.array(moduleDocumentSchema) });
export type RootModules = z.infer<typeof rootModulesSchema>;

export const DOWNLOAD_FORMATS = ['svg', 'html', 'drawio', 'json', 'mermaid', 'markdown'] as const;
export type DownloadFormat = (typeof DOWNLOAD_FORMATS)[number];

const reference = z.string().min(1).max(200);

/** Which root, and as of when: the query of every read of one root. A commit is given in full, as a beginning of at least seven digits, or as a branch or tag. */
export const rootQuerySchema = z.object({ root: z.string().min(1).max(400), commit: reference.optional(), compare: reference.optional() });
export type RootQuery = z.infer<typeof rootQuerySchema>;
export const drawingQuerySchema = rootQuerySchema.extend({ diagram: z.string().min(1).max(400) });
export const downloadQuerySchema = rootQuerySchema.extend({ diagram: z.string().min(1).max(400).optional(), format: z.enum(DOWNLOAD_FORMATS) });

export const sourceQuerySchema = rootQuerySchema.extend({ file: z.string().min(1).max(1024), line: z.coerce.number().int().min(1).max(10_000_000) });

/** Some lines of a file, from line `from` on. */
export const sourceExcerptSchema = z.object({ file: z.string(), from: z.number(), lines: z.array(z.string()), total: z.number() });
export type SourceExcerpt = z.infer<typeof sourceExcerptSchema>;
