/** What `roadbed state` does: read all states, run the rules, price, look for drift, take out what was accepted, print. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PlatformError } from '../../domain/error.ts';
import type { Finding } from '../../domain/finding.ts';
import { compareFindings, isAtLeast } from '../../domain/finding.ts';
import type { FindingReport, ReportPatch } from '../../domain/finding-report.ts';
import { describeProblem } from '../../domain/source-problem.ts';
import type { DriftReport } from '../../engines/drift/report.ts';
import { PriceBook } from '../../engines/price-book/price-book.ts';
import { Redactor } from '../../engines/redaction/redactor.ts';
import { prepareRules, runRules } from '../../engines/rules/run-rules.ts';
import type { RuleRun } from '../../engines/rules/run-rules.ts';
import { currentCosts, estimatedPrices } from '../../engines/waste/estimated-prices.ts';
import { countedSavings, totalSavings } from '../../engines/waste/saving.ts';
import { applySuppressions, readSuppressions } from '../../engines/waste/suppressions.ts';
import type { Suppression } from '../../engines/waste/suppressions.ts';
import { shownAttributes, wasteFindings } from '../../engines/waste/waste-findings.ts';
import { waterfallOf } from '../../engines/waste/waterfall.ts';
import { coverageSentence } from '../../formats/findings/findings-markdown.ts';
import { headline } from '../../formats/findings/summary.ts';
import { readYaml } from '../../formats/yaml-source/read.ts';
import { writeWhole } from '../docs/write-file.ts';
import { EXIT } from '../exit-code.ts';
import type { Session } from '../session.ts';
import { codeOf } from './code.ts';
import { comparesStates, driftNotes, driftOf, redactedFinding } from './drift.ts';
import type { StateFlags } from './options.ts';
import { printFindings } from './print-findings.ts';
import { withPatches } from './patches.ts';
import type { ReadStates } from './read-states.ts';
import { openStates, readStates } from './read-states.ts';

const SHOWN_PROBLEMS = 20;

/** Answers 5 when `--fail-on` is met, 8 when part of the input could not be read. */
export async function state(session: Session, paths: readonly string[], flags: StateFlags): Promise<number> {
  if (flags.code === undefined && (flags.patch !== undefined || flags.format === 'patch')) throw new PlatformError({ code: 'ROADBED-8870', class: 'usage', message: 'a patch needs the code', next: 'give its folder with --code' });
  const suppressions = flags.suppress === undefined ? [] : await suppressionsOf(flags.suppress);
  const { infrastructure } = session.platform;
  const { catalogue, problems: catalogueProblems } = await infrastructure.providerCatalogue(flags.providers);
  const opened = await openStates(session, paths, flags);
  const rules = await infrastructure.rules('waste', opened.types, flags.rules);
  const prepared = prepareRules(rules.files);
  const read = readStates(opened, flags, catalogue, comparesStates(flags) ? 'all' : prepared.wanted);
  const run = runRules(prepared, read.members);
  const redactor = new Redactor({ key: randomBytes(32), allowed: shownAttributes(rules.files), sensitive: (type) => catalogue.type(type).sensitive });
  const today = new Date(session.now()).toISOString().slice(0, 10);
  const code = flags.code === undefined ? undefined : await codeOf(session, flags.code, catalogue, read.members);
  const drift = await driftOf(session, flags, catalogue, read, code);
  const showsCost = flags.format === 'html' || flags.format === 'markdown';
  const book = run.matches.length === 0 && !showsCost ? undefined : new PriceBook(await infrastructure.priceFiles(), flags.prices === undefined ? [] : await infrastructure.ownPrices(flags.prices));
  const priced = book === undefined ? undefined : { book, today, members: read.members, ...(code === undefined ? {} : { providers: code.model.providers }) };
  const found = wasteFindings(run.matches, { redactor, ...(priced === undefined ? {} : { prices: estimatedPrices(priced) }), ...(code === undefined ? {} : { locate: code.locate }) });
  const { findings: kept, suppressed, notes } = applySuppressions([...found, ...(drift?.findings ?? []).map((finding) => redactedFinding(finding, redactor))].sort(compareFindings), suppressions, today);
  const patched = code === undefined ? undefined : await withPatches({ code, findings: kept, matches: run.matches, members: read.members, rules: rules.files, redactor });
  const findings = patched?.findings ?? kept;
  const told = [...catalogueProblems.map(describeProblem), ...rules.problems, ...read.problems, ...run.problems.map(({ rule, message }) => `${rule}: ${message}`)];
  const report: FindingReport = {
    subject: read.members.length === 1 ? redactor.text(read.members[0]?.source.path ?? '') : `${read.members.length} states`,
    at: new Date(session.now()).toISOString(),
    findings,
    suppressed: [...suppressed, ...(drift?.suppressed ?? []).map((one) => ({ ...one, finding: redactedFinding(one.finding, redactor) }))],
    problems: told.map((problem) => redactor.text(problem)),
    coverage: { ...coverageOf(run, read, found, redactor), ...driftCoverage(drift, redactor) },
    savings: totalSavings(findings),
    ...(flags.baseline === undefined ? {} : { driftIsNew: true as const }),
    counted: new Set([...countedSavings(findings).keys()].map((finding) => finding.fingerprint)),
    ...(priced === undefined || !showsCost ? {} : { cost: waterfallOf(findings, currentCosts(priced)) }),
    ...(patched === undefined ? {} : { patch: patched.patch }),
  };
  await deliver(session, report, flags);
  if (flags.patch !== undefined) await writeWhole(flags.patch, report.patch?.text ?? '');
  for (const note of [...notes, ...(drift === undefined ? [] : driftNotes(drift))]) session.output.say(redactor.text(note));
  if (flags.failOn !== undefined && findings.some((finding) => isAtLeast(finding.severity, flags.failOn ?? 'info'))) return EXIT.refused;
  return report.problems.length > 0 ? EXIT.incomplete : EXIT.ok;
}

async function suppressionsOf(path: string): Promise<Suppression[]> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new PlatformError({ code: 'ROADBED-8201', class: 'not-found', message: `the file of accepted findings ${path} cannot be read`, why: cause.code ?? cause.message, next: 'give a YAML file of the form in docs/reference/rules.md' });
  });
  const [document] = readYaml(text, path);
  const problems = document?.problems.map(describeProblem) ?? [];
  const found = problems.length > 0 ? { problems } : readSuppressions(document?.value);
  if ('suppressions' in found) return found.suppressions;
  throw new PlatformError({ code: 'ROADBED-8202', class: 'invalid', message: `${path} is not a file of accepted findings`, why: found.problems.slice(0, 5).join('; '), next: 'every entry needs rule, reason and until (YYYY-MM-DD); address and fingerprint may narrow it' });
}

function coverageOf(run: RuleRun, read: ReadStates, findings: readonly Finding[], redactor: Redactor): FindingReport['coverage'] {
  return {
    inputs: read.members.length,
    unreadableInputs: read.unreadable,
    rules: run.rules,
    resources: run.resources,
    resourcesWithRules: run.covered,
    typesWithoutRules: run.uncoveredTypes.map(({ type, count }) => ({ type: redactor.text(type), count })),
    priced: findings.filter((finding) => finding.saving?.known === true).length,
    unpriced: findings.filter((finding) => finding.saving?.known === false).length,
  };
}

function driftCoverage(drift: DriftReport | undefined, redactor: Redactor): Pick<FindingReport['coverage'], 'drift'> {
  if (drift === undefined) return {};
  const notCompared = drift.notCompared.map(({ reason, count, example }) => ({ reason: redactor.text(reason), count, example: redactor.text(example) }));
  return { drift: { ...drift.compared, notCompared } };
}

async function deliver(session: Session, report: FindingReport, flags: StateFlags): Promise<void> {
  const { output } = session;
  for (const problem of report.problems.slice(0, SHOWN_PROBLEMS)) output.say(problem);
  if (report.problems.length > SHOWN_PROBLEMS) output.say(`and ${report.problems.length - SHOWN_PROBLEMS} more problems: --format json lists them all`);
  const content = printFindings(session, report, flags);
  if (content !== undefined && flags.out !== undefined) await writeWhole(flags.out, content);
  else if (content !== undefined) output.line(content.replace(/\n$/, ''));
  output.say(headline(report));
  output.say(coverageSentence(report));
  if (report.patch !== undefined) output.say(patchSentence(report.patch, flags.patch));
}

/** `The patch settles 4 of the findings and saves 12.30 USD a month: git apply savings.patch in /home/me/infra`. */
function patchSentence({ findings, savings, appliesIn }: ReportPatch, file: string | undefined): string {
  if (findings === 0) return 'No change of the code could be made as a patch; each finding says why';
  const money = savings.length === 0 ? '' : ` and saves ${savings.map(({ monthly, currency }) => `${monthly} ${currency}`).join(' and ')} a month`;
  return `The patch settles ${findings} of the findings${money}: ${file === undefined ? `--patch FILE writes it, for \`git apply\` in ${appliesIn}` : `\`git apply ${file}\` in ${appliesIn}`}`;
}
