/** Findings of every area over what the reader may see: one page, one waiver, one set of files to keep. */
import { z } from 'zod';

/** As in domain/finding, which hashes and so does not belong into a page. */
export const FINDING_SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export const FINDING_AREAS = ['waste', 'drift', 'cost', 'security', 'compliance', 'sizing', 'reliability'] as const;
const FINDING_STATES = ['open', 'accepted', 'resolved'] as const;
export const FINDING_FILES = ['csv', 'json', 'sarif'] as const;
export type FindingFileFormat = (typeof FINDING_FILES)[number];

const savingSchema = z.discriminatedUnion('known', [
  z.object({ known: z.literal(true), monthly: z.string(), low: z.string().optional(), high: z.string().optional(), currency: z.string(), priceDate: z.string(), confidence: z.string() }),
  z.object({ known: z.literal(false), reason: z.string() }),
]);

export const findingViewSchema = z.object({
  namespace: z.string(),
  fingerprint: z.string(),
  rule: z.string(),
  area: z.enum(FINDING_AREAS),
  title: z.string(),
  severity: z.enum(FINDING_SEVERITIES),
  confidence: z.string(),
  sentence: z.string(),
  subject: z.object({ reference: z.string(), name: z.string(), type: z.string(), source: z.string() }),
  location: z.object({ file: z.string(), line: z.number() }).optional(),
  evidence: z.array(z.object({ name: z.string(), value: z.string() })),
  fix: z.object({ text: z.string(), patch: z.string().optional(), withoutPatch: z.string().optional() }),
  saving: savingSchema.optional(),
  controls: z.array(z.string()),
  state: z.enum(FINDING_STATES),
  occurrence: z.number(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  resolvedAt: z.string().optional(),
  seenBy: z.array(z.object({ analysis: z.string(), source: z.string(), lastSeen: z.string() })),
  waiver: z.object({ reason: z.string(), until: z.string(), by: z.string(), at: z.string() }).optional(),
  /** Root of a repository in which `location` is, for its code. */
  code: z.object({ namespace: z.string(), repository: z.string(), root: z.string() }).optional(),
  /** Why the reader may not accept it; absent where he may. */
  waiveDisabledReason: z.string().optional(),
});
export type FindingView = z.infer<typeof findingViewSchema>;

export const findingTotalsSchema = z.object({
  count: z.number(),
  byArea: z.record(z.string(), z.number()),
  bySeverity: z.record(z.string(), z.number()),
  byState: z.record(z.string(), z.number()),
  savings: z.array(z.object({ currency: z.string(), monthly: z.string() })),
  unpriced: z.number(),
});
export type FindingTotalsView = z.infer<typeof findingTotalsSchema>;

export const findingsPageSchema = z.object({
  findings: z.array(findingViewSchema),
  /** Of what the filters find. */
  totals: findingTotalsSchema,
  /** Of what is open, without filters. */
  open: findingTotalsSchema,
  more: z.number(),
  rules: z.array(z.string()),
  sources: z.array(z.string()),
  /** Analyses that have looked at something: none means that nothing was ever pushed. */
  looked: z.object({ states: z.number(), rules: z.number(), resources: z.number(), resourcesWithRules: z.number(), at: z.string().optional() }),
  at: z.string(),
});
export type FindingsPage = z.infer<typeof findingsPageSchema>;

const list = <const Word extends string>(words: readonly [Word, ...Word[]]) => z.string().max(200).transform((text) => text.split(',').filter((word) => word !== '')).pipe(z.array(z.enum(words)));

/** Lists are words with commas between. */
export const findingsQuerySchema = z.object({
  namespace: z.string().max(253).optional(),
  area: list(FINDING_AREAS).optional(),
  severity: list(FINDING_SEVERITIES).optional(),
  state: list(FINDING_STATES).optional(),
  rule: z.string().max(200).optional(),
  source: z.string().max(700).optional(),
  q: z.string().max(200).optional(),
  order: z.enum(['severity', 'saving', 'newest']).optional(),
  offset: z.coerce.number().int().min(0).max(100_000).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});
export type FindingsQuery = z.infer<typeof findingsQuerySchema>;

export const findingsFileQuerySchema = findingsQuerySchema.omit({ limit: true, offset: true }).extend({ format: z.enum(FINDING_FILES) });
