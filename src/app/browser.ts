/** Opens a page in the person's browser; false where there is none. */
import { execFile } from 'node:child_process';

const TIMEOUT_MS = 5_000;

export function openInBrowser(url: string): Promise<boolean> {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  return new Promise((resolve) => execFile(command, [url], { timeout: TIMEOUT_MS }, (error) => resolve(error === null)));
}
