/**
 * How wide a text will be, without a font at hand: a table of average advances.
 *
 * The figures are those of Inter, which is as wide as or wider than the system fonts of the drawing's
 * font stack, so a text that fits here fits there. Everything outside ASCII counts as wide as it may
 * get: East Asian letters and pictures one em, other letters two thirds. A text that has no room is cut
 * with an ellipsis (and the drawing keeps the whole in a title).
 */

/** Advances of U+0020 to U+007E in thousandths of an em. */
const REGULAR = [
  281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620, 566, 619, 620, 288, 302, 662, 662, 662, 511,
  966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903, 753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456,
  323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
];
const SEMIBOLD = [
  252, 321, 523, 644, 650, 1004, 663, 326, 373, 373, 540, 673, 319, 465, 319, 379, 660, 423, 623, 636, 666, 612, 640, 576, 640, 640, 319, 329, 673, 673, 673, 543,
  999, 728, 659, 737, 722, 605, 588, 749, 746, 277, 580, 703, 565, 922, 759, 769, 645, 773, 652, 650, 660, 736, 728, 1020, 720, 713, 652, 373, 379, 373, 481, 469,
  351, 574, 624, 583, 624, 591, 389, 625, 612, 262, 262, 569, 262, 900, 612, 609, 624, 624, 397, 549, 353, 612, 587, 839, 569, 588, 566, 455, 359, 455, 673,
];
const WIDE_FROM = 0x1100;
const ELLIPSIS = '…';

export type TextWeight = 'regular' | 'semibold';

function advance(codePoint: number, weight: TextWeight): number {
  if (codePoint >= 0x20 && codePoint <= 0x7e) return (weight === 'semibold' ? SEMIBOLD : REGULAR)[codePoint - 0x20] ?? 1000;
  if (codePoint === 0x2026) return 900;
  return codePoint >= WIDE_FROM ? 1050 : 760;
}

/** Width in pixels of `text` at `size` pixels. */
export function textWidth(text: string, size: number, weight: TextWeight = 'regular'): number {
  let sum = 0;
  for (const character of text) sum += advance(character.codePointAt(0) ?? 0, weight);
  return (sum * size) / 1000;
}

/** `text`, or as much of it as `room` pixels hold with an ellipsis at the end. */
export function fitText(text: string, size: number, room: number, weight: TextWeight = 'regular'): string {
  if (textWidth(text, size, weight) <= room) return text;
  const budget = (room * 1000) / size - advance(0x2026, weight);
  let sum = 0;
  let kept = '';
  for (const character of text) {
    sum += advance(character.codePointAt(0) ?? 0, weight);
    if (sum > budget) break;
    kept += character;
  }
  return `${kept.trimEnd()}${ELLIPSIS}`;
}

/** Splits after separators that names have, so that a long name breaks where a person would break it. */
function pieces(text: string): string[] {
  return text.match(/[^\s\-_./:]*[\s\-_./:]*/g)?.filter((piece) => piece !== '') ?? [];
}

/** At most `lines` lines of at most `room` pixels; the last one is cut with an ellipsis when there is more. */
export function wrapText(text: string, size: number, room: number, lines: number, weight: TextWeight = 'regular'): string[] {
  if (textWidth(text, size, weight) <= room) return [text];
  const result: string[] = [];
  let rest = text.trim();
  while (result.length < lines - 1 && textWidth(rest, size, weight) > room) {
    let line = '';
    for (const piece of pieces(rest)) {
      if (textWidth((line + piece).trimEnd(), size, weight) > room) break;
      line += piece;
    }
    if (line === '') break;
    result.push(line.trimEnd());
    rest = rest.slice(line.length).trimStart();
  }
  if (rest !== '') result.push(fitText(rest, size, room, weight));
  return result;
}
