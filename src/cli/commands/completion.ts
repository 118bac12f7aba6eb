/** completion: scripts for bash, zsh and fish, made from the commands themselves; names of what is there are asked for live. */
import type { Command } from 'commander';
import { PlatformError } from '../../domain/error.ts';
import type { CommandGroup, Session } from '../session.ts';
import type { ApiObject } from '../../domain/object.ts';
import { discover, findKind, kindPath, listOwn, type RolloutObject } from '../resources.ts';

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

/** What a word at this place names; asked of the server, so only what the person may read is offered. */
const ANSWERS = {
  service: async (session: Session) => (await listOwn<RolloutObject>(session.connection(), 'rollouts', session.options.namespace)).map((rollout) => rollout.spec.service),
  environment: async (session: Session) => names(await listOwn(session.connection(), 'environments')),
  hold: async (session: Session) => names(await listOwn(session.connection(), 'holds', session.options.namespace)),
  run: async (session: Session) => names(await listOwn(session.connection(), 'pipelineruns', session.options.namespace)),
  repository: async (session: Session) => names(await listOwn(session.connection(), 'repositories', session.options.namespace)),
  release: async (session: Session) => names(await listOwn(session.connection(), 'releases', session.options.namespace)),
  token: async (session: Session) => names(await listOwn(session.connection(), 'accesstokens')),
  team: async (session: Session) => names((await session.connection().call<{ items: ApiObject[] }>('GET', '/api/v1/namespaces')).items),
  template: async (session: Session) => (await session.connection().call<{ paths: { name: string }[] }>('GET', '/roadbed/v1/golden-paths')).paths.map((path) => path.name),
  kind: async (session: Session) => (await discover(session.connection())).map((kind) => kind.resource),
  shell: async () => Object.keys(SCRIPTS),
  form: async () => ['wide', 'yaml', 'json'],
} satisfies Record<string, (session: Session) => Promise<string[]>>;

type Answer = keyof typeof ANSWERS;

/** By option, and by the path of the command for its first argument. */
const OF_OPTION: Readonly<Record<string, Answer>> = { '--namespace': 'team', '-n': 'team', '--environment': 'environment', '-e': 'environment', '--service': 'service', '--run': 'run', '--template': 'template', '--release': 'release', '--output': 'form', '-o': 'form' };
const OF_ARGUMENT: Readonly<Record<string, Answer>> = {
  deploy: 'service', promote: 'service', rollback: 'service', scale: 'service', resume: 'service', abort: 'service', logs: 'service', status: 'service', open: 'service', receipt: 'service',
  get: 'kind', delete: 'kind', completion: 'shell', 'hold lift': 'hold', 'pipeline run': 'repository', 'pipeline cancel': 'run', 'pipeline rerun': 'run', 'token revoke': 'token',
};

function names(objects: readonly ApiObject[]): string[] {
  return objects.map((object) => object.metadata.name);
}

async function objectsOf(session: Session, kindName: string): Promise<string[]> {
  const kind = await findKind(session.connection(), kindName);
  const { items } = await session.connection().call<{ items: ApiObject[] }>('GET', kindPath(kind, kind.namespaced ? session.options.namespace : undefined));
  return names(items);
}

/** What may follow the words typed so far: subcommands, options and their values, or the names of what is there. */
async function candidates(program: Command, session: Session, words: readonly string[]): Promise<string[]> {
  const before = words.slice(0, -1);
  const present = words.at(-1) ?? '';
  let at: Command = program;
  const path: string[] = [];
  const given: string[] = [];
  for (const [index, word] of before.entries()) {
    const value = before[index - 1] !== undefined && takesValue(program, at, before[index - 1] ?? '');
    if (word.startsWith('-') || value) continue;
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined) given.push(word);
    else {
      at = next;
      path.push(word);
    }
  }
  const option = before.at(-1) ?? '';
  if (takesValue(program, at, option)) {
    // `promote --to` names an environment, `rollback --to` a release.
    const answer = option === '--to' ? (at.name() === 'rollback' ? 'release' : 'environment') : OF_OPTION[option];
    return answer === undefined ? [] : ANSWERS[answer](session);
  }
  if (present.startsWith('-')) return [...at.options, ...program.options].flatMap((candidate) => (candidate.long === undefined || candidate.long === null ? [] : [candidate.long]));
  const verbs = at.commands.map((command) => command.name()).filter((name) => name !== 'complete');
  const answer = OF_ARGUMENT[path.join(' ')];
  if (answer === undefined) return verbs;
  if (answer === 'kind' && given.length === 1) return objectsOf(session, given[0] ?? '');
  return given.length === 0 ? [...verbs, ...(await ANSWERS[answer](session))] : [];
}

function takesValue(program: Command, command: Command, word: string): boolean {
  if (word === '--json') return false;
  return [...command.options, ...program.options].some((option) => (option.long === word || option.short === word) && (option.required || option.optional));
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
        const found = await candidates(program, session, words).catch(() => []);
        for (const word of [...new Set(found)].toSorted()) session.output.line(word);
      }),
    );
};
