/** The five delivery metrics as pages show them: each number with the rows it was computed from. */
import { z } from 'zod';

export const metricRowSchema = z.object({
  at: z.string(),
  /** What the row is: `checkout 3f2a91 reached prod`. */
  label: z.string(),
  /** The row's share in the number, already worded: `4 min 12 s`, `failed`, `rework`. */
  value: z.string(),
  /** Event it was read from. */
  event: z.string().optional(),
  /** Joins all events of the change. */
  chain: z.string().optional(),
  /** An automatically returned canary: counted, and shown also without. */
  automatic: z.boolean().optional(),
});

export const deliveryMetricSchema = z.object({
  key: z.enum(['changeLeadTime', 'deploymentFrequency', 'failedDeploymentRecoveryTime', 'changeFailRate', 'deploymentReworkRate']),
  title: z.string(),
  /** Absent: nothing to compute from (never 0 in its place). */
  value: z.number().optional(),
  unit: z.enum(['seconds', 'perDay', 'share']),
  /** The value in words, or why there is none. */
  sentence: z.string(),
  rows: z.array(metricRowSchema),
});

export const deliveryMetricsSchema = z.object({
  since: z.string(),
  until: z.string(),
  /** What was counted: one service in one environment, or all. */
  scope: z.string(),
  metrics: z.array(deliveryMetricSchema),
});

export type MetricRow = z.infer<typeof metricRowSchema>;
export type DeliveryMetric = z.infer<typeof deliveryMetricSchema>;
export type DeliveryMetrics = z.infer<typeof deliveryMetricsSchema>;

export interface DeliveryMetricsScope {
  namespace?: string;
  service?: string;
  environment?: string;
  since?: string;
  until?: string;
}
