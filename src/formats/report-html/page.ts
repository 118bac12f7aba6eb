/**
 * One self-contained page: no font, script, style or picture from elsewhere, and a policy that would refuse them.
 *
 * The script is named by its hash, so a text that got through the escaping could still not run; the page says
 * everything without it. Colours follow the reader's theme, and on paper are always the light ones.
 */
import { createHash } from 'node:crypto';
import { STYLE } from './style.ts';

export interface Page {
  title: string;
  /** Of the content, safe markup. */
  body: string;
  /** Runs at the end of the page; it only adds to what is there. */
  script?: string;
}

export function htmlPage({ title, body, script }: Page): string {
  const policy = [`default-src 'none'`, `style-src '${hashOf(STYLE)}'`, ...(script === undefined ? [] : [`script-src '${hashOf(script)}'`]), `img-src data:`, `base-uri 'none'`, `form-action 'none'`].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Roadbed">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
${script === undefined ? '' : `<script type="text/javascript">${script}</script>\n`}</body>
</html>
`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Names in states and code are anybody's; controls, and marks that turn the direction of text, are replaced. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/** `1,204.50`: thousands apart, for people; the digits stay as they are. */
export function grouped(amount: string): string {
  const [whole = '', fraction] = amount.split('.');
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}
