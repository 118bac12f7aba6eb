/**
 * A command as people write it in `roadbed.yaml`: a line of words, or a list of arguments.
 *
 * No shell ever sees it. A line is split at blanks, quotes keep blanks together, and whatever only a shell
 * understands is refused with the way out: `[sh, -c, "..."]` is the author's own choice.
 */

export type Command = { ok: true; command: string[] } | { ok: false; message: string; hint?: string };

const SHELL_ONLY = /[|&;<>`\n]|\$[({A-Za-z_]|^\s*(?:cd|export|source|\.)\s/;

export function parseCommand(value: unknown): Command {
  if (Array.isArray(value)) {
    if (value.length === 0 || value.length > 200) return { ok: false, message: 'a command needs 1 to 200 arguments' };
    if (!value.every((part) => typeof part === 'string' && !part.includes('\0')) || value[0] === '') return { ok: false, message: 'every argument must be text', hint: 'write numbers in quotes' };
    return { ok: true, command: value as string[] };
  }
  if (typeof value !== 'string' || value.trim() === '') return { ok: false, message: 'a command is a line of words, or a list of arguments' };
  return splitLine(value);
}

function splitLine(line: string): Command {
  const words: string[] = [];
  let rest = line.trim();
  if (SHELL_ONLY.test(withoutSingleQuoted(rest))) {
    return { ok: false, message: 'the line needs a shell, and commands run without one', hint: `write [sh, -c, ${JSON.stringify(line.trim().slice(0, 200))}]` };
  }
  while (rest !== '') {
    const match = /^(?:[^\s"'\\]+|"[^"\\]*"|'[^']*')+/.exec(rest);
    if (match === null) return { ok: false, message: 'the line has an open quote or a backslash', hint: 'write the command as a list of arguments' };
    words.push(match[0].replace(/"([^"]*)"|'([^']*)'/g, (_, double: string | undefined, single: string | undefined) => double ?? single ?? ''));
    rest = rest.slice(match[0].length);
    if (rest !== '' && !/^\s/.test(rest)) return { ok: false, message: 'the line has an open quote or a backslash', hint: 'write the command as a list of arguments' };
    rest = rest.trimStart();
  }
  return { ok: true, command: words };
}

function withoutSingleQuoted(line: string): string {
  return line.replace(/'[^']*'/g, "''");
}
