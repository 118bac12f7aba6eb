/**
 * A waterfall as SVG: what there is, what is taken off or added cause by cause, and what is left.
 *
 * Places and widths are shares of the width and texts keep their size, so the picture reads the same on a phone
 * and on a wide screen without a script. Labels stand above their bars, which leaves the bars all of the width.
 * What a machine or an ear reads is in `title` and `desc`; the table that belongs to it is the caller's.
 */
import { Decimal, sumOf } from '../../domain/money.ts';
import { escapeHtml, grouped } from './page.ts';

export interface WaterfallStep {
  label: string;
  /** Below nothing for what is saved. */
  amount: Decimal;
}

export interface Waterfall {
  /** Unique on the page. */
  id: string;
  title: string;
  currency: string;
  start: { label: string; amount: Decimal };
  steps: readonly WaterfallStep[];
  end: { label: string; amount: Decimal };
}

const ROW = 46;
const BAR = 18;
const LONGEST_LABEL = 90;
const LONGEST_ON_PHONE = 34;
/** More would be a table, not a picture: the smallest go into one step. */
const MOST_STEPS = 12;

/** The SVG; steps beyond the twelfth are one. The sum of `start` and all steps must be `end`. */
export function waterfallSvg(waterfall: Waterfall): string {
  const { id, title, start, end, currency } = waterfall;
  const steps = shownSteps(waterfall.steps);
  const bars = barsOf({ ...waterfall, steps });
  const most = bars.reduce((largest, bar) => (bar.to.compare(largest) > 0 ? bar.to : largest), Decimal.zero);
  const x = (amount: Decimal): number => (most.isZero ? 0 : Math.max(0, Math.min(100, (amount.toNumber() / most.toNumber()) * 100)));
  const rows = bars.map((bar, at) => rowSvg(bar, bars[at + 1], at * ROW, x, currency));
  const told = [`${start.label} ${grouped(start.amount.toFixed(2))} ${currency}`, ...steps.map((step) => `${step.label} ${signed(step.amount)} ${currency}`), `${end.label} ${grouped(end.amount.toFixed(2))} ${currency}`];
  return `<svg class="chart" role="img" aria-labelledby="${id}-title ${id}-desc" height="${bars.length * ROW}"><title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-desc">${escapeHtml(told.join('; '))}.</desc>${rows.join('')}</svg>`;
}

interface Bar {
  label: string;
  shown: string;
  from: Decimal;
  to: Decimal;
  /** Where the next one begins. */
  level: Decimal;
  kind: 'whole' | 'saving' | 'rise';
}

function barsOf({ start, steps, end }: Pick<Waterfall, 'start' | 'steps' | 'end'>): Bar[] {
  let level = start.amount;
  const inner = steps.map(({ label, amount }): Bar => {
    const before = level;
    level = level.plus(amount);
    const [from, to] = amount.isNegative ? [level, before] : [before, level];
    return { label, shown: signed(amount), from, to, level, kind: amount.isNegative ? 'saving' : 'rise' };
  });
  const whole = ({ label, amount }: { label: string; amount: Decimal }): Bar => ({ label, shown: grouped(amount.toFixed(2)), from: Decimal.zero, to: amount, level: amount, kind: 'whole' });
  return [whole(start), ...inner, whole(end)];
}

function shownSteps(steps: readonly WaterfallStep[]): readonly WaterfallStep[] {
  if (steps.length <= MOST_STEPS) return steps;
  const size = ({ amount }: WaterfallStep): Decimal => (amount.isNegative ? amount.negated() : amount);
  const ordered = [...steps].sort((a, b) => size(b).compare(size(a)));
  const rest = ordered.slice(MOST_STEPS - 1);
  return [...ordered.slice(0, MOST_STEPS - 1), { label: `${rest.length} more`, amount: sumOf(rest.map((step) => step.amount)) }];
}

/** `−12.00`, `+3.10`. */
function signed(amount: Decimal): string {
  return amount.isNegative ? `\u2212${grouped(amount.negated().toFixed(2))}` : `+${grouped(amount.toFixed(2))}`;
}

function labelSvg(label: string, y: number): string {
  const cut = (most: number): string => escapeHtml(label.length <= most ? label : `${label.slice(0, most - 1)}…`);
  const text = (kind: string, shown: string): string => `<text${kind} x="0" y="${y}">${shown}</text>`;
  return label.length <= LONGEST_ON_PHONE ? text('', cut(LONGEST_ON_PHONE)) : `${text(' class="long"', cut(LONGEST_LABEL))}${text(' class="short" aria-hidden="true"', cut(LONGEST_ON_PHONE))}`;
}

function rowSvg(bar: Bar, next: Bar | undefined, top: number, x: (amount: Decimal) => number, currency: string): string {
  const [left, right] = [x(bar.from), x(bar.to)];
  const y = top + 20;
  const level = x(bar.level).toFixed(2);
  const join = next === undefined ? '' : `<line class="join" x1="${level}%" x2="${level}%" y1="${y + BAR}" y2="${y + ROW}"/>`;
  return `<g><title>${escapeHtml(`${bar.label}: ${bar.shown} ${currency}`)}</title>${labelSvg(bar.label, top + 13)}<text class="amount" x="100%" y="${top + 13}" text-anchor="end">${escapeHtml(bar.shown)}</text><rect class="${bar.kind}" x="${left.toFixed(2)}%" y="${y}" width="${Math.max(0.25, right - left).toFixed(2)}%" height="${BAR}" rx="2"/>${join}</g>`;
}
