/**
 * What a push changed, told by git itself, and what the pusher reads in answer.
 *
 * A hook that we own and that no repository can replace runs after git has moved the refs, once for each push:
 * it puts git's report ("old new ref") into a folder made for this push, waits for an answer there, and prints
 * it, which git carries to the pusher as `remote: ...` lines. Two pushes at once have two folders. The hook gives up
 * after a while: a push never hangs on the platform, and what was not seen here is found by the
 * repository's reconciler, which compares heads.
 */
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface RefUpdate {
  /** `refs/heads/main` or `refs/tags/v1`. */
  ref: string;
  /** Absent when the ref is new. */
  old?: string;
  /** Absent when the ref was deleted. */
  new?: string;
}

const LOOK_MS = 20;
const REPORT_BYTES = 1024 * 1024;
const LINE_LENGTH = 400;
/** 20 s in steps of 0.05 s. */
const HOOK = `#!/bin/sh
[ -n "$ROADBED_PUSH" ] || exit 0
cat > "$ROADBED_PUSH/report.new" && mv "$ROADBED_PUSH/report.new" "$ROADBED_PUSH/report" || exit 0
n=0
while [ ! -f "$ROADBED_PUSH/answer" ] && [ -d "$ROADBED_PUSH" ] && [ $n -lt 400 ]; do sleep 0.05; n=$((n+1)); done
[ -f "$ROADBED_PUSH/answer" ] && cat "$ROADBED_PUSH/answer"
exit 0
`;

/** Writes the hook; answers its folder, for \`core.hooksPath\`. Folders of pushes that a crash left are removed. */
export async function preparePushReports(root: string): Promise<{ hooks: string; pushes: string }> {
  const hooks = join(root, '.roadbed', 'hooks');
  const pushes = join(root, '.roadbed', 'pushes');
  await rm(pushes, { recursive: true, force: true });
  await mkdir(hooks, { recursive: true });
  await mkdir(pushes, { recursive: true });
  const building = join(hooks, `post-receive.${process.pid}`);
  await writeFile(building, HOOK);
  await chmod(building, 0o755);
  await rename(building, join(hooks, 'post-receive'));
  return { hooks, pushes };
}

export interface PushReport {
  /** Goes to the hook as ROADBED_PUSH. */
  folder: string;
  /** Ends the waiting and removes the folder; resolves when a report that came was answered. */
  close(): Promise<void>;
}

/** Waits for one push's report and answers it with the lines that `onUpdates` gives. */
export async function openPushReport(pushes: string, onUpdates: (updates: RefUpdate[]) => Promise<readonly string[]>): Promise<PushReport> {
  const folder = await mkdtemp(join(pushes, 'push-'));
  let answered: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const report = await readFile(join(folder, 'report')).catch(() => undefined);
    if (report === undefined || answered !== undefined) return;
    clearInterval(timer);
    answered = answer(folder, parseReport(report.subarray(0, REPORT_BYTES).toString('utf8')), onUpdates);
    await answered;
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return {
    folder,
    close: async () => {
      clearInterval(timer);
      await (answered ?? look());
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answer(folder: string, updates: RefUpdate[], onUpdates: (updates: RefUpdate[]) => Promise<readonly string[]>): Promise<void> {
  const lines = await onUpdates(updates).catch(() => ['Roadbed: the push is stored; the pipeline will start shortly']);
  const text = lines.map((line) => `${line.replace(/[\x00-\x1f\x7f]/g, ' ').slice(0, LINE_LENGTH)}\n`).join('');
  await writeFile(join(folder, 'answer.new'), text).catch(() => undefined);
  await rename(join(folder, 'answer.new'), join(folder, 'answer')).catch(() => undefined);
}

function parseReport(text: string): RefUpdate[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) (refs\/(?:heads|tags)\/[^\x00-\x20\x7f]+)$/.exec(line);
    if (match === null) return [];
    const [, before = '', after = '', ref = ''] = match;
    return [{ ref, ...(/^0+$/.test(before) ? {} : { old: before }), ...(/^0+$/.test(after) ? {} : { new: after }) }];
  });
}
