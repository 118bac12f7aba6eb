/**
 * docs: diagrams and module documentation from Terraform code, a plan or a state. Also installed as `infra-docs`.
 *
 * What it does is loaded when it runs: the language and the catalogue are more than all other commands.
 */
import { Option } from 'commander';
import type { DocsFlags } from '../docs/options.ts';
import { FORMATS, LEVELS, VIEWS } from '../docs/options.ts';
import type { CommandGroup, Session } from '../session.ts';

const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

export const docsCommands: CommandGroup = (program, act) => {
  program
    .command('docs')
    .argument('[paths...]', 'folders of Terraform or OpenTofu code, plans in JSON, or states; - reads standard input (default: this folder)')
    .description('draw and document infrastructure from its code, a plan or a state; needs no credentials and no provider')
    .addOption(new Option('--format <format>', 'what to print (default: markdown)').choices(FORMATS))
    .option('--out <file>', 'write to this file instead of standard output')
    .addOption(new Option('--level <level>', 'which level to draw').choices(LEVELS))
    .addOption(new Option('--view <view>', 'grouped by what').choices(VIEWS))
    .option('--diagram <id>', 'one diagram by its name; --format json lists them')
    .option('--max-nodes <count>', 'parts a picture may have before it is split (default: 40)')
    .option('--title <text>', 'title (default: the name of the folder)')
    .option('--link <pattern>', 'where a part leads, with {file} and {line}')
    .option('--inject [file]', 'put the documentation between markers of each README.md (or this file)')
    .option('--recursive', 'with --inject: of the modules below as well')
    .option('--check', 'write nothing; exit with 7 when something would change')
    .option('--site <folder>', 'write a documentation site over all paths')
    .option('--compare <other>', 'colour what differs from another folder, plan or state, or from a commit, branch or tag')
    .option('--var <name=value>', 'a variable of the root; may be given several times', several)
    .option('--var-file <file>', 'a file of variables; may be given several times', several)
    .option('--workspace <name>', 'value of terraform.workspace (default: default)')
    .option('--state <file>', 'a state to take ids and data sources from')
    .option('--top <folder>', 'modules are read below this folder only (default: the repository around the path)')
    .option('--providers <folder>', 'own resource types beside those that ship')
    .action(act(async (session: Session, paths: string[], flags: DocsFlags) => await (await import('../state/told-errors.ts')).withoutSecretsInErrors(async () => await (await import('../docs/run-docs.ts')).docs(session, paths, flags))));
};
