/** One cause with its findings, and one finding with its evidence, price and patch, as markup. */
import type { Finding } from '../../domain/finding.ts';
import { SEVERITIES } from '../../domain/finding.ts';
import { escapeHtml, grouped } from '../report-html/page.ts';
import type { CauseGroup } from './summary.ts';

/** More are not read by anybody, and make a page that does not open. */
const MOST_SHOWN = 300;

export function causeHtml(group: CauseGroup, open: boolean): string {
  const money = group.sums.map(({ monthly, currency }) => `${grouped(monthly)} ${currency}`).join(' + ');
  const twice = group.notCounted.size === 0 ? '' : `; ${group.notCounted.size} counted where it saves more`;
  const unknown = group.unpriced === 0 ? '' : `; ${group.unpriced} of unknown saving`;
  return `<details class="cause"${open ? ' open' : ''} data-severity="${SEVERITIES.indexOf(group.severity)}" data-saving="${escapeHtml(group.sums[0]?.monthly ?? '0')}" data-name="${escapeHtml(group.title)}"><summary><h3>${escapeHtml(group.title)}</h3><span class="sum less">${escapeHtml(money)}</span><span class="quiet"><span class="tag ${group.severity}">${group.severity}</span> ${group.findings.length} ${group.findings.length === 1 ? 'resource' : 'resources'}${unknown}${twice} · <code>${escapeHtml(group.rule)}</code></span></summary>
${findingsOf(group)}
</details>`;
}

/** Instances of one block share a patch: it stands with the first of them. */
function findingsOf({ findings, notCounted }: CauseGroup): string {
  const shown = findings.slice(0, MOST_SHOWN);
  const first = new Map([...shown].reverse().flatMap((finding) => (finding.fix.patch === undefined ? [] : [[finding.fix.patch, finding] as const])));
  const left = findings.length - shown.length;
  const texts = shown.map((finding) => {
    const patched = finding.fix.patch === undefined ? undefined : first.get(finding.fix.patch);
    return findingHtml(finding, notCounted.has(finding.fingerprint) ? 'another finding on it saves more: not in the sums' : undefined, patched === finding ? undefined : patched);
  });
  return [...texts, ...(left === 0 ? [] : [`<p class="quiet more-of">and ${left} more of this cause, which are in the sums: <code>--format json</code> lists them all.</p>`])].join('\n');
}

/** @param note Why its saving is not in the sums. @param patched A finding above with the same patch. */
export function findingHtml(finding: Finding, note?: string, patched?: Finding): string {
  const { location, subject } = finding;
  const place = location === undefined ? subject.source : `${location.file}:${location.line}`;
  const facts = [...finding.evidence.map(({ name, value }) => fact(name, value)), fact('confidence', finding.confidence), fact('in', place), ...moneyFacts(finding), ...(note === undefined ? [] : [fact('note', note)])];
  return `<article class="finding" id="${escapeHtml(finding.fingerprint)}" data-severity="${SEVERITIES.indexOf(finding.severity)}" data-patch="${finding.fix.patch === undefined ? 0 : 1}"><div class="head"><span class="name">${escapeHtml(subject.name)}</span><span class="money">${money(finding)}</span></div>
<p>${escapeHtml(sentence(finding.sentence))}</p>
<ul class="facts">${facts.join('')}</ul>
<p class="quiet">${escapeHtml(finding.fix.text)}</p>${patched === undefined ? patchHtml(finding) : `<p class="quiet">Patch: that of <a href="#${escapeHtml(patched.fingerprint)}">${escapeHtml(patched.subject.name)}</a>.</p>`}</article>`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function fact(name: string, value: string): string {
  return `<li>${escapeHtml(name)} <b>${escapeHtml(value)}</b>`;
}

function money({ saving, severity, area }: Finding): string {
  if (saving === undefined) return area === 'drift' ? `<span class="tag ${severity}">${severity}</span>` : '';
  return saving.known ? `<span class="less">${escapeHtml(grouped(saving.monthly))} ${escapeHtml(saving.currency)}</span> <span class="quiet">a month</span>` : '<span class="quiet">saving unknown</span>';
}

function moneyFacts({ saving }: Finding): string[] {
  if (saving === undefined) return [];
  if (!saving.known) return [fact('saving unknown', saving.reason)];
  const range = saving.low === undefined || saving.high === undefined ? [] : [fact('from', `${grouped(saving.low)} to ${grouped(saving.high)}`)];
  return [...range, fact('price', `${saving.confidence}, of ${saving.priceDate}`)];
}

function patchHtml({ fix }: Finding): string {
  const also = fix.alsoChanges === undefined ? '' : `<p class="quiet">It also changes ${escapeHtml(fix.alsoChanges.slice(0, 8).join(', '))}${fix.alsoChanges.length > 8 ? ` and ${fix.alsoChanges.length - 8} more` : ''}.</p>`;
  if (fix.patch !== undefined) return `<details><summary>Patch</summary><pre><code>${fix.patch.split('\n').map(patchLine).join('\n')}</code></pre>${fix.note === undefined ? '' : `<p class="quiet">${escapeHtml(fix.note)}</p>`}${also}</details>`;
  return fix.withoutPatch === undefined ? '' : `<p class="quiet">No patch: ${escapeHtml(fix.withoutPatch)}.</p>`;
}

function patchLine(line: string): string {
  const kind = /^(?:diff |---|\+\+\+|@@)/.test(line) ? 'at' : line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : '';
  return kind === '' ? escapeHtml(line) : `<span class="${kind}">${escapeHtml(line)}</span>`;
}
