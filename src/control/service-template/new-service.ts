/**
 * A new service from a golden path: repository object, first commit; the pipeline and the rollouts do the rest.
 *
 * The caller's own Objects create the Repository, so whoever may not make one in that team is refused before a
 * file is written. Done twice (after a crash, or a second click) it gives the same repository.
 */
import { PlatformError } from '../../domain/error.ts';
import type { ApiObject } from '../../domain/object.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import type { RepositorySpec, RepositoryStatus } from '../../domain/kinds/repository.ts';
import { claimantOf, ownerOf } from '../../engines/rollout-plan/ownership.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Source } from '../../ports/source.ts';
import { ensureTeamGroup } from '../catalog/team-group.ts';
import { authorOf } from '../rollout/operations.ts';
import type { RolloutObject } from '../rollout/world.ts';
import { renderTemplate, type ServiceTemplate } from './template.ts';

export type RepositoryObject = ApiObject<RepositorySpec, RepositoryStatus>;

export interface NewServiceDeps {
  templates: readonly ServiceTemplate[];
  objectsFor(identity: Identity): Objects;
  /** As the platform: names taken in other teams are seen, too. */
  objects: Objects;
  source: Source;
  clock: Clock;
  /** Tells the platform that a branch moved, as a push does. */
  received(namespace: string, repository: string, identity: Identity): Promise<void>;
}

export interface NewServiceArguments {
  namespace: string;
  name: string;
  template: string;
  description?: string | undefined;
  dryRun?: boolean;
}

export interface NewServiceResult {
  message: string;
  object: { kind: string; namespace: string; name: string };
  plan?: string[];
}

const NAME = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;
const BRANCH = 'main';

export interface GoldenPaths {
  list(): { name: string; version: string; title: string; description: string }[];
  /** The files that `newService` would commit, in order of path. */
  preview(args: NewServiceArguments): { path: string; content: string }[];
}

export function goldenPaths(templates: readonly ServiceTemplate[]): GoldenPaths {
  return {
    list: () => templates.map(({ name, version, title, description }) => ({ name, version, title, description })),
    preview: (args) => Object.entries(filesOf(templates, args)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, content]) => ({ path, content })),
  };
}

/** Throws ROADBED-3341 for a name that cannot be one, 3342 for an unknown template, 3343 for a name that is taken. */
export async function newService(deps: NewServiceDeps, identity: Identity, args: NewServiceArguments): Promise<NewServiceResult> {
  const template = templateNamed(deps.templates, args.template);
  const files = filesOf(deps.templates, args);
  await refuseTakenName(deps.objects, args);
  const object = { kind: 'Repository', namespace: args.namespace, name: args.name };
  if (args.dryRun === true) return { message: `Dry run: ${args.name} would be made from ${template.title}.`, object, plan: [`create Repository ${args.namespace}/${args.name}`, ...Object.keys(files).map((path) => `commit ${path}`)] };
  const objects = deps.objectsFor(identity);
  const known = await objects.get<RepositoryObject>('roadbed.dev/Repository', args.namespace, args.name);
  const ours = known?.spec.template?.requestedBy === identity.subject && known.spec.template.name === template.name;
  if (known !== undefined && !(ours && (await deps.source.head(args.namespace, args.name, BRANCH)) === undefined)) throw taken(args, `the repository ${args.namespace}/${args.name} is there already`);
  if (known === undefined) {
    const requested = { name: template.name, version: template.version, requestedAt: new Date(deps.clock.now()).toISOString(), requestedBy: identity.subject };
    const spec: RepositorySpec = { branch: BRANCH, trusted: false, template: requested };
    await objects.create({ apiVersion: API_VERSION, kind: 'Repository', metadata: { name: args.name, namespace: args.namespace }, spec }, { reason: `new service from ${template.name} ${template.version}` });
  }
  await ensureTeamGroup(deps.objects, args.namespace);
  await deps.source.create(args.namespace, args.name, files, authorOf(identity));
  await deps.received(args.namespace, args.name, identity);
  return { message: `${args.name} is made from ${template.title}; its pipeline runs, and it will answer in dev.`, object };
}

function filesOf(templates: readonly ServiceTemplate[], args: NewServiceArguments): Record<string, string> {
  const template = templateNamed(templates, args.template);
  if (!NAME.test(args.name)) throw new PlatformError({ code: 'ROADBED-3341', class: 'invalid', message: `${JSON.stringify(args.name.slice(0, 60))} cannot name a service.`, why: 'A name is 1 to 40 lower-case letters, digits and "-", beginning with a letter.', next: 'roadbed new my-service' });
  // One line, and no character that could end one: the text stands in YAML, HTML and Markdown.
  const description = (args.description ?? '').replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim().slice(0, 200);
  return renderTemplate(template, { name: args.name, namespace: args.namespace, owner: `group:${args.namespace}`, ...(description === '' ? {} : { description }) });
}

function templateNamed(templates: readonly ServiceTemplate[], name: string): ServiceTemplate {
  const template = templates.find((one) => one.name === name);
  if (template === undefined) throw new PlatformError({ code: 'ROADBED-3342', class: 'not-found', message: `There is no template ${name}.`, why: `There are: ${templates.map((one) => one.name).join(', ')}.`, next: 'roadbed new my-service --template node-service' });
  return template;
}

async function refuseTakenName(objects: Objects, args: NewServiceArguments): Promise<void> {
  const rollouts = await objects.list<RolloutObject>('roadbed.dev/Rollout', { fieldSelector: `spec.service=${args.name}` });
  const claimants = rollouts.map(claimantOf);
  for (const { environment } of claimants) {
    const owner = ownerOf(args.name, environment, claimants);
    if (owner !== undefined && owner !== args.namespace) throw taken(args, `the name is taken in ${environment} by team ${owner}`);
  }
}

function taken(args: NewServiceArguments, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-3343', class: 'already-exists', message: `${args.name} cannot be made.`, why: `${why}.`, next: `roadbed new ${args.name}-2 --template ${args.template}` });
}
