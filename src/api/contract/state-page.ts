/** The state side of a root: what was pushed, when, by whom; what it changed and costs; what an overlay of the diagram shows. */
import { z } from 'zod';
import { FINDING_SEVERITIES, findingTotalsSchema } from './findings-page.ts';

const changesSchema = z.object({ count: z.number(), addresses: z.array(z.string()) });

export const serialViewSchema = z.object({
  number: z.number(),
  serial: z.number(),
  lineage: z.string(),
  terraformVersion: z.string().optional(),
  commit: z.string().optional(),
  pushedAt: z.string(),
  pushedBy: z.string(),
  resources: z.number(),
  kept: z.boolean(),
  /** Missing until it was analysed, and for the first one. */
  changes: z.object({ added: changesSchema, changed: changesSchema, removed: changesSchema }).optional(),
  cost: z.object({ monthly: z.string().optional(), currency: z.string(), resources: z.number(), priced: z.number(), free: z.number(), unknown: z.number(), usage: z.number(), oldestPrice: z.string().optional() }).optional(),
});
export type SerialView = z.infer<typeof serialViewSchema>;

export const comparisonViewSchema = z.object({
  kind: z.enum(['refresh', 'inventory']),
  receivedAt: z.string(),
  receivedBy: z.string(),
  findings: z.number(),
  resources: z.number(),
  notCompared: z.array(z.object({ reason: z.string(), count: z.number() })),
});

export const rootStateSchema = z.object({
  workspace: z.string(),
  /** What findings name as their source. */
  source: z.string(),
  serials: z.array(serialViewSchema),
  /** Older ones than are listed. */
  moreSerials: z.number(),
  pending: z.boolean(),
  /** Why the last analysis did not finish, or went without the code. */
  trouble: z.string().optional(),
  totals: findingTotalsSchema,
  comparisons: z.array(comparisonViewSchema),
});
export type RootState = z.infer<typeof rootStateSchema>;

export const rootStatesSchema = z.object({
  states: z.array(rootStateSchema),
  /** The line for a pipeline. */
  command: z.string(),
  keptSerials: z.number(),
  coverage: z.object({ states: z.number(), rules: z.number(), resources: z.number(), resourcesWithRules: z.number(), typesWithoutRules: z.array(z.object({ type: z.string(), count: z.number() })), problems: z.array(z.string()), at: z.string().optional() }),
});
export type RootStates = z.infer<typeof rootStatesSchema>;

/** By address, as parts of diagrams name what they stand for. */
export const overlaySchema = z.object({
  workspace: z.string(),
  serial: z.number(),
  pushedAt: z.string(),
  drift: z.array(z.object({ address: z.string(), count: z.number(), worst: z.enum(FINDING_SEVERITIES), sentences: z.array(z.string()) })),
  waste: z.array(z.object({ address: z.string(), count: z.number(), worst: z.enum(FINDING_SEVERITIES), sentences: z.array(z.string()) })),
  cost: z.object({ currency: z.string(), monthly: z.string().optional(), priced: z.array(z.object({ address: z.string(), monthly: z.string() })), unknown: z.number() }).optional(),
});
export type Overlay = z.infer<typeof overlaySchema>;

export const overlaysSchema = z.object({ overlay: overlaySchema.optional() });

export const stateQuerySchema = z.object({ root: z.string().min(1).max(400), workspace: z.string().min(1).max(300).optional() });
