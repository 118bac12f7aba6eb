/**
 * cost: what an infrastructure costs a month, from its code, a plan or a state, with no network.
 *
 * What it does is loaded when it runs: the language, the catalogue and the price book are more than all other commands.
 */
import { Option } from 'commander';
import type { CostFlags } from '../cost/options.ts';
import { COST_FORMATS } from '../cost/formats.ts';
import type { CommandGroup, Session } from '../session.ts';

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

export const costCommands: CommandGroup = (program, act) => {
  program
    .command('cost')
    .argument('[path]', 'folder of Terraform or OpenTofu code or of Kubernetes manifests, a plan in JSON, a state, or a manifest; - reads standard input (default: this folder)')
    .description('what an infrastructure costs a month, with prices that are shipped; needs no credentials and no network')
    .addOption(new Option('--format <format>', 'what to print (default: table)').choices(COST_FORMATS))
    .option('--out <file>', 'write to this file instead of standard output')
    .option('--compare <other>', 'what a change costs: another folder, plan or state, or a commit, branch or tag; a plan is compared with what is there')
    .option('--usage <usage>', 'how much is used: a file, or small, medium or large')
    .option('--by <what>', 'sum by resource, module, type, component, team, region, provider or tag:NAME; of Kubernetes by container, pod, controller, kind, namespace, cluster, label:NAME or annotation:NAME (default: resource)')
    .option('--nodes <file>', 'clusters of Kubernetes: pools of machines, fees, shared namespaces')
    .option('--rates <rates>', 'what workloads of Kubernetes without machines cost: generic, fargate:REGION, autopilot:REGION or TYPE:REGION (default: generic)')
    .option('--share <how>', 'give what is idle, overhead and shared namespaces to workloads: none, even, proportional or metric:KEY (default: none)')
    .option('--only <filter>', 'only workloads with namespace=NAME, kind=NAME, cluster=NAME, label:KEY=VALUE or annotation:KEY=VALUE; may be given several times', several)
    .option('--budget <limit>', 'exit with 5 above it: 500, increase=100, unknown=0, team:payments=1000; may be given several times', several)
    .option('--policy <file>', 'exit with 5 when a policy of this file that denies does not hold; may be given several times', several)
    .option('--currency <rate>', 'print in another currency: EUR:0.92@2026-11-20')
    .option('--prices <folder>', 'own prices and discounts over the shipped ones')
    .option('--prices-as-of <day>', 'own prices and a kept price book as they were on this day: 2026-10-31')
    .option('--free-allowances', 'take off what vendors give every account each month without a charge')
    .option('--exit-code', 'exit with 7 when the cost differs from that of --compare')
    .option('--var <name=value>', 'a variable of the root; may be given several times', several)
    .option('--var-file <file>', 'a file of variables; may be given several times', several)
    .option('--workspace <name>', 'value of terraform.workspace (default: default)')
    .option('--state <file>', 'a state to take ids and data sources from')
    .option('--top <folder>', 'modules are read below this folder only (default: the repository around the path)')
    .option('--providers <folder>', 'own resource types beside those that ship')
    .action(act(async (session: Session, path: string | undefined, flags: CostFlags) => await (await import('../state/told-errors.ts')).withoutSecretsInErrors(async () => await (await import('../cost/run-cost.ts')).cost(session, path, flags))));
};
