/**
 * Reads a tutorial as the list of what its reader does: commands, and what they are told to expect.
 *
 * The convention (CONTRIBUTING.md has it for writers): a fence `sh` is typed into one shell, block after block;
 * with `until="a & b"` the command is one that goes on, and is interrupted once all these words were seen; with
 * `background` it stays in a terminal of its own. The fence `text` that follows says what must be printed: its
 * lines in this order, others may stand between; `…` stands for any characters of a line. Others are only read.
 */

export interface Step {
  commands: string;
  background: boolean;
  /** Each must have been printed before the command is interrupted; blanks match any blanks. */
  until: string[];
  expected: string[];
  /** Line of the fence, for messages. */
  line: number;
}

interface Fence {
  language: string;
  flags: string;
  text: string;
  line: number;
}

function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: (Fence & { lines: string[] }) | undefined;
  markdown.split('\n').forEach((line, index) => {
    if (!line.startsWith('```')) {
      open?.lines.push(line);
      return;
    }
    if (open !== undefined) {
      fences.push({ ...open, text: open.lines.join('\n') });
      open = undefined;
      return;
    }
    const [, language = '', flags = ''] = /^```(\S*)\s*(.*)$/.exec(line) ?? [];
    open = { language, flags, text: '', line: index + 1, lines: [] };
  });
  if (open !== undefined) throw new Error(`the fence that opens in line ${open.line} is never closed`);
  return fences;
}

/** Throws for an expectation without a command before it. */
export function stepsOf(markdown: string): Step[] {
  const steps: Step[] = [];
  for (const fence of fencesOf(markdown)) {
    if (fence.language === 'sh') {
      const until = /until="([^"]+)"/.exec(fence.flags)?.[1];
      steps.push({ commands: fence.text, background: /\bbackground\b/.test(fence.flags), until: until === undefined ? [] : until.split(' & '), expected: [], line: fence.line });
    }
    if (fence.language !== 'text') continue;
    const step = steps.at(-1);
    if (step === undefined || step.expected.length > 0) throw new Error(`the expectation in line ${fence.line} has no command before it`);
    step.expected = fence.text.split('\n').filter((line) => line.trim() !== '');
  }
  return steps;
}

function pattern(text: string, blanks: string): RegExp {
  const parts = text.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, blanks));
  return new RegExp(parts.join('.*'));
}

/** Whether all words of `until` were printed. */
export function seen(step: Step, output: string): boolean {
  return step.until.every((words) => pattern(words, '\\s+').test(output));
}

/** The first expected line that is missing from what was printed, in order; undefined when all are there. */
export function missingLine(step: Step, output: string): string | undefined {
  const lines = output.split(/\r?\n/);
  let at = 0;
  for (const expected of step.expected) {
    const wanted = pattern(expected.trimEnd(), ' +');
    const found = lines.findIndex((line, index) => index >= at && wanted.test(line));
    if (found < 0) return expected;
    at = found + 1;
  }
  return undefined;
}
