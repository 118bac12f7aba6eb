/** `roadbed up`: the control plane in the foreground, until a signal ends it. */
import type { UpOptions } from '../cli/local-platform.ts';
import { openInBrowser } from './browser.ts';
import { startControlPlane, type ControlPlane } from './control-plane/start.ts';
import { packageVersion } from './package-root.ts';

const STOP_LIMIT_MS = 9_500;
const INTERRUPTED = 130;
const TERMINATED = 0;

function welcome(plane: ControlPlane, empty: boolean, seconds: string): string {
  const { ready } = plane;
  const edge = new URL(ready.edgeUrl);
  const lines = [
    '',
    `  Roadbed ${packageVersion()} is ready after ${seconds} s`,
    '',
    `  Console    ${ready.loginUrl}`,
    '             (signs you in once, within ten minutes; another link: roadbed open)',
    ...(ready.consoleUrl === ready.listenUrl ? [] : [`             behind a proxy that forwards to ${ready.listenUrl} with the Host it was asked for`]),
    `  Services   http://<service>.<environment>.localhost:${edge.port}`,
    `  kubectl    export KUBECONFIG=${ready.kubeconfig}`,
    `  Git        ${ready.gitUrl}/<team>/<service>.git   (any user name, a token as the password)`,
    '',
    empty ? '  Next: roadbed new hello' : '  The demo shop is being built from Git now; its pages fill in the next minute.\n  Next: open the console and press "Release a faulty version", or: roadbed demo break',
    '',
    '  Ctrl-C stops everything. A crash leaves services running, to be adopted by the next start.',
    '',
  ];
  return lines.join('\n');
}

/** Resolves with the signal that asks for the end. */
function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal));
  });
}

/** Answers the exit code: 0 after SIGTERM, 130 after Ctrl-C. Never later than ten seconds after the signal. */
export async function up(options: UpOptions): Promise<number> {
  const began = performance.now();
  const signalled = untilSignal();
  const say = (line: string): void => void (options.json ? undefined : process.stderr.write(`${line}\n`));
  const starting = startControlPlane({ ...options, databaseUrl: process.env['DATABASE_URL'] || undefined, progress: say });
  void signalled.then(() => {
    const limit = setTimeout(() => {
      say('  not everything stopped in time; roadbed down finds what is left');
      process.exit(1);
    }, STOP_LIMIT_MS);
    limit.unref();
  });
  const early = await Promise.race([starting.then(() => undefined), signalled]);
  const plane = await starting;
  if (early === undefined) {
    if (options.json) process.stdout.write(`${JSON.stringify(plane.ready)}\n`);
    else process.stdout.write(`${welcome(plane, options.empty, ((performance.now() - began) / 1000).toFixed(1))}\n`);
    if (options.open) await openInBrowser(plane.ready.loginUrl);
  }
  const signal = await signalled;
  say('  stopping services, edge and database ...');
  await plane.stop();
  // Sockets of clients that went away must not hold the process.
  setImmediate(() => process.exit(signal === 'SIGINT' ? INTERRUPTED : TERMINATED));
  return signal === 'SIGINT' ? INTERRUPTED : TERMINATED;
}
