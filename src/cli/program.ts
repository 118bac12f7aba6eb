/**
 * The command line: global options, one module a group of commands, and the one place where an error
 * becomes four lines and an exit code.
 */
import { Command, CommanderError, Option } from 'commander';
import { PlatformError } from '../domain/error.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { Output, type Streams } from './output.ts';
import type { LocalPlatform } from './local-platform.ts';
import { sessionOf, type Act, type CommandGroup } from './session.ts';
import { lifecycleCommands } from './commands/lifecycle.ts';
import { deliveryCommands } from './commands/delivery.ts';
import { observationCommands } from './commands/observation.ts';
import { objectCommands } from './commands/objects.ts';
import { receiptCommands } from './commands/receipt.ts';
import { pipelineCommands } from './commands/pipelines.ts';
import { secretCommands } from './commands/secrets.ts';
import { auditCommands } from './commands/audit.ts';
import { demoCommands } from './commands/demo.ts';
import { accessCommands } from './commands/access.ts';
import { docsCommands } from './commands/docs.ts';
import { costCommands } from './commands/cost.ts';
import { priceCommands } from './commands/prices.ts';
import { billCommands } from './commands/bills.ts';
import { stateCommands } from './commands/state.ts';
import { findingCommands } from './commands/findings.ts';
import { completionCommands } from './commands/completion.ts';

const GROUPS: readonly CommandGroup[] = [lifecycleCommands, deliveryCommands, observationCommands, receiptCommands, pipelineCommands, objectCommands, secretCommands, auditCommands, accessCommands, demoCommands, docsCommands, stateCommands, findingCommands, costCommands, priceCommands, billCommands, completionCommands];

const EXIT_CODES_HELP = `
Exit codes: 0 ok, 1 failed, 2 usage, 3 not signed in or forbidden, 4 not found, 5 refused by a policy, gate or hold,
            6 timed out (still running), 7 changes found (--exit-code), 8 incomplete, 130 interrupted`;

export function buildProgram(streams: Streams, platform: LocalPlatform, onExit: (code: number) => void): Command {
  const program = new Command('roadbed');
  const act: Act = (run) => async (...args) => {
    const command = args.at(-1) as Command;
    const code = await run(sessionOf(command, streams, platform), ...(args.slice(0, -1) as never));
    if (typeof code === 'number') onExit(code);
  };
  program
    .description('Roadbed: a self-hosted internal developer platform')
    .version(platform.packageVersion)
    .addOption(new Option('--json [fields]', 'one JSON document; with fields (a,b.c) only these'))
    .option('-n, --namespace <team>', 'the team (namespace); default: wherever the service is')
    .option('--context <name>', 'which Roadbed to speak to (see "roadbed login")')
    .option('--data-dir <folder>', 'data directory of a Roadbed on this machine')
    .option('-q, --quiet', 'data only, no talk')
    .option('-v, --verbose', 'say more')
    .option('--debug', 'stack traces of errors')
    .option('--no-color', 'no colour')
    .option('--no-input', 'never ask; fail instead')
    .option('-y, --yes', 'answer every question with yes')
    .option('--dry-run', 'show what would be done')
    .option('--timeout <duration>', 'how long to wait, e.g. 90s, 5m')
    .addHelpText('afterAll', ({ command }) => (command === program ? EXIT_CODES_HELP : `\nOptions of every command: roadbed --help${EXIT_CODES_HELP}`))
    // What is wrong with the words is told by usageError, in the form of all errors.
    .configureOutput({ writeOut: (text) => streams.stdout.write(text), writeErr: (text) => streams.stderr.write(text), outputError: () => undefined })
    .showSuggestionAfterError(true)
    .exitOverride();
  for (const group of GROUPS) group(program, act);
  return program;
}

function asPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return new PlatformError({ code: 'ROADBED-6000', class: 'failed', message: cause.message, next: 'run it again with --debug; if it stays, report it with that output', cause, ...(cause.stack === undefined ? {} : { detail: cause.stack }) });
}

/** The deepest command that the words name. */
function namedCommand(program: Command, argv: readonly string[]): Command {
  let at = program;
  for (const word of argv) at = at.commands.find((command) => command.name() === word) ?? at;
  return at;
}

/** Commander's complaint about the words, with the command's usage as the why. */
function usageError(error: CommanderError, program: Command, argv: readonly string[]): PlatformError {
  const command = namedCommand(program, argv);
  const path = command === program ? 'roadbed' : `roadbed ${argv.filter((word, index) => namedCommand(program, argv.slice(0, index + 1)) !== namedCommand(program, argv.slice(0, index))).join(' ')}`;
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const near = /Did you mean (.+)\?/.exec(suggestion ?? '')?.[1];
  return new PlatformError({ code: 'ROADBED-6007', class: 'usage', message, why: `usage: ${path} ${command.usage()}`, next: `${near === undefined ? '' : `Did you mean ${near}? `}${path} --help` });
}

/** Runs one command line and answers the exit code. Never throws. */
export async function runProgram(argv: readonly string[], streams: Streams, platform: LocalPlatform): Promise<number> {
  let code: number = EXIT.ok;
  const program = buildProgram(streams, platform, (exit) => {
    code = exit;
  });
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return EXIT.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    // A group without a verb prints its help.
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    const failure = error instanceof CommanderError ? usageError(error, program, argv) : asPlatformError(error);
    new Output({ json: argv.some((word) => word === '--json' || word.startsWith('--json=')), debug: argv.includes('--debug') }, streams).error(failure);
    return exitCodeOf(failure.class);
  }
}
