/** Asks `terraform console` for the values of many expressions at once. For tests only. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What stands for an error of the expression. */
export const FAILS = 'FAILS';
const CHUNK = 30_000;

/** Whether a terraform binary of the version that the values are from is there. */
export function hasTerraform(): boolean {
  try {
    return execFileSync('terraform', ['version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 }).includes('v1.11.');
  } catch {
    return false;
  }
}

/**
 * The console's text of each expression, `FAILS` for an error. Piped input ends at the first error, so each
 * expression is wrapped in `try`, and many of them in one object; an expression must be one line and parse.
 */
export function askConsole(expressions: readonly string[]): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'roadbed-console-'));
  const answers = new Map<string, string>();
  writeFileSync(join(folder, 'terraformrc'), '');
  try {
    let chunk: string[] = [];
    let size = 0;
    for (const expression of [...expressions, undefined]) {
      if (expression === undefined || size + expression.length > CHUNK) {
        askChunk(chunk, folder, answers);
        chunk = [];
        size = 0;
      }
      if (expression === undefined) break;
      chunk.push(expression);
      size += expression.length + 40;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return answers;
}

function askChunk(expressions: readonly string[], folder: string, answers: Map<string, string>): void {
  if (expressions.length === 0) return;
  const items = expressions.map((expression, index) => `k${String(index).padStart(4, '0')}=try({v=(${expression})},"${FAILS}")`);
  let output: string;
  try {
    output = execFileSync('terraform', ['console'], { cwd: folder, input: `{${items.join(',')}}\n`, encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024, stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '', HOME: folder, TF_CLI_CONFIG_FILE: join(folder, 'terraformrc'), CHECKPOINT_DISABLE: '1', TF_CLI_ARGS: '-no-color' } });
  } catch (error) {
    if (expressions.length === 1) {
      answers.set(expressions[0] ?? '', FAILS);
      return;
    }
    if (!(error instanceof Error)) throw error;
    const half = Math.ceil(expressions.length / 2);
    askChunk(expressions.slice(0, half), folder, answers);
    askChunk(expressions.slice(half), folder, answers);
    return;
  }
  for (const part of output.slice(2).split(/\n?^  "k(?=\d{4}" = )/m).slice(1)) {
    const index = Number(part.slice(0, 4));
    answers.set(expressions[index] ?? '', part.slice('0000" = '.length).replace(/\n\}\s*$/, '').trimEnd());
  }
}
