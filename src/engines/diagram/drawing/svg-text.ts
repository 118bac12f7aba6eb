/** Text in SVG: measured, cut with an ellipsis where it has no room, and held to its room by the renderer. */
import { fitText, textWidth, type TextWeight } from '../layout/text-width.ts';
import { oneLine, xml } from './escape.ts';

export interface TextStyle {
  size: number;
  room: number;
  classes: string;
  weight?: TextWeight;
  anchor?: 'start' | 'middle' | 'end';
}

/** A number without a tail of digits, so that bytes do not depend on rounding errors. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** One line of text at a baseline; a text that nearly fills its room is told its length, so a wider font cannot overflow. */
export function textElement(x: number, y: number, text: string, style: TextStyle): string {
  const clean = oneLine(text);
  if (clean === '') return '';
  const weight = style.weight ?? 'regular';
  const shown = fitText(clean, style.size, style.room, weight);
  const width = textWidth(shown, style.size, weight);
  const held = width > style.room * 0.85 ? ` textLength="${coordinate(Math.min(width, style.room))}" lengthAdjust="spacingAndGlyphs"` : '';
  const anchor = style.anchor === undefined || style.anchor === 'start' ? '' : ` text-anchor="${style.anchor}"`;
  const classes = `${style.classes}${weight === 'semibold' ? ' bold' : ''}`.trim();
  return `<text x="${coordinate(x)}" y="${coordinate(y)}" class="${classes}" font-size="${style.size}"${anchor}${held}>${xml(shown)}${shown === clean ? '' : `<title>${xml(clean)}</title>`}</text>`;
}
