/**
 * state: what in Terraform states is unused, and what it costs. Also installed as `terraform-state-analyzer`.
 *
 * What it does is loaded when it runs: rules, catalogue and prices are more than all other commands.
 */
import { Option } from 'commander';
import { SEVERITIES } from '../../domain/finding.ts';
import type { PushFlags, StateFlags } from '../state/options.ts';
import { STATE_FORMATS } from '../state/options.ts';
import type { CommandGroup, Session } from '../session.ts';

export const stateCommands: CommandGroup = (program, act) => {
  const state = program
    .command('state')
    .argument('[states...]', 'states, folders of them or of code with a backend, s3://, gs://, azurerm:// and https:// addresses; - reads standard input (default: this folder)')
    .description('find what is unused and wasted in Terraform states, what it costs, and what has drifted; needs no credentials and no provider')
    .addOption(new Option('--format <format>', 'what to print (default: table)').choices(STATE_FORMATS))
    .option('--out <file>', 'write to this file instead of standard output')
    .option('--code <folder>', 'the code of the state, to say file and line and what has drifted from it')
    .option('--patch <file>', 'write all changes of the code that save money, as one diff for `git apply`; needs --code')
    .option('--history <path>', 'an older copy of the state, a folder of its serials named in their order, or an address that keeps versions: what changed, and what no apply does')
    .option('--plan <file>', 'a plan in JSON, made with -refresh-only or not: what was changed outside of Terraform')
    .option('--inventory <file>', 'an export of what is there (AWS Config, Resource Explorer, Azure Resource Graph, Google Cloud Asset Inventory, CSV): what is missing and what is unmanaged')
    .option('--drift-ignore <file>', 'drift to live with, each rule with a reason and a last day')
    .option('--baseline <file>', 'drift that was accepted before: only what is new is told')
    .option('--write-baseline <file>', 'accept all drift that is found now, in this file')
    .addOption(new Option('--fail-on <severity>', 'exit with 5 when something of this severity or worse is found').choices(SEVERITIES))
    .option('--suppress <file>', 'accepted findings, each with a reason and a last day')
    .option('--rules <folder>', 'own rules beside those that ship')
    .option('--providers <folder>', 'own resource types beside those that ship')
    .option('--prices <folder>', 'own prices and discounts')
    .option('--root <name>', 'name of the root module of a single state, part of what identifies a finding')
    .option('--workspace <name>', 'read this workspace only; of a single file: its workspace (default: default)')
    .action(act(async (session: Session, paths: string[], flags: StateFlags) => await (await import('../state/told-errors.ts')).withoutSecretsInErrors(async () => await (await import('../state/run-state.ts')).state(session, paths, flags))));
  state
    .command('push')
    .argument('<states...>', 'states as `terraform state pull` writes them; - reads standard input')
    .description('hand states to the platform after an apply: it keeps what may be kept, and finds waste, drift and cost')
    .option('--root <name>', 'name of the root, as the Infrastructure page has it; of several states it is the name of each file')
    .option('--workspace <name>', 'workspace (default: default)')
    .option('--repository <name>', 'repository of its code; needed only where several have a root of this name')
    .option('--commit <sha>', 'commit that was applied (default: what GitHub Actions, GitLab, Forgejo and others say)')
    .option('--plan <file>', 'also a plan in JSON, made with -refresh-only: what was changed outside of Terraform')
    .option('--inventory <file>', 'also an export of what is there: what is missing and what is unmanaged')
    .option('--replace-lineage', 'another state takes the place of the one that goes by this name')
    .action(act(async (session: Session, paths: string[], flags: PushFlags) => await (await import('../state/told-errors.ts')).withoutSecretsInErrors(async () => await (await import('../state/push-state.ts')).pushStates(session, paths, flags))));
  state
    .command('remove')
    .description('forget a state that was pushed, with its history; its findings are resolved')
    .option('--root <name>', 'name of the root')
    .option('--workspace <name>', 'workspace (default: default)')
    .option('--repository <name>', 'repository of its code; needed only where several have a root of this name')
    .action(act(async (session: Session, flags: PushFlags) => (await import('../state/push-state.ts')).removeState(session, flags)));
};
