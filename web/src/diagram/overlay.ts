/**
 * What an overlay says of each part of a drawing: drift and waste that were found, or what it costs. Pure.
 *
 * A part stands for addresses; a group says the sum of what is drawn within it and of its own. An address that no part
 * draws is counted apart, so that sums of a picture and of its state can be compared.
 */
import type { Drawing } from '../../../src/api/contract/infrastructure-page.ts';
import type { Overlay } from '../../../src/api/contract/state-page.ts';
import { count } from '../data/wording.ts';
import type { PartIndex } from './part-index.ts';

export const OVERLAYS = ['drift', 'waste', 'cost'] as const;
export type OverlayKind = (typeof OVERLAYS)[number];

export interface PartMark {
  /** On the picture, some characters. */
  text: string;
  /** For readers and tooltips. */
  words: string;
  tone: 'bad' | 'warn' | 'idle' | 'cost';
  /** Sentences, or amounts by address. */
  facts: readonly (readonly [string, string])[];
}

export interface Overlaid {
  marks: ReadonlyMap<string, PartMark>;
  /** What the overlay knows that this picture does not draw. */
  undrawn: number;
  sentence: string;
}

const RANK = ['critical', 'high', 'medium', 'low', 'info'];

export function overlaid(drawing: Drawing, index: PartIndex, overlay: Overlay, kind: OverlayKind): Overlaid {
  return kind === 'cost' ? costs(drawing, index, overlay) : found(drawing, index, overlay, kind);
}

/** Amounts without cents once there are hundreds: there is room for some characters. */
export function shortAmount(amount: number, currency: string): string {
  const sign = currency === 'USD' ? '$' : currency === 'EUR' ? '€' : '';
  const text = amount >= 9_950 ? `${(amount / 1000).toFixed(1)}k` : amount >= 100 ? Math.round(amount).toLocaleString('en') : amount.toFixed(2);
  return sign === '' ? `${text} ${currency}` : `${sign}${text}`;
}

/** Things by address; an address without keys stands for all its instances. */
function byPart<Thing extends { address: string }>(drawing: Drawing, things: readonly Thing[]): { parts: Map<string, Thing[]>; undrawn: Thing[] } {
  const owners = new Map<string, string>();
  for (const part of drawing.parts) for (const address of part.addresses) if (part.node || !owners.has(address)) owners.set(address, part.id);
  const parts = new Map<string, Thing[]>();
  const undrawn: Thing[] = [];
  for (const thing of things) {
    const owner = owners.get(thing.address) ?? owners.get(thing.address.replace(/\[[^\]]*\]$/, ''));
    if (owner === undefined) undrawn.push(thing);
    else parts.set(owner, [...(parts.get(owner) ?? []), thing]);
  }
  return { parts, undrawn };
}

/** The things of a part and of all parts within it. */
function within<Thing>(id: string, index: PartIndex, parts: ReadonlyMap<string, readonly Thing[]>): Thing[] {
  return [...parts].flatMap(([owner, things]) => (index.inside(owner, id) ? things : []));
}

function costs(drawing: Drawing, index: PartIndex, { cost }: Overlay): Overlaid {
  if (cost === undefined) return { marks: new Map(), undrawn: 0, sentence: 'What the state costs is not known yet: it is being analysed.' };
  const { parts, undrawn } = byPart(drawing, cost.priced);
  const marks = new Map<string, PartMark>();
  for (const { id, node } of drawing.parts) {
    const own = node ? (parts.get(id) ?? []) : within(id, index, parts);
    if (own.length === 0) continue;
    const sum = own.reduce((total, { monthly }) => total + Number(monthly), 0);
    marks.set(id, { text: shortAmount(sum, cost.currency), words: `${sum.toFixed(2)} ${cost.currency} a month`, tone: 'cost', facts: own.slice(0, 30).map(({ address, monthly }) => [address, `${monthly} ${cost.currency}`]) });
  }
  const whole = cost.monthly === undefined ? 'Nothing in the state has a known price' : `The state costs ${shortAmount(Number(cost.monthly), cost.currency)} a month without usage`;
  return { marks, undrawn: undrawn.length, sentence: `${whole}${cost.unknown === 0 ? '' : `; the price of ${count(cost.unknown, 'resource')} is unknown`}${undrawn.length === 0 ? '' : `; ${count(undrawn.length, 'resource')} with a price ${undrawn.length === 1 ? 'is' : 'are'} not in this picture`}.` };
}

function found(drawing: Drawing, index: PartIndex, overlay: Overlay, kind: 'drift' | 'waste'): Overlaid {
  const things = overlay[kind];
  const { parts, undrawn } = byPart(drawing, things);
  const marks = new Map<string, PartMark>();
  for (const { id, node } of drawing.parts) {
    const own = node ? (parts.get(id) ?? []) : within(id, index, parts);
    if (own.length === 0) continue;
    const total = own.reduce((sum, one) => sum + one.count, 0);
    const worst = own.map((one) => one.worst).toSorted((a, b) => RANK.indexOf(a) - RANK.indexOf(b))[0] ?? 'info';
    marks.set(id, { text: `${kind === 'drift' ? '≠' : '∅'} ${total}`, words: `${count(total, kind === 'drift' ? 'difference' : 'finding')}, the worst ${worst}`, tone: RANK.indexOf(worst) <= 1 ? 'bad' : worst === 'medium' ? 'warn' : 'idle', facts: own.flatMap((one) => one.sentences.map((sentence): [string, string] => [one.address, sentence])).slice(0, 30) });
  }
  const total = things.reduce((sum, one) => sum + one.count, 0);
  const what = kind === 'drift' ? (total === 0 ? 'No drift is known' : `${count(total, 'difference')} between the code and serial ${overlay.serial} of the state`) : total === 0 ? 'Nothing unused or wasteful is known' : `${count(total, 'finding')} of waste in serial ${overlay.serial} of the state`;
  const hidden = undrawn.reduce((sum, one) => sum + one.count, 0);
  return { marks, undrawn: hidden, sentence: `${what}${hidden === 0 ? '' : `; ${hidden} of them ${hidden === 1 ? 'is' : 'are'} about what this picture does not draw: ${undrawn.slice(0, 3).map((one) => one.address).join(', ')}${undrawn.length > 3 ? ' …' : ''}`}.` };
}
