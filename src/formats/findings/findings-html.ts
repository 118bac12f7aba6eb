/** Findings as one HTML page without scripts and without anything from elsewhere; savings by cause as a picture with its table. */
import type { Finding } from '../../domain/finding.ts';
import { Decimal, sumOf } from '../../domain/money.ts';
import type { FindingReport } from '../../domain/finding-report.ts';
import { coverageSentence, headline, savingText } from './findings-markdown.ts';

const STYLE =
  ':root{color-scheme:light dark;--line:#8884;--bar:#2563eb}body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}td.number{text-align:right;font-variant-numeric:tabular-nums}code{overflow-wrap:anywhere}.severity{font-weight:600}.bar{background:var(--bar);height:1rem;border-radius:2px;min-width:1px}small{opacity:.75}';

export function findingsHtml(report: FindingReport): string {
  const title = escape(headline(report));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1><p>${escape(coverageSentence(report))}. ${escape(report.at)}</p>
${savingsPicture(report.findings)}
${report.findings.length === 0 ? '<p>All clear.</p>' : `<h2>Findings</h2><table><thead><tr><th>Severity<th>What<th>Evidence<th>Saving a month<th>What to do</thead><tbody>${report.findings.map(row).join('\n')}</tbody></table>`}
${report.suppressed.length === 0 ? '' : `<h2>Accepted</h2><ul>${report.suppressed.map((one) => `<li>${escape(one.finding.sentence)}: ${escape(one.reason)}, until ${escape(one.until)}`).join('')}</ul>`}
${report.problems.length === 0 ? '' : `<h2>Not read</h2><ul>${report.problems.map((problem) => `<li>${escape(problem)}`).join('')}</ul>`}
</main></body></html>
`;
}

function row(finding: Finding): string {
  const evidence = finding.evidence.map(({ name, value }) => `<code>${escape(name)}</code> ${escape(value)}`).join('<br>');
  const place = finding.location === undefined ? '' : `<br><small>${escape(finding.location.file)}:${finding.location.line}</small>`;
  const unknown = finding.saving?.known === false ? `<br><small>${escape(finding.saving.reason)}</small>` : '';
  const patch = finding.fix.patch === undefined ? '' : `<pre>${escape(finding.fix.patch)}</pre>`;
  return `<tr id="${escape(finding.fingerprint)}"><td class="severity">${escape(finding.severity)}<td>${escape(finding.sentence)}<br><small>${escape(finding.rule)}, ${escape(finding.confidence)}, ${escape(finding.subject.source)}</small>${place}<td>${evidence}<td class="number">${escape(savingText(finding))}${unknown}<td>${escape(finding.fix.text)}${patch}`;
}

/** Bars by cause, largest first, one currency after the other. */
function savingsPicture(findings: readonly Finding[]): string {
  const causes = new Map<string, { title: string; currency: string; amounts: Decimal[] }>();
  for (const { saving, title } of findings) {
    if (saving?.known !== true) continue;
    const key = `${saving.currency} ${title}`;
    const cause = causes.get(key) ?? { title, currency: saving.currency, amounts: [] };
    cause.amounts.push(Decimal.parse(saving.monthly) ?? Decimal.zero);
    causes.set(key, cause);
  }
  const rows = [...causes.values()].map((cause) => ({ ...cause, sum: sumOf(cause.amounts) })).sort((a, b) => b.sum.compare(a.sum));
  const most = rows[0]?.sum.toNumber() ?? 0;
  if (rows.length === 0) return '';
  const lines = rows.map(({ title, currency, sum, amounts }) => `<tr><td>${escape(title)}<td class="number">${amounts.length}<td class="number">${sum.toFixed(2)} ${escape(currency)}<td style="width:40%"><div class="bar" style="width:${Math.max(0, Math.min(100, (sum.toNumber() / most) * 100)).toFixed(1)}%"></div>`);
  return `<h2>Savings by cause</h2><table><thead><tr><th>Cause<th>Findings<th>A month<th><span>Share</span></thead><tbody>${lines.join('\n')}</tbody></table>`;
}

function escape(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/'/g, '&#39;');
}
