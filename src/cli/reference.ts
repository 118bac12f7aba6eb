/** docs/reference/cli.md, made from the commands themselves so that it cannot drift. */
import type { Command } from 'commander';

function usage(path: string, command: Command): string {
  const words = command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`));
  return [path, ...words].join(' ');
}

function section(path: string, command: Command): string[] {
  const lines = [`## ${path}`, '', `${command.description()}.`, '', '```', usage(path, command), '```', ''];
  const options = command.options.filter((option) => !option.hidden);
  if (options.length > 0) {
    lines.push('| option | meaning |', '|---|---|');
    for (const option of options) {
      const fallback = option.defaultValue === undefined || typeof option.defaultValue === 'boolean' ? '' : ` (default: ${String(option.defaultValue)})`;
      lines.push(`| \`${option.flags.replaceAll('|', '\\|')}\` | ${option.description}${fallback} |`);
    }
    lines.push('');
  }
  return lines;
}

function sections(path: string, command: Command): string[] {
  return command.commands
    .filter((child) => child.name() !== 'complete' && child.name() !== 'help')
    .flatMap((child) => [...section(`${path} ${child.name()}`, child), ...sections(`${path} ${child.name()}`, child)]);
}

/** Markdown of all commands. */
export function commandReference(program: Command): string {
  const global = program.options.map((option) => `| \`${option.flags}\` | ${option.description} |`);
  return [
    '# Command line',
    '',
    'Made from the commands; a test fails when this page is stale.',
    '',
    'Data goes to stdout, talk to stderr. `--json` works on every command and prints one document with `schemaVersion`;',
    'in a pipe, tables are tab-separated without a header. NO_COLOR, FORCE_COLOR and TERM=dumb are honoured.',
    '',
    '## Options of every command',
    '',
    '| option | meaning |',
    '|---|---|',
    ...global,
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    '| 0 | ok |',
    '| 1 | failed |',
    '| 2 | usage |',
    '| 3 | not signed in, or forbidden |',
    '| 4 | not found |',
    '| 5 | refused by a policy, gate or hold |',
    '| 6 | timed out, it is still running |',
    '| 7 | changes found, only with `--exit-code` or `--check` |',
    '| 8 | incomplete: the rest is printed |',
    '| 130 | interrupted |',
    '',
    ...sections('roadbed', program),
  ].join('\n');
}
