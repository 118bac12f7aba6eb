/**
 * What `roadbed state push` does: streams states to the platform, one after the other, and what to compare them with.
 *
 * Options that `roadbed state` has, too, may stand on either side of the verb, so they are read from both.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { PushOutcome, StateComparison, StateName } from '../../ports/terraform-states.ts';
import { PREFIX } from '../../api/contract/routes.ts';
import { PlatformError } from '../../domain/error.ts';
import { confirmByName } from '../confirm.ts';
import type { Session } from '../session.ts';
import type { PushFlags } from './options.ts';

const TIMEOUT_MS = 15 * 60_000;
/** Of the pipelines that say what they build. */
const COMMIT_VARIABLES = ['GITHUB_SHA', 'CI_COMMIT_SHA', 'FORGEJO_SHA', 'BUILD_SOURCEVERSION', 'BITBUCKET_COMMIT', 'CIRCLE_SHA1', 'GIT_COMMIT'];

type Pushed = PushOutcome & { name: StateName };

export async function pushStates(session: Session, paths: readonly string[], own: PushFlags): Promise<void> {
  const flags: PushFlags = { ...(session.options as PushFlags), ...own };
  const namespace = session.options.namespace;
  if (namespace === undefined) throw usage('no team is named', 'roadbed state push STATE --root NAME -n TEAM');
  if (paths.length > 1 && [flags.root, flags.plan, flags.inventory].some((flag) => flag !== undefined)) throw usage('--root, --plan and --inventory go with one state', 'push the states one by one, or name the files after their roots');
  const pushed: object[] = [];
  for (const path of paths) {
    const root = flags.root ?? rootOf(path, paths.length);
    if (session.options.dryRun === true) {
      session.output.say(`would push ${path} as ${root} of ${namespace}`);
      continue;
    }
    pushed.push(await push(session, path, address(session, namespace, root, flags, '')));
    if (flags.plan !== undefined) pushed.push(await compare(session, flags.plan, address(session, namespace, root, flags, '/refresh')));
    if (flags.inventory !== undefined) pushed.push(await compare(session, flags.inventory, address(session, namespace, root, flags, '/inventory')));
  }
  if (session.output.json) session.output.document({ pushed });
  else if (pushed.length > 0) session.output.say('next: the analysis takes some seconds; findings are in the console under Findings');
}

/** Asks for the root's name, for the history does not come back. */
export async function removeState(session: Session, own: PushFlags): Promise<void> {
  const flags: PushFlags = { ...(session.options as PushFlags), ...own };
  const { namespace } = session.options;
  if (namespace === undefined || flags.root === undefined) throw usage('the state is not named', 'roadbed state remove --root NAME -n TEAM');
  if (session.options.dryRun === true) return session.output.say(`would forget the state ${flags.root} of ${namespace}`);
  await confirmByName(session, `The history of ${flags.root} goes; its next push begins a new one.`, flags.root);
  const answer = await session.connection().call<{ name: StateName; serials: number }>('DELETE', address(session, namespace, flags.root, flags, ''));
  if (session.output.json) session.output.document({ ...answer });
  else session.output.line(`${nameOf(answer.name)} is forgotten, with ${answer.serials} serials`);
}

async function push(session: Session, path: string, to: string): Promise<Pushed> {
  const answer = await send<Pushed>(session, path, to);
  if (!session.output.json) {
    const what = answer.outcome === 'known' ? 'is there already, nothing to do' : `is stored${answer.surgery.length === 0 ? '' : `, but ${answer.surgery.map((kind) => kind.replaceAll('-', ' ')).join(', ')}`}`;
    session.output.line(`${nameOf(answer.name)} serial ${answer.serial} ${what}`);
  }
  return answer;
}

async function compare(session: Session, path: string, to: string): Promise<StateComparison & { name: StateName }> {
  const answer = await send<StateComparison & { name: StateName }>(session, path, to);
  if (!session.output.json) session.output.line(`${nameOf(answer.name)} compared with the ${answer.kind === 'refresh' ? 'refresh plan' : 'inventory'}: ${answer.summary.findings} findings, ${answer.summary.compared.resources} resources compared`);
  return answer;
}

function nameOf({ repository, root, workspace }: StateName): string {
  return `${repository === '' ? root : root === '.' ? repository : `${repository}/${root}`}${workspace === 'default' ? '' : ` (${workspace})`}`;
}

async function send<T>(session: Session, path: string, to: string): Promise<T> {
  const { from, bytes } = await open(path);
  return session.connection().call<T>('PUT', to, { timeoutMs: TIMEOUT_MS, contentType: 'application/octet-stream', stream: { from, ...(bytes === undefined ? {} : { bytes }) } });
}

async function open(path: string): Promise<{ from: Readable; bytes?: number }> {
  if (path === '-') return { from: process.stdin };
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new PlatformError({ code: 'ROADBED-8521', class: 'not-found', message: `${path} cannot be read`, why: cause.code ?? cause.message, next: 'terraform state pull > state.json' });
  });
  if (!found.isFile()) throw new PlatformError({ code: 'ROADBED-8521', class: 'not-found', message: `${path} is no file`, next: 'terraform state pull > state.json' });
  return { from: createReadStream(path), bytes: found.size };
}

function rootOf(path: string, count: number): string {
  if (count === 1) throw usage('the root has no name', 'roadbed state push STATE --root NAME, where NAME is that of the Infrastructure page');
  return basename(path).replace(/\.(tfstate|json)$/i, '');
}

function address(session: Session, namespace: string, root: string, flags: PushFlags, what: string): string {
  const { environment } = session.streams;
  const commit = flags.commit ?? COMMIT_VARIABLES.map((name) => environment[name]).find((value) => value !== undefined && /^[0-9a-f]{7,64}$/.test(value));
  const query = new URLSearchParams({
    root,
    ...(flags.workspace === undefined ? {} : { workspace: flags.workspace }),
    ...(flags.repository === undefined ? {} : { repository: flags.repository }),
    ...(what === '' && commit !== undefined ? { commit } : {}),
    ...(what === '' && flags.replaceLineage === true ? { replaceLineage: 'true' } : {}),
  });
  return `${PREFIX}/namespaces/${encodeURIComponent(namespace)}/terraform-states${what}?${query}`;
}

function usage(message: string, next: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-8522', class: 'usage', message, next });
}
