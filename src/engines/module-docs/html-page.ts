/** The shell of every page of the documentation site: one style, no script but the search, nothing from the network. */
import { createHash } from 'node:crypto';

export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

export interface PageParts {
  title: string;
  /** Links above the title: text and address. */
  trail: readonly { text: string; href: string }[];
  body: string;
  /** Inline script, allowed by its hash. */
  script?: string;
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1d2430;--soft:#5b6675;--paper:#fff;--card:#f6f7f9;--line:#dfe3e8;--link:#1f5fbf;--mark:#8a4b00}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa5b4;--paper:#14181f;--card:#1c222b;--line:#2e3642;--link:#7fb0ff;--mark:#f0b75a}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1120px;margin:0 auto;padding:24px 20px 80px}nav{color:var(--soft);font-size:14px}a{color:var(--link)}
h1{font-size:28px;line-height:1.2;margin:10px 0 6px;overflow-wrap:anywhere}h2{font-size:19px;margin:36px 0 10px;padding-top:8px;border-top:1px solid var(--line)}h3{font-size:16px;margin:24px 0 8px}
.purpose{color:var(--soft);max-width:72ch}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;color:var(--soft);font-weight:600}th,td{padding:7px 12px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}pre{margin:0;white-space:pre}td:first-child code{white-space:nowrap}td code{overflow-wrap:anywhere}
.mark{color:var(--mark);font-weight:600}.none{color:var(--soft)}.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:12px;padding:0;list-style:none}
.cards li{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px}.cards p{margin:4px 0 0;color:var(--soft);font-size:14px}
input[type=search]{width:100%;max-width:480px;padding:9px 12px;font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px}
figure{margin:16px 0;border:1px solid var(--line);border-radius:8px;overflow:auto;background:var(--paper)}figure svg{display:block;max-width:100%;height:auto}
#results a{display:block;padding:6px 0;border-bottom:1px solid var(--line);text-decoration:none}#results small{color:var(--soft)}
`;

export function printPage(parts: PageParts): string {
  const scripts = parts.script === undefined ? "'none'" : `'sha256-${sha256(parts.script)}'`;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${scripts}`;
  const trail = parts.trail.map((link) => `<a href="${escapeHtml(link.href)}">${escapeHtml(link.text)}</a>`).join(' / ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(parts.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${trail === '' ? '' : `<nav aria-label="Where you are">${trail}</nav>\n`}<h1>${escapeHtml(parts.title)}</h1>
${parts.body}
</main>
${parts.script === undefined ? '' : `<script>${parts.script}</script>\n`}</body>
</html>
`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
