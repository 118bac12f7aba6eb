/**
 * The Cost page: what was spent day by day and by whom, what the month will come to, and what would be saved.
 *
 * Money is an exact decimal as text, in one currency an answer: amounts of different currencies never meet.
 * What is not known is missing and never 0, and says why. Two sources are never added up: `running` is what the
 * platform's own environments cost by its rates, `bill` is what providers charged.
 */
import { z } from 'zod';
import type { RunningCostLine } from '../../domain/running-cost.ts';

export const COST_SOURCES = ['running', 'bill'] as const;
export type CostSource = (typeof COST_SOURCES)[number];

export const COST_GROUPINGS = ['team', 'service', 'environment', 'category'] as const;
export type CostGrouping = (typeof COST_GROUPINGS)[number];

const name = z.string().min(1).max(400);

export const costQuerySchema = z.object({
  source: z.enum(COST_SOURCES).optional(),
  by: z.enum(COST_GROUPINGS).default('service'),
  days: z.coerce.number().int().min(7).max(180).default(30),
  team: name.optional(),
  service: name.optional(),
  environment: name.optional(),
  currency: name.optional(),
});
export type CostQuery = z.infer<typeof costQuerySchema>;

/** A source that may be looked at; `none`: why there is nothing in it, and what to do. */
export const costSourceViewSchema = z.object({ source: z.enum(COST_SOURCES), since: z.string().optional(), until: z.string().optional(), none: z.string().optional() });
export type CostSourceView = z.infer<typeof costSourceViewSchema>;

/** One amount a day of the page's days, oldest first; null: not recorded. */
export const costLayerSchema = z.object({ key: z.string(), label: z.string(), amounts: z.array(z.string().nullable()) });
export type CostLayer = z.infer<typeof costLayerSchema>;

const bandSchema = z.object({ value: z.string(), low: z.string(), high: z.string() });
/** `sum`: from the first forecast day to this one; its band is narrower than the days' bands together. */
export const costForecastDaySchema = bandSchema.extend({ day: z.string(), sum: bandSchema });
export const costForecastSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), days: z.array(costForecastDaySchema), method: z.string() }),
  z.object({ state: z.literal('noData'), reason: z.string() }),
]);
export type CostForecast = z.infer<typeof costForecastSchema>;

export const costMonthSchema = z.object({
  /** `2026-11`. */
  month: z.string(),
  soFar: z.string().optional(),
  /** With the rest of the month as forecast. */
  expected: bandSchema.optional(),
  /** All of the month before, when all of it was recorded. */
  previous: z.string().optional(),
});

export const costGroupSchema = z.object({
  key: z.string(),
  label: z.string(),
  /** This month, as far as it is over. */
  soFar: z.string().optional(),
  /** The same days of the month before, to compare with; when all of that month was recorded. */
  before: z.string().optional(),
  /** In the page's days. */
  total: z.string().optional(),
  /** At the rate of now, in 730 hours. */
  monthly: z.string().optional(),
  /** Requests of users that were answered in the page's days, and what a thousand of them cost. */
  requests: z.number().optional(),
  perThousand: z.string().optional(),
  /** Rates that are not what is paid here. */
  estimated: z.boolean(),
  /** Parts have no amount: what is told is the least it can be. */
  incomplete: z.boolean(),
});
export type CostGroup = z.infer<typeof costGroupSchema>;

export const costSavingSchema = z.object({
  namespace: z.string(),
  fingerprint: z.string(),
  title: z.string(),
  name: z.string(),
  source: z.string(),
  monthly: z.string(),
  currency: z.string(),
  confidence: z.string(),
  priceDate: z.string(),
});

export const costPageSchema = z.object({
  checkedAt: z.string(),
  source: z.enum(COST_SOURCES),
  sources: z.array(costSourceViewSchema),
  by: z.enum(COST_GROUPINGS),
  currency: z.string(),
  /** All currencies that have amounts in the range. */
  currencies: z.array(z.string()),
  days: z.array(z.string()),
  /** Largest first; at most eight, of which the last may be all the others together. */
  layers: z.array(costLayerSchema),
  forecast: costForecastSchema,
  month: costMonthSchema,
  /** Largest first. */
  groups: z.array(costGroupSchema),
  /** What it is made of now, with the evidence of every number; of one service only, where a service is asked for. */
  lines: z.array(z.custom<RunningCostLine>((value) => typeof value === 'object' && value !== null && 'parts' in value)),
  /** Times in which nobody recorded. */
  gaps: z.array(z.object({ from: z.string(), until: z.string() })),
  savings: z.object({ totals: z.array(z.object({ currency: z.string(), monthly: z.string() })), count: z.number(), unpriced: z.number(), largest: z.array(costSavingSchema) }),
});
export type CostPage = z.infer<typeof costPageSchema>;

/** What stood out on the bill in the last days, the largest difference first. Amounts with two digits. */
export const costAnomaliesSchema = z.object({
  from: z.string().optional(),
  to: z.string().optional(),
  /** Series that were judged, and those too short for a verdict. */
  judged: z.number(),
  noData: z.number(),
  anomalies: z.array(
    z.object({
      name: z.string(),
      team: z.string(),
      providerService: z.string(),
      resource: z.string().optional(),
      kind: z.enum(['rise', 'drop']),
      from: z.string(),
      to: z.string(),
      currency: z.string(),
      actual: z.string(),
      expected: z.string(),
      difference: z.string(),
      history: z.number(),
      contributors: z.array(z.object({ resource: z.string(), address: z.string().optional(), before: z.string(), after: z.string(), isNew: z.boolean() })),
      causes: z.array(z.object({ at: z.string(), kind: z.string(), sentence: z.string(), event: z.string() })),
    }),
  ),
});
export type CostAnomalies = z.infer<typeof costAnomaliesSchema>;
