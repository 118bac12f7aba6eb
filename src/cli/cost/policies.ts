/** Policy files of `roadbed cost`: read, compiled, judged, and told. The language of policies is loaded with the first file of them. */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { PlatformError } from '../../domain/error.ts';
import type { FindingReport } from '../../domain/finding-report.ts';
import { describeProblem } from '../../domain/source-problem.ts';
import type { CostEstimate } from '../../engines/cost/cost-line.ts';
import type { Currency } from '../../engines/cost/currency.ts';
import type { CompiledFile, PolicyReport, PolicyVerdict } from '../../engines/cost-policy/judge.ts';
import { readPolicies } from '../../engines/cost-policy/policy.ts';
import { breachSentence, policyFindings } from '../../engines/cost-policy/policy-findings.ts';
import type { InfrastructureModel } from '../../engines/infrastructure/model.ts';
import { readYaml } from '../../formats/yaml-source/read.ts';

const SHOWN_FAULTS = 8;
const SHOWN_BREACHES = 20;

/** Throws ROADBED-8900 for a file that cannot be read, -8901 with all faults of one, -8902 for one in another currency. */
export async function readPolicyFiles(paths: readonly string[], currency: Currency): Promise<CompiledFile[]> {
  const files: CompiledFile[] = [];
  for (const path of paths) files.push(await readPolicyFile(path, currency));
  return files;
}

async function readPolicyFile(path: string, currency: Currency): Promise<CompiledFile> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new PlatformError({ code: 'ROADBED-8900', class: 'not-found', message: `the policy file ${path} cannot be read`, why: cause.code ?? cause.message, next: 'give a YAML file of the form in docs/reference/cost-policy.md' });
  });
  const documents = readYaml(text, path);
  const faults = documents.length === 1 ? (documents[0]?.problems.map(describeProblem) ?? []) : [`the file holds ${documents.length} documents`];
  const read = faults.length > 0 ? { problems: faults } : readPolicies(documents[0]?.value);
  const compiled = 'file' in read ? (await import('../../engines/cost-policy/judge.ts')).compilePolicies(read.file) : read;
  if (!('file' in compiled)) throw new PlatformError({ code: 'ROADBED-8901', class: 'invalid', message: `${path} is no policy file`, why: `${compiled.problems.slice(0, SHOWN_FAULTS).join('; ')}${compiled.problems.length > SHOWN_FAULTS ? `; and ${compiled.problems.length - SHOWN_FAULTS} more` : ''}`, next: 'docs/reference/cost-policy.md has the form' });
  const { file } = compiled;
  if (file.currency !== currency.code) throw new PlatformError({ code: 'ROADBED-8902', class: 'usage', message: `the amounts of ${path} are in ${file.currency}, those of this run in ${currency.code}`, next: file.currency === 'USD' ? 'leave --currency out, or write the policies in that currency' : `give --currency ${file.currency}:RATE@DAY` });
  return file;
}

export interface JudgedPolicies {
  report: PolicyReport;
  findings: FindingReport;
}

export interface CostedSide {
  estimate: CostEstimate;
  /** Terraform's; none where there is none. */
  model: InfrastructureModel | undefined;
}

export interface PolicyRun {
  currency: Currency;
  workspace: string;
  /** Name of the root, and the path as given. */
  root: string;
  source: string;
  /** RFC 3339. */
  at: string;
}

export async function judge(files: readonly CompiledFile[], after: CostedSide, before: CostedSide | undefined, run: PolicyRun): Promise<JudgedPolicies> {
  const { judgePolicies } = await import('../../engines/cost-policy/judge.ts');
  const report = judgePolicies(files, { after: after.estimate, ...(before === undefined ? {} : { before: before.estimate, unchanged: unchangedIn(after.model, before.model) }), currency: run.currency, environment: run.workspace }, run.at.slice(0, 10));
  const { findings, suppressed } = policyFindings(report, { root: run.root, workspace: run.workspace, source: run.source });
  const { length: resources } = after.estimate.resources;
  return {
    report,
    findings: {
      subject: run.root,
      at: run.at,
      findings,
      suppressed,
      problems: [],
      coverage: { inputs: 1, unreadableInputs: 0, rules: report.verdicts.length, resources, resourcesWithRules: resources, typesWithoutRules: [], priced: 0, unpriced: 0 },
      savings: [],
    },
  };
}

function unchangedIn(after: CostedSide['model'], before: CostedSide['model']): (address: string) => boolean {
  const [now, then] = [after, before].map((model) => new Map(model?.resources.map((resource) => [resource.address, resource.attributes])));
  return (address) => now?.has(address) === true && then?.has(address) === true && isDeepStrictEqual(now.get(address), then.get(address));
}

/** `policy total-below-5000 is violated (deny): ...`: what is wrong first, what cannot be told in one line a policy. */
export function policyLines({ verdicts, notes }: PolicyReport): string[] {
  return [...verdicts.flatMap(linesOf), ...notes];
}

function linesOf({ policy, status, asked, held, breaches }: PolicyVerdict): string[] {
  const open = breaches.filter((one) => one.exception === undefined);
  const violated = open.filter((one) => one.status === 'violated');
  const undecided = open.filter((one) => one.status === 'undecided');
  const ends = breaches.flatMap((one) => (one.exception === undefined ? [] : [one.exception.until])).sort();
  const [first] = undecided;
  return [
    ...(status === 'holds' ? [`policy ${policy.id} holds${asked === 1 ? '' : ` for ${held} of ${asked} resources`}`] : []),
    ...violated.slice(0, SHOWN_BREACHES).map((one) => `policy ${policy.id} is violated (${one.enforcement}): ${breachSentence(one)}`),
    ...(violated.length > SHOWN_BREACHES ? [`policy ${policy.id} is violated ${violated.length - SHOWN_BREACHES} times more`] : []),
    ...(first === undefined ? [] : [`policy ${policy.id} is undecided (${first.enforcement}): ${breachSentence(first)}${undecided.length > 1 ? `; and for ${undecided.length - 1} more resources` : ''}`]),
    ...(ends.length === 0 ? [] : [`policy ${policy.id}: ${ends.length} excepted, the first until ${ends[0] ?? ''}`]),
  ];
}

export function policiesDocument({ report, findings }: JudgedPolicies): Record<string, unknown> {
  return {
    policies: report.verdicts.map(({ policy, status, asked, held, breaches }) => ({
      id: policy.id,
      title: policy.title,
      expression: policy.expression,
      status,
      asked,
      held,
      results: breaches.map(({ status: result, enforcement, resource, message, reason, figures, exception }) => ({ status: result, enforcement, ...(resource === undefined ? {} : { address: resource.address }), message, ...(reason === undefined ? {} : { reason }), figures, ...(exception === undefined ? {} : { exception }) })),
    })),
    policyNotes: report.notes,
    findings: findings.findings,
    suppressed: findings.suppressed,
  };
}
