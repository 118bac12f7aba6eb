/** Asks before what cannot be undone: by typing a word at a terminal, by `--yes` in a script. */
import { createInterface } from 'node:readline/promises';
import { PlatformError } from '../domain/error.ts';
import type { Session } from './session.ts';

/** Returns when the person agreed; throws ROADBED-6030 otherwise. Nothing is asked with `--dry-run`. */
export async function confirmByName(session: Session, warning: string, word: string): Promise<void> {
  if (session.options.yes === true || session.options.dryRun === true) return;
  const interactive = process.stdin.isTTY === true && session.streams.stderr.isTTY === true && session.options.input !== false && !session.output.json;
  if (!interactive) throw new PlatformError({ code: 'ROADBED-6030', class: 'usage', message: `this needs a confirmation: ${warning}`, next: 'add --yes' });
  session.output.say(warning);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`Type "${word}" to go on: `);
    if (answer.trim() !== word) throw new PlatformError({ code: 'ROADBED-6030', class: 'failed', message: 'not confirmed, nothing was done' });
  } finally {
    prompt.close();
  }
}
