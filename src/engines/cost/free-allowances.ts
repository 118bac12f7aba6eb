/**
 * What vendors give every account each month without a charge: told always, taken off only when asked.
 *
 * An allowance holds once for an account (of Google: for a billing account or project), not for a
 * resource, and an estimate sees some of an account's resources only. So the default is not to take it
 * off; with the wish for it, it is used up in the order of the resources, as far as it lasts. Offers for
 * the first twelve months are no allowances.
 */
import type { Decimal } from '../../domain/money.ts';
import { decimal } from '../../domain/money.ts';
import type { CostLine, ResourceCost } from './cost-line.ts';
import { exactly, sumOfSpans, times } from './span.ts';

interface Allowance {
  services: readonly string[];
  dimension: RegExp;
  unit: string;
  /** Of the unit, each month. */
  quantity: Decimal;
  words: string;
}

const allowance = (services: string | readonly string[], dimension: RegExp, unit: string, quantity: string, words: string): Allowance => ({ services: typeof services === 'string' ? [services] : services, dimension, unit, quantity: decimal(quantity), words });

/** The vendors' pages on what is always free. */
const ALLOWANCES: readonly Allowance[] = [
  allowance('aws_lambda_function', /^Requests/, '1M requests', '1', '1 million requests'),
  allowance('aws_lambda_function', /^Duration/, 'GB-second', '400000', '400,000 GB-seconds'),
  allowance('aws_sqs_queue', /^Requests/, '1M requests', '1', '1 million requests'),
  allowance('aws_sns_topic', /^API requests/, '1M requests', '1', '1 million requests'),
  allowance('aws_dynamodb_table', /^Data storage$/, 'GB-month', '25', '25 GB of tables'),
  allowance('aws_cloudfront_distribution', /Data transfer out to internet/, 'GB', '1024', '1 TB to the internet'),
  allowance('aws_cloudfront_distribution', /HTTPS? requests/, '1M requests', '10', '10 million requests'),
  allowance('aws_cloudwatch_log_group', /^Data ingested/, 'GB', '5', '5 GB of logs'),
  allowance('aws_sfn_state_machine', /^Transitions/, '1M requests', '0.004', '4,000 transitions'),
  allowance('aws_kms_key', /^Requests$/, '1M requests', '0.02', '20,000 requests'),
  allowance('aws_codebuild_project', /general1\.small/, 'minute', '100', '100 minutes of the small size'),
  allowance(['azurerm_function_app', 'azurerm_linux_function_app'], /^Executions/, '1M requests', '1', '1 million executions'),
  allowance(['azurerm_function_app', 'azurerm_linux_function_app'], /^Execution time/, 'GB-second', '400000', '400,000 GB-seconds'),
  allowance('azurerm_log_analytics_workspace', /^Log data ingestion/, 'GB', '5', '5 GB of logs'),
  allowance(['google_cloud_run_v2_service', 'google_cloud_run_service'], /^Number of requests/, '1M requests', '2', '2 million requests'),
  allowance('google_cloudfunctions_function', /^Invocations/, '1M requests', '2', '2 million invocations'),
  allowance('google_bigquery_dataset', /^Queries/, 'TB', '1', '1 TB of queries'),
  allowance('google_bigquery_table', /^Active storage/, 'GB-month', '10', '10 GB of tables'),
  allowance(['google_pubsub_topic', 'google_pubsub_subscription'], /^Message/, 'TB', '0.009765625', '10 GB of messages'),
  allowance(['google_logging_project_sink', 'google_logging_project_bucket_config'], /^Logging data/, 'GB', '50', '50 GB of logs'),
];

function allowanceOf(line: CostLine): Allowance | undefined {
  const { price } = line;
  return line.kind !== 'usage' || price === undefined || line.quantity === undefined ? undefined : ALLOWANCES.find((one) => one.services.includes(price.service) && one.unit === price.unit && one.dimension.test(price.dimension));
}

/** @param taken Whether the allowances are taken off, or told only. */
export function withAllowances(resources: readonly ResourceCost[], taken: boolean): ResourceCost[] {
  const left = new Map(ALLOWANCES.map((one) => [one, one.quantity]));
  return resources.map((resource) => {
    const named = new Set<string>();
    const lines = resource.lines.map((line) => {
      const found = allowanceOf(line);
      if (found === undefined) return line;
      named.add(found.words);
      return taken ? lessAllowance(line, found, left) : line;
    });
    if (named.size === 0) return resource;
    const note = `each account has ${[...named].join(' and ')} a month without a charge: ${taken ? 'taken off as far as they last' : 'not taken off'}`;
    return { ...resource, notes: [...resource.notes, note], lines, usage: sumOfSpans(lines.flatMap((line) => (line.kind === 'usage' && line.monthly !== undefined ? [line.monthly] : []))) };
  });
}

function lessAllowance(line: CostLine, of: Allowance, left: Map<Allowance, Decimal>): CostLine {
  const rest = left.get(of) ?? decimal(0);
  if (line.quantity === undefined || line.price === undefined || rest.isZero) return line;
  const used = line.quantity.value.compare(rest) < 0 ? line.quantity.value : rest;
  left.set(of, rest.minus(used));
  const quantity = exactly(line.quantity.value.minus(used));
  return { ...line, quantity, monthly: times(quantity, line.price.amount) };
}
