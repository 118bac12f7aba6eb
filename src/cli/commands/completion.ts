/** completion: scripts for bash, zsh and fish, made from the commands themselves; service names are asked for live. */
import type { Command } from 'commander';
import { PlatformError } from '../../domain/error.ts';
import type { CommandGroup, Session } from '../session.ts';
import { listOwn, type RolloutObject } from '../resources.ts';

const SCRIPTS: Record<string, string> = {
  bash: `_roadbed() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(roadbed complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _roadbed roadbed`,
  zsh: `#compdef roadbed
_roadbed() {
  local -a answers
  answers=(\${(f)"$(roadbed complete -- "\${words[@]:1:$((CURRENT-1))}" 2>/dev/null)"})
  compadd -a answers
}
compdef _roadbed roadbed`,
  fish: `complete -c roadbed -f -a '(roadbed complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`,
};

const TAKES_SERVICE = new Set(['deploy', 'promote', 'rollback', 'scale', 'resume', 'abort', 'logs', 'status', 'open']);

/** What may follow the words typed so far: subcommands, options, or the names of services. */
async function candidates(program: Command, session: Session, words: readonly string[]): Promise<string[]> {
  const before = words.slice(0, -1).filter((word) => !word.startsWith('-'));
  let at: Command = program;
  for (const word of before) at = at.commands.find((command) => command.name() === word) ?? at;
  if ((words.at(-1) ?? '').startsWith('-')) return [...at.options, ...program.options].flatMap((option) => (option.long === undefined || option.long === null ? [] : [option.long]));
  if (at.commands.length > 0) return at.commands.map((command) => command.name()).filter((name) => name !== 'complete');
  if (!TAKES_SERVICE.has(at.name())) return [];
  const rollouts = await listOwn<RolloutObject>(session.connection(), 'rollouts').catch(() => []);
  return [...new Set(rollouts.map((rollout) => rollout.spec.service))];
}

export const completionCommands: CommandGroup = (program, act) => {
  program
    .command('completion')
    .argument('<shell>')
    .description('completion script: bash, zsh or fish')
    .action(
      act(async (session: Session, shell: string) => {
        const script = SCRIPTS[shell];
        if (script === undefined) throw new PlatformError({ code: 'ROADBED-6120', class: 'usage', message: `there is no completion for "${shell}"`, next: 'bash, zsh or fish' });
        session.output.line(script);
      }),
    );
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(
      act(async (session: Session, words: string[]) => {
        for (const word of await candidates(program, session, words)) session.output.line(word);
      }),
    );
};
