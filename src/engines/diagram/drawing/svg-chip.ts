/** Chips: the small pills of badges on cards and headers, and the sign of a change. */
import type { DiagramBadge, DiagramChange } from '../diagram.ts';
import { fitText, textWidth } from '../layout/text-width.ts';
import { oneLine, xml } from './escape.ts';
import { glyphPath } from './glyphs.ts';
import { coordinate, textElement } from './svg-text.ts';

const CHIP_HEIGHT = 16;
const CHIP_TEXT = 9.5;
const CHIP_TEXT_MAXIMUM = 64;
const CHIP_GAP = 3;

export const CHANGE_SIGNS: Record<Exclude<DiagramChange, 'unchanged'>, string> = { added: '+', changed: '~', removed: '−', replaced: '±' };

/** The change that is worth showing, if there is one. */
export function shownChange(change: DiagramChange | undefined): Exclude<DiagramChange, 'unchanged'> | undefined {
  return change === undefined || change === 'unchanged' ? undefined : change;
}

/** Strokes of a glyph in a square of `size` pixels. */
export function glyphElement(glyph: string, x: number, y: number, size: number, classes: string): string {
  return `<path class="${classes}" transform="translate(${coordinate(x)} ${coordinate(y)}) scale(${coordinate(size / 24)})" d="${glyphPath(glyph)}"/>`;
}

function chipWidth(badge: DiagramBadge, withText: boolean): number {
  const text = fitText(oneLine(badge.text), CHIP_TEXT, CHIP_TEXT_MAXIMUM);
  const words = withText && text !== '' ? textWidth(text, CHIP_TEXT) : 0;
  return Math.ceil((badge.glyph === undefined ? 0 : 12) + words + (badge.glyph !== undefined && words > 0 ? 3 : 0) + 9);
}

function chip(badge: DiagramBadge, x: number, y: number, width: number, withText: boolean): string {
  const glyph = badge.glyph === undefined ? '' : glyphElement(badge.glyph, x + 4.5, y + 2, 12, 'icon');
  const left = x + 4.5 + (badge.glyph === undefined ? 0 : 15);
  const text = withText ? textElement(left, y + 11.5, badge.text, { size: CHIP_TEXT, room: CHIP_TEXT_MAXIMUM, classes: 'muted' }) : '';
  return `<g class="badge"><title>${xml(oneLine(badge.title === '' ? badge.text : badge.title))}</title><rect class="chip" x="${coordinate(x)}" y="${coordinate(y)}" width="${width}" height="${CHIP_HEIGHT}" rx="${CHIP_HEIGHT / 2}"/>${glyph}${text}</g>`;
}

/** Chips from `right` to the left, as many as `room` holds: those with a glyph give up their text first, then the rest is counted. */
export function chips(badges: readonly DiagramBadge[], right: number, y: number, room: number): { markup: string; width: number } {
  const all = badges.reduce((sum, badge) => sum + chipWidth(badge, true) + CHIP_GAP, 0);
  const withText = (badge: DiagramBadge): boolean => all <= room || badge.glyph === undefined;
  const shown: DiagramBadge[] = [];
  let used = 0;
  for (const badge of badges) {
    const width = chipWidth(badge, withText(badge)) + CHIP_GAP;
    if (used + width > room - (shown.length < badges.length - 1 ? 26 : 0)) break;
    shown.push(badge);
    used += width;
  }
  const rest = badges.slice(shown.length);
  if (rest.length > 0) {
    const more: DiagramBadge = { text: `+${rest.length}`, title: rest.map((badge) => badge.title === '' ? badge.text : badge.title).join('; ') };
    shown.push(more);
    used += chipWidth(more, true) + CHIP_GAP;
  }
  let x = right - used + CHIP_GAP;
  const markup = shown.map((badge) => {
    const text = withText(badge);
    const width = chipWidth(badge, text);
    const element = chip(badge, x, y, width, text);
    x += width + CHIP_GAP;
    return element;
  });
  return { markup: markup.join(''), width: used };
}

/** The sign of a change: a filled circle, so that colour is not the only sign. */
export function changeSign(change: Exclude<DiagramChange, 'unchanged'>, x: number, y: number): string {
  return `<g class="${change}"><title>${change}</title><circle class="sign" cx="${coordinate(x)}" cy="${coordinate(y)}" r="9"/><text class="signed bold" x="${coordinate(x)}" y="${coordinate(y + 4.5)}" font-size="13" text-anchor="middle">${CHANGE_SIGNS[change]}</text></g>`;
}
