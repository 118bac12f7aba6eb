/**
 * The verdict in one sentence: what happened to which release, the number and its limit, whose change it was,
 * and how many users met it. Everything in it is evidence that stands in the receipt as well.
 */
import type { CheckStatus, Measurement, MetricCheck, Verdict } from '../../domain/kinds/rollout.ts';

export interface SentenceInput {
  outcome: Verdict['outcome'];
  /** Name of the release object: `checkout-1a2b3c4d5e6f`. */
  release: string;
  /** What people call it, if anything: `v2`. */
  label?: string;
  /** The check that decided and its definition; absent when a person or a deadline decided. */
  check?: { definition: MetricCheck; status: CheckStatus };
  /** Why, when no check decided: `the revision was not ready within 600 s`, `user:alice asked: wrong prices`. */
  reason?: string;
  source?: { commit: string; subject: string; author: { name: string } };
  affectedRequests?: number;
}

const VERBS = { Promoted: 'was promoted', RolledBack: 'was rolled back', Aborted: 'was aborted', Paused: 'waits for a decision' } as const;
const SUBJECT_LENGTH = 72;

export function sentence(input: SentenceInput): string {
  const who = input.label === undefined ? input.release : `${plain(input.label)} (${input.release})`;
  const why = input.check === undefined ? input.reason : decisiveReason(input.check.definition, input.check.status);
  const parts = [`${who} ${VERBS[input.outcome]}${why === undefined || why === '' ? '' : `: ${plain(why, 300)}`}`];
  if (input.source !== undefined) {
    parts.push(`commit ${input.source.commit.slice(0, 7)} "${plain(input.source.subject)}" by ${plain(input.source.author.name)}`);
  }
  if (input.affectedRequests !== undefined && input.outcome !== 'Promoted') {
    parts.push(`${whole(input.affectedRequests)} user request${input.affectedRequests === 1 ? '' : 's'} affected`);
  }
  return parts.join('; ');
}

/** The measurement that a verdict rests on: the newest one of the phase that ended the check. */
export function decisiveMeasurement(status: CheckStatus): Measurement | undefined {
  const matching = status.measurements.findLast((measurement) => measurement.phase === status.phase);
  return matching ?? status.measurements.at(-1);
}

function decisiveReason(check: MetricCheck, status: CheckStatus): string {
  const measurement = decisiveMeasurement(status);
  if (measurement === undefined) return status.message ?? 'nothing was measured';
  if (measurement.phase === 'NoData') return `${check.name}: ${measurement.message ?? 'no data'}`;
  if (measurement.phase === 'Error' || measurement.value === undefined) return `${check.name} could not be measured: ${measurement.message ?? 'no value'}`;
  const over = `${whole(measurement.samples)} request${measurement.samples === 1 ? '' : 's'}`;
  const failed = measurement.phase === 'Failed';
  if (check.metric === 'successRate') return successRateReason(check, measurement.value, over, failed);
  if (check.metric === 'latency') return `p${number((check.quantile ?? 0.99) * 100)} latency was ${number(measurement.value)} ms over ${over}${limit(check, measurement.value, failed, ' ms')}`;
  return `${check.name} (${check.query ?? ''}) was ${number(measurement.value)} over ${over}${limit(check, measurement.value, failed, '')}`;
}

/** A success rate below its minimum is told as the failures that users saw. */
function successRateReason(check: MetricCheck, value: number, over: string, failed: boolean): string {
  if (failed && check.min !== undefined && value < check.min) return `${percent(1 - value)} of ${over} failed, limit ${percent(1 - check.min)}`;
  const bound = failed ? check.max : (check.min ?? check.max);
  return `${percent(value)} of ${over} succeeded${bound === undefined ? '' : `, limit ${percent(bound)}`}`;
}

function limit(check: MetricCheck, value: number, failed: boolean, unit: string): string {
  const bound = failed ? (check.max !== undefined && value > check.max ? check.max : check.min) : (check.max ?? check.min);
  return bound === undefined ? '' : `, limit ${number(bound)}${unit}`;
}

/** Just below 100 % a digit more matters: 99.95 % is not 100 %. */
function percent(share: number): string {
  const value = share * 100;
  return `${value > 99 && value < 100 ? Number(value.toFixed(3)) : number(value)} %`;
}

/** At most three digits after the point, fewer for large numbers: 11.8, 0.021, 812. */
function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3;
  return String(Number(value.toFixed(digits)));
}

function whole(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Names and commit subjects are other people's text: no control or direction-changing characters, bounded. */
function plain(text: string, longest = SUBJECT_LENGTH): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g, ' ').trim();
  const points = [...clean];
  return points.length <= longest ? clean : `${points.slice(0, longest - 1).join('')}…`;
}
