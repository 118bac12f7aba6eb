/** What `roadbed cost` does: read, price, compare, judge, print. */
import { stat } from 'node:fs/promises';
import { PlatformError } from '../../domain/error.ts';
import type { FindingReport } from '../../domain/finding-report.ts';
import { describeProblem } from '../../domain/source-problem.ts';
import type { SourceProblem } from '../../domain/source-problem.ts';
import { beforePlan } from '../../engines/cost/before-plan.ts';
import { isAllocationWord } from '../../engines/cost-allocation/aggregate.ts';
import { judgeBudgets, parseBudget } from '../../engines/cost/budget.ts';
import { parseCurrency, printAmount, USD } from '../../engines/cost/currency.ts';
import { differenceOf, differenceSentence } from '../../engines/cost/difference.ts';
import { ROLL_UPS, rollUp } from '../../engines/cost/roll-up.ts';
import type { InfrastructureModel } from '../../engines/infrastructure/model.ts';
import { kubernetesGroups } from '../../engines/kubernetes-cost/kubernetes-groups.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import { variableSources } from '../docs/options.ts';
import { writeWhole } from '../docs/write-file.ts';
import { EXIT } from '../exit-code.ts';
import { coverageLine } from '../infrastructure/coverage-line.ts';
import type { ReadOptions } from '../infrastructure/read-infrastructure.ts';
import { readInfrastructure } from '../infrastructure/read-infrastructure.ts';
import type { InfrastructureInput } from '../local-platform.ts';
import type { Session } from '../session.ts';
import { clusterSentences } from './cluster-words.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import { isManifest, kubernetesInput } from './kubernetes-input.ts';
import type { CostFlags } from './options.ts';
import { openBook } from './open-book.ts';
import { readUsage } from './options.ts';
import { judge, policyLines, readPolicyFiles } from './policies.ts';
import { kubernetesFlags, pricedInput } from './priced-input.ts';
import type { PricedInput } from './priced-input.ts';
import { costDocument, costJson } from './print-json.ts';
import { printTable } from './print-table.ts';
import { costCsv, costMarkdown } from './print-text.ts';
import type { CostReport } from './report.ts';
import { costCoverageLine, totalLine } from './report.ts';

const SHOWN_PROBLEMS = 20;

/** Answers 5 when a budget is exceeded or a policy denies, 7 when `--exit-code` is given and the cost differs, 8 when part of the input could not be read. */
export async function cost(session: Session, path: string | undefined, flags: CostFlags): Promise<number> {
  const given = path ?? '.';
  const by = rollUpName(flags.by);
  const budgets = (flags.budget ?? []).map(parseBudget);
  const currency = flags.currency === undefined ? USD : parseCurrency(flags.currency);
  const policies = flags.policy === undefined ? [] : await readPolicyFiles(flags.policy, currency);
  const usage = await readUsage(flags.usage);
  const kubernetes = await kubernetesFlags(flags);
  const { infrastructure } = session.platform;
  const { catalogue } = await infrastructure.providerCatalogue(flags.providers);
  const { now, before } = await readBoth(session, given, flags, catalogue);
  const book = await openBook(session, flags);
  const at = new Date(session.now()).toISOString();
  const today = at.slice(0, 10);
  const priced = (of: ReadInput): PricedInput => pricedInput(of.model, of.kubernetes, book, { usage, today, kubernetes, ...(flags.freeAllowances === true ? { freeAllowances: true } : {}) });
  const whole = priced(now);
  const after = whole.estimate;
  const earlier = before === undefined ? undefined : priced(before).estimate;
  const difference = earlier === undefined ? undefined : differenceOf(earlier, after);
  const report: CostReport = {
    title: now.name,
    estimate: after,
    by,
    groups: whole.kubernetes !== undefined && isAllocationWord(by) ? kubernetesGroups(whole.kubernetes, whole.others, by) : rollUp(after, by),
    currency,
    modulesNotRead: now.model?.coverage.opaqueModules ?? 0,
    budgets: judgeBudgets(budgets, after, difference),
    ...(policies.length === 0 ? {} : { policies: await judge(policies, { estimate: after, model: now.model }, earlier === undefined ? undefined : { estimate: earlier, model: before?.model }, { currency, workspace: flags.workspace ?? 'default', root: now.name, source: given, at }) }),
    ...(whole.kubernetes === undefined || whole.kubernetes.clusters.length === 0 ? {} : { clusters: whole.kubernetes.clusters }),
    ...(difference === undefined || before === undefined ? {} : { comparison: { with: before.name, difference, sentence: differenceSentence(difference, (type) => catalogue.type(type).label, (value) => printAmount(value, currency)) } }),
  };
  const problems = [...(now.model?.problems ?? []), ...now.kubernetes.problems, ...(whole.kubernetes?.problems ?? [])];
  tell(session, given, now, problems, report);
  await deliver(session, report, flags, at);
  if (report.budgets.some((budget) => budget.exceeded) || report.policies?.report.refused === true) return EXIT.refused;
  if (flags.exitCode === true && difference !== undefined && !difference.difference.isZero) return EXIT.changesFound;
  return problems.length > 0 || (now.model?.coverage.unreadableFiles ?? 0) > 0 ? 8 : EXIT.ok;
}

function rollUpName(by = 'resource'): string {
  if (by.startsWith('tag:') || isAllocationWord(by) || (ROLL_UPS as readonly string[]).includes(by)) return by;
  throw new PlatformError({ code: 'ROADBED-8315', class: 'usage', message: `${by} is nothing that costs are summed by`, next: `give one of ${ROLL_UPS.join(', ')}, tag:NAME; of Kubernetes container, pod, controller, kind, namespace, cluster, label:NAME or annotation:NAME` });
}

interface ReadInput {
  name: string;
  /** Terraform; undefined where there are manifests of Kubernetes and nothing else. */
  model?: InfrastructureModel;
  kubernetes: KubernetesInput;
}

interface Both {
  now: ReadInput;
  before?: ReadInput;
}

async function readBoth(session: Session, path: string, flags: CostFlags, catalogue: ProviderCatalogue): Promise<Both> {
  const { infrastructure } = session.platform;
  const top = flags.top === undefined ? {} : { top: flags.top };
  const sources = { ...(flags.var === undefined ? {} : { var: flags.var }), ...(flags.varFile === undefined ? {} : { varFile: flags.varFile }) };
  const options: ReadOptions = { path, catalogue, variables: await variableSources(sources, session.streams.environment), ...(flags.workspace === undefined ? {} : { workspace: flags.workspace }), ...(await givenState(session, flags.state)) };
  const now = await readOne(await infrastructure.open({ path, ...top }), options);
  const { compare } = flags;
  if (compare !== undefined) {
    const isFile = (await stat(compare).catch(() => undefined)) !== undefined;
    const input = isFile ? await infrastructure.open({ path: compare, ...top }) : await infrastructure.openAt({ path, ref: compare, ...top });
    return { now, before: { ...(await readOne(input, { ...options, path: isFile ? compare : `${path} at ${compare}` })), name: compare } };
  }
  return { now, ...(now.model?.source.kind === 'plan' ? { before: { name: 'what is there', model: beforePlan(now.model), kubernetes: now.kubernetes } } : {}) };
}

/** A folder may have both; a file is one or the other. */
async function readOne(input: InfrastructureInput, options: ReadOptions): Promise<ReadInput> {
  const kubernetes = await kubernetesInput(input);
  if (input.kind === 'document' && isManifest(input.text)) return { name: input.name, kubernetes };
  try {
    const { name, model } = await readInfrastructure(input, options);
    return { name, model, kubernetes };
  } catch (error) {
    if (kubernetes.files > 0 && error instanceof PlatformError && error.code === 'ROADBED-8001') return { name: input.name, kubernetes };
    throw error;
  }
}

async function givenState(session: Session, path: string | undefined): Promise<{ state?: { text: string; file: string } }> {
  if (path === undefined) return {};
  const input = await session.platform.infrastructure.open({ path });
  if (input.kind === 'folder') throw new PlatformError({ code: 'ROADBED-8053', class: 'usage', message: `${path} is a folder, not a state`, next: 'give the file: `terraform state pull > state.json`' });
  return { state: { text: input.text, file: input.file } };
}

function tell(session: Session, path: string, { model, kubernetes }: ReadInput, problems: readonly SourceProblem[], report: CostReport): void {
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) session.output.say(describeProblem(problem));
  if (problems.length > SHOWN_PROBLEMS) session.output.say(`and ${problems.length - SHOWN_PROBLEMS} more problems`);
  if (model !== undefined) session.output.say(`${path}: ${coverageLine(model.coverage)}`);
  if (kubernetes.files > 0) session.output.say(`${path}: ${kubernetes.objects.length} ${kubernetes.objects.length === 1 ? 'object' : 'objects'} of Kubernetes that may cost something, in ${kubernetes.files} ${kubernetes.files === 1 ? 'file' : 'files'}`);
  for (const notice of kubernetes.notices) session.output.say(notice);
  session.output.say(costCoverageLine(report));
  if (report.comparison !== undefined) session.output.say(report.comparison.sentence);
  for (const budget of report.budgets) session.output.say(`${budget.exceeded ? 'over' : 'within'} budget ${budget.budget}: ${budget.actual.toFixed(2)}${budget.note === undefined ? '' : ` (${budget.note})`}`);
  for (const sentence of clusterSentences(report)) session.output.say(sentence);
  for (const line of report.policies === undefined ? [] : policyLines(report.policies.report)) session.output.say(line);
  session.output.say(totalLine(report));
}

async function deliver(session: Session, report: CostReport, flags: CostFlags, at: string): Promise<void> {
  const format = flags.format ?? (session.output.json ? 'json' : 'table');
  if (format === 'table' && flags.out === undefined) return printTable(session.output, report);
  if (format === 'json' && flags.out === undefined && session.output.json) return session.output.document(costDocument(report));
  const text = format === 'json' ? costJson(report) : format === 'csv' ? costCsv(report) : format === 'html' ? (await import('./print-html.ts')).costHtml(report) : format === 'sarif' ? await costSarif(session, report, at) : costMarkdown(report);
  if (flags.out !== undefined) return await writeWhole(flags.out, text);
  for (const piece of typeof text === 'string' ? [text] : text) session.streams.stdout.write(piece);
}

/** Only what policies found: a price alone is no finding. */
async function costSarif(session: Session, { policies, title }: CostReport, at: string): Promise<string> {
  const { sarifDocument } = await import('../../formats/sarif/sarif.ts');
  const nothing: FindingReport = { subject: title, at, findings: [], suppressed: [], problems: [], coverage: { inputs: 1, unreadableInputs: 0, rules: 0, resources: 0, resourcesWithRules: 0, typesWithoutRules: [], priced: 0, unpriced: 0 }, savings: [] };
  return `${JSON.stringify(sarifDocument(policies?.findings ?? nothing, { name: 'Roadbed', version: session.platform.packageVersion }), undefined, 2)}\n`;
}
