/**
 * What a revision must fulfil before the supervisor takes it: checked at the border, each refusal by name.
 *
 * Identifiers become folder names, so their alphabet is closed. Everything else here is a promise that could
 * not be kept later: a fixed port for two replicas, a start order in a circle, a file in a place that only
 * bubblewrap can give.
 */
import { isAbsolute, join, normalize, relative } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { ContainerSpec, RevisionSpec, TaskSpec } from '../../ports/runtime.ts';

const ID = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?$/;
const MODE = /^0?[0-7]{3}$/;
const RESERVED = ['/proc', '/dev', '/sys', '/tmp'];
const MAX_REPLICAS = 200;

export function invalid(path: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-1302', class: 'invalid', message: `The process runtime cannot take this: ${path} ${why}.`, why: path, next: 'Correct the field and apply again.' });
}

export function checkId(id: unknown, path: string): asserts id is string {
  if (typeof id !== 'string' || !ID.test(id) || id.includes('..')) throw invalid(path, 'must consist of letters, digits, ".", "_" and "-", at most 200 characters');
}

/** The path below the working folder that a target means, or undefined when it lies elsewhere. Throws for unsafe paths. */
export function placeInWorkingDirectory(container: Pick<ContainerSpec, 'workingDirectory'>, target: string): string | undefined {
  if (target === '' || target.includes('\0') || target.split('/').includes('..')) throw invalid(`target ${JSON.stringify(target)}`, 'must be a path without ".."');
  const place = isAbsolute(target) ? relative(container.workingDirectory, normalize(target)) : normalize(target);
  if (place === '' || place === '.' || target === '/') throw invalid(`target ${JSON.stringify(target)}`, 'would cover the whole working folder');
  if (!isAbsolute(target) || !(place === '..' || place.startsWith('../'))) return place;
  if (RESERVED.some((folder) => join(target, '/').startsWith(`${folder}/`))) throw invalid(`target ${JSON.stringify(target)}`, `lies in a folder that every program has of its own (${RESERVED.join(', ')})`);
  return undefined;
}

/** Refuses files and volumes that cannot be put where the program expects them. */
function checkPlaces(container: ContainerSpec, path: string, bubblewrap: boolean): void {
  for (const file of container.files) if (!MODE.test(file.mode)) throw invalid(`${path}.files[${file.target}].mode`, 'must be an octal mode such as "0644"');
  for (const item of [...container.files, ...container.volumes]) {
    const place = placeInWorkingDirectory(container, item.target);
    const readOnly = 'readOnly' in item && item.readOnly;
    if (bubblewrap || (place !== undefined && !readOnly)) continue;
    throw new PlatformError({
      code: 'ROADBED-1303',
      class: 'refused',
      message: readOnly ? `Container ${container.name} asks for ${item.target} read-only, which needs bubblewrap.` : `Container ${container.name} wants something at ${item.target}, outside its working folder, which needs bubblewrap.`,
      why: 'Without it a process sees the machine\'s own folders, and Roadbed writes nothing there.',
      next: 'Install bubblewrap (bwrap), or use a target below the working folder, for instance a relative one.',
    });
  }
}

function checkOrder(containers: readonly ContainerSpec[]): void {
  const names = new Set(containers.map((container) => container.name));
  const open = new Set<string>();
  const done = new Set<string>();
  const visit = (name: string, path: string): void => {
    if (done.has(name)) return;
    if (!names.has(name)) throw invalid(path, `names a container "${name}" that does not exist`);
    if (open.has(name)) throw invalid(path, `makes container "${name}" wait for itself`);
    open.add(name);
    for (const earlier of containers.find((container) => container.name === name)?.after ?? []) visit(earlier.container, `containers[${name}].after`);
    open.delete(name);
    done.add(name);
  };
  for (const container of containers) visit(container.name, `containers[${container.name}]`);
}

function checkContainer(container: ContainerSpec, bubblewrap: boolean): void {
  const path = `containers[${container.name}]`;
  checkId(container.name, `${path}.name`);
  if (!Array.isArray(container.command) || container.command.length === 0 || container.command[0] === '') throw invalid(`${path}.command`, 'must name a program');
  if (container.command.some((argument) => typeof argument !== 'string' || argument.includes('\0'))) throw invalid(`${path}.command`, 'must hold text without NUL characters');
  if (!isAbsolute(container.workingDirectory)) throw invalid(`${path}.workingDirectory`, 'must be an absolute path');
  checkEnvironment(container.environment, `${path}.environment`);
  checkPlaces(container, path, bubblewrap);
}

function checkEnvironment(environment: Record<string, string>, path: string): void {
  for (const [name, value] of Object.entries(environment)) {
    if (name === '' || name.includes('=') || name.includes('\0') || typeof value !== 'string' || value.includes('\0')) throw invalid(`${path}[${name}]`, 'must be a name without "=" and a text value, both without NUL characters');
  }
}

/** Throws ROADBED-1301, -1302 or -1303; returns nothing when the revision can be kept running. */
export function checkRevision(spec: RevisionSpec, bubblewrap: boolean): void {
  checkId(spec.id, 'id');
  if (!Number.isInteger(spec.replicas) || spec.replicas < 0 || spec.replicas > MAX_REPLICAS) throw invalid('replicas', `must be 0 to ${MAX_REPLICAS}`);
  if (!Number.isFinite(spec.drainSeconds) || spec.drainSeconds < 0 || spec.drainSeconds > 3_600) throw invalid('drainSeconds', 'must be 0 to 3600');
  if (spec.containers.length === 0) throw invalid('containers', 'must not be empty');
  if (new Set(spec.containers.map((container) => container.name)).size !== spec.containers.length) throw invalid('containers', 'must have different names');
  if (new Set(spec.ports.map((port) => port.name)).size !== spec.ports.length) throw invalid('ports', 'must have different names');
  const fixed = spec.ports.find((port) => port.fixed !== undefined);
  if (fixed !== undefined && spec.replicas > 1) {
    throw new PlatformError({
      code: 'ROADBED-1301',
      class: 'refused',
      message: `${spec.service} insists on port ${fixed.fixed} (${fixed.name}), so it can have one replica here, not ${spec.replicas}.`,
      why: 'Processes of one machine share its ports.',
      next: 'Let the program listen on the port in $PORT, or ask for one replica.',
    });
  }
  for (const container of spec.containers) checkContainer(container, bubblewrap);
  checkOrder(spec.containers);
}

/** Throws ROADBED-1302 when a task is not well formed. */
export function checkTask(spec: TaskSpec): void {
  checkId(spec.id, 'id');
  if (spec.commands.length === 0 || spec.commands.some((command) => command.length === 0 || command[0] === '' || command.some((argument) => argument.includes('\0')))) throw invalid('commands', 'must each name a program');
  if (!(spec.timeoutSeconds > 0 && spec.timeoutSeconds <= 86_400)) throw invalid('timeoutSeconds', 'must be above 0 and at most 86400');
  for (const path of [spec.workingDirectory, ...spec.writable, ...spec.readable]) if (!isAbsolute(path) || path.includes('\0')) throw invalid(path, 'must be an absolute path');
  checkEnvironment(spec.environment, 'environment');
}
