/** What `roadbed cost` does: read, price, compare, judge, print. */
import { stat } from 'node:fs/promises';
import { PlatformError } from '../../domain/error.ts';
import { describeProblem } from '../../domain/source-problem.ts';
import { beforePlan } from '../../engines/cost/before-plan.ts';
import { judgeBudgets, parseBudget } from '../../engines/cost/budget.ts';
import type { CostEstimate } from '../../engines/cost/cost-line.ts';
import { parseCurrency, printAmount, USD } from '../../engines/cost/currency.ts';
import { differenceOf, differenceSentence } from '../../engines/cost/difference.ts';
import { estimateCost } from '../../engines/cost/estimate.ts';
import { ROLL_UPS, rollUp } from '../../engines/cost/roll-up.ts';
import type { InfrastructureModel } from '../../engines/infrastructure/model.ts';
import { PriceBook } from '../../engines/price-book/price-book.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import { variableSources } from '../docs/options.ts';
import { writeWhole } from '../docs/write-file.ts';
import { EXIT } from '../exit-code.ts';
import { coverageLine } from '../infrastructure/coverage-line.ts';
import type { ReadOptions } from '../infrastructure/read-infrastructure.ts';
import { readInfrastructure } from '../infrastructure/read-infrastructure.ts';
import type { Session } from '../session.ts';
import type { CostFlags } from './options.ts';
import { readUsage } from './options.ts';
import { costHtml } from './print-html.ts';
import { costDocument } from './print-json.ts';
import { printTable } from './print-table.ts';
import { costCsv, costMarkdown } from './print-text.ts';
import type { CostReport } from './report.ts';
import { costCoverageLine, totalLine } from './report.ts';

const SHOWN_PROBLEMS = 20;

/** Answers 5 when a budget is exceeded, 7 when `--exit-code` is given and the cost differs, 8 when part of the input could not be read. */
export async function cost(session: Session, path: string | undefined, flags: CostFlags): Promise<number> {
  const given = path ?? '.';
  const by = rollUpName(flags.by);
  const budgets = (flags.budget ?? []).map(parseBudget);
  const currency = flags.currency === undefined ? USD : parseCurrency(flags.currency);
  const usage = await readUsage(flags.usage);
  const { infrastructure } = session.platform;
  const { catalogue } = await infrastructure.providerCatalogue(flags.providers);
  const { name, model, before } = await readBoth(session, given, flags, catalogue);
  const book = new PriceBook(await infrastructure.priceFiles(), flags.prices === undefined ? [] : await infrastructure.ownPrices(flags.prices));
  const today = new Date(session.now()).toISOString().slice(0, 10);
  const estimate = (of: InfrastructureModel): CostEstimate => estimateCost(of, book, { usage, today });
  const after = estimate(model);
  const difference = before === undefined ? undefined : differenceOf(estimate(before.model), after);
  const report: CostReport = {
    title: name,
    estimate: after,
    by,
    groups: rollUp(after, by),
    currency,
    budgets: judgeBudgets(budgets, after, difference),
    ...(difference === undefined || before === undefined ? {} : { comparison: { with: before.name, difference, sentence: differenceSentence(difference, (type) => catalogue.type(type).label, (value) => printAmount(value, currency)) } }),
  };
  tell(session, given, model, report);
  await deliver(session, report, flags);
  if (report.budgets.some((budget) => budget.exceeded)) return EXIT.refused;
  if (flags.exitCode === true && difference !== undefined && !difference.difference.isZero) return EXIT.changesFound;
  return model.problems.length > 0 || model.coverage.unreadableFiles > 0 ? 8 : EXIT.ok;
}

function rollUpName(by = 'resource'): string {
  if (by.startsWith('tag:') || (ROLL_UPS as readonly string[]).includes(by)) return by;
  throw new PlatformError({ code: 'ROADBED-8315', class: 'usage', message: `${by} is nothing that costs are summed by`, next: `give one of ${ROLL_UPS.join(', ')}, or tag:NAME` });
}

interface Both {
  name: string;
  model: InfrastructureModel;
  before?: { name: string; model: InfrastructureModel };
}

async function readBoth(session: Session, path: string, flags: CostFlags, catalogue: ProviderCatalogue): Promise<Both> {
  const { infrastructure } = session.platform;
  const top = flags.top === undefined ? {} : { top: flags.top };
  const sources = { ...(flags.var === undefined ? {} : { var: flags.var }), ...(flags.varFile === undefined ? {} : { varFile: flags.varFile }) };
  const options: ReadOptions = { path, catalogue, variables: await variableSources(sources, session.streams.environment), ...(flags.workspace === undefined ? {} : { workspace: flags.workspace }), ...(await givenState(session, flags.state)) };
  const { name, model } = await readInfrastructure(await infrastructure.open({ path, ...top }), options);
  const { compare } = flags;
  if (compare !== undefined) {
    const isFile = (await stat(compare).catch(() => undefined)) !== undefined;
    const input = isFile ? await infrastructure.open({ path: compare, ...top }) : await infrastructure.openAt({ path, ref: compare, ...top });
    return { name, model, before: { name: compare, model: (await readInfrastructure(input, { ...options, path: isFile ? compare : `${path} at ${compare}` })).model } };
  }
  return { name, model, ...(model.source.kind === 'plan' ? { before: { name: 'what is there', model: beforePlan(model) } } : {}) };
}

async function givenState(session: Session, path: string | undefined): Promise<{ state?: { text: string; file: string } }> {
  if (path === undefined) return {};
  const input = await session.platform.infrastructure.open({ path });
  if (input.kind === 'folder') throw new PlatformError({ code: 'ROADBED-8053', class: 'usage', message: `${path} is a folder, not a state`, next: 'give the file: `terraform state pull > state.json`' });
  return { state: { text: input.text, file: input.file } };
}

function tell(session: Session, path: string, model: InfrastructureModel, report: CostReport): void {
  for (const problem of model.problems.slice(0, SHOWN_PROBLEMS)) session.output.say(describeProblem(problem));
  if (model.problems.length > SHOWN_PROBLEMS) session.output.say(`and ${model.problems.length - SHOWN_PROBLEMS} more problems`);
  session.output.say(`${path}: ${coverageLine(model.coverage)}`);
  session.output.say(costCoverageLine(report));
  if (report.comparison !== undefined) session.output.say(report.comparison.sentence);
  for (const budget of report.budgets) session.output.say(`${budget.exceeded ? 'over' : 'within'} budget ${budget.budget}: ${budget.actual.toFixed(2)}${budget.note === undefined ? '' : ` (${budget.note})`}`);
  session.output.say(totalLine(report));
}

async function deliver(session: Session, report: CostReport, flags: CostFlags): Promise<void> {
  const format = flags.format ?? (session.output.json ? 'json' : 'table');
  if (format === 'table' && flags.out === undefined) return printTable(session.output, report);
  if (format === 'json' && flags.out === undefined && session.output.json) return session.output.document(costDocument(report));
  const text = format === 'json' ? `${JSON.stringify(costDocument(report), undefined, 2)}\n` : format === 'csv' ? costCsv(report) : format === 'html' ? costHtml(report) : costMarkdown(report);
  if (flags.out === undefined) session.streams.stdout.write(text);
  else await writeWhole(flags.out, text);
}
