/** One Score container as the runtime takes it: command, variables, files, volumes, probes, limits. */
import type { ScoreContainer, ScoreDocument, ScoreFile, ScoreProbe, ScoreVolume } from '../../domain/kinds/workload.ts';
import type { ContainerSpec, Limits, Probe, ProgramFile, ProgramVolume } from '../../domain/program.ts';
import { splitReference, substituteText, type Lookup } from '../placeholders/substitute.ts';
import { parseCpu, parseMemory } from './quantity.ts';
import { imageRefusal } from './unrunnable.ts';
import type { WorkloadInput, WorkloadProblem } from './workload-input.ts';

/** Score leaves the rhythm of probes open. */
const READINESS = { intervalMs: 500, timeoutMs: 2_000, failureThreshold: 3 };
const LIVENESS = { intervalMs: 5_000, timeoutMs: 2_000, failureThreshold: 3 };
const DEFAULT_MODE = '0644';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export class ContainerBuilder {
  readonly problems: WorkloadProblem[] = [];
  private readonly input: WorkloadInput;
  private readonly lookup: Lookup;

  constructor(input: WorkloadInput, lookup: Lookup) {
    this.input = input;
    this.lookup = lookup;
  }

  build(name: string, container: ScoreContainer): ContainerSpec {
    const at = `containers.${name}`;
    if (container.image !== '.') this.refuse('image', `${at}.image`, imageRefusal(container.image));
    return {
      name,
      command: this.command(container, at),
      workingDirectory: this.input.artifactFolder,
      environment: this.environment(container, at),
      files: targets(container.files).map(([target, file]) => this.file(target, file, `${at}.files[${JSON.stringify(target)}]`)).filter((file) => file !== undefined),
      volumes: targets(container.volumes).map(([target, volume]) => this.volume(target, volume, `${at}.volumes[${JSON.stringify(target)}]`)).filter((volume) => volume !== undefined),
      ...probes(container),
      limits: this.limits(container, `${at}.resources.limits`),
      after: startsAfter(this.input.release.workload, name),
    };
  }

  /** `command` replaces the entry point, `args` follow it; neither is expanded, as Score wants it. */
  private command(container: ScoreContainer, at: string): string[] {
    const entrypoint = container.command !== undefined && container.command.length > 0 ? container.command : this.input.entrypoint;
    if (entrypoint === undefined) this.refuse('command', `${at}.command`, 'nothing says how to start this: give a command, or "start" in roadbed.yaml, or a package.json with a start script');
    return [...(entrypoint ?? []), ...(container.args ?? [])];
  }

  /** Variables, over them the environment's configuration, over them the secrets. */
  private environment(container: ScoreContainer, at: string): Record<string, string> {
    const configured = this.input.release.configuration[this.input.environment] ?? {};
    const expanded = Object.entries({ ...container.variables, ...configured }).map(([key, text]) => [key, this.expand(text, `${Object.hasOwn(configured, key) ? `configuration.${this.input.environment}` : `${at}.variables`}.${key}`)] as const);
    return Object.fromEntries([...expanded, ...Object.entries(this.input.secrets)]);
  }

  private file(target: string, file: ScoreFile, at: string): ProgramFile | undefined {
    const bytes = this.fileBytes(file, at);
    return bytes === undefined ? undefined : { target, content: Buffer.from(bytes).toString('base64'), mode: file.mode ?? DEFAULT_MODE };
  }

  private fileBytes(file: ScoreFile, at: string): Uint8Array | undefined {
    if (file.binaryContent !== undefined) {
      if (BASE64.test(file.binaryContent)) return Buffer.from(file.binaryContent, 'base64');
      return this.refuse('file', `${at}.binaryContent`, 'is not standard base64');
    }
    if (file.content !== undefined) return Buffer.from(file.noExpand === true ? file.content : this.expand(file.content, `${at}.content`));
    const source = file.source ?? '';
    const path = artifactPath(source);
    const bytes = path === undefined ? undefined : this.input.sources.get(path);
    if (bytes === undefined) return this.refuse('file', `${at}.source`, `${JSON.stringify(source)} is not a file of the artifact`);
    const text = file.noExpand === true ? undefined : utf8(bytes);
    return text === undefined ? bytes : Buffer.from(this.expand(text, `${at}.source`));
  }

  /** A volume's source is a resource of type volume and nothing else: a workload never names a folder of the machine. */
  private volume(target: string, volume: ScoreVolume, at: string): ProgramVolume | undefined {
    const match = /^\$\{([^}]*)\}$/.exec(volume.source);
    const [root, name, output, ...rest] = splitReference(match?.[1] ?? '');
    const resource = name === undefined ? undefined : this.input.release.workload.resources?.[name];
    if (root !== 'resources' || name === undefined || rest.length > 0 || (output ?? 'source') !== 'source' || resource?.type !== 'volume') {
      return this.refuse('volume', `${at}.source`, `${JSON.stringify(volume.source)} must name a resource of type volume: \${resources.<name>}`);
    }
    const source = this.input.resources[name]?.['source'];
    if (typeof source !== 'string' || source === '') return this.refuse('volume', `${at}.source`, `the volume "${name}" is not provisioned`);
    const within = volume.path === undefined ? '' : artifactPath(volume.path.replace(/^\/+/, ''));
    if (within === undefined) return this.refuse('volume', `${at}.path`, `${JSON.stringify(volume.path)} leads out of the volume`);
    return { target, source: within === '' ? source : `${source}/${within}`, readOnly: volume.readOnly ?? false };
  }

  private limits(container: ScoreContainer, at: string): Limits {
    const { cpu, memory } = container.resources?.limits ?? {};
    const cores = cpu === undefined ? undefined : parseCpu(cpu);
    const bytes = memory === undefined ? undefined : parseMemory(memory);
    if (cpu !== undefined && cores === undefined) this.refuse('limit', `${at}.cpu`, `${JSON.stringify(cpu)} is no amount of CPU; write 500m or 2`);
    if (memory !== undefined && bytes === undefined) this.refuse('limit', `${at}.memory`, `${JSON.stringify(memory)} is no amount of memory; write 256Mi`);
    return { ...(bytes === undefined ? {} : { memoryBytes: bytes }), ...(cores === undefined ? {} : { cpu: cores }) };
  }

  private expand(text: string, where: string): string {
    const { text: expanded, problems } = substituteText(text, where, this.lookup);
    for (const problem of problems) this.refuse('placeholder', where, `${problem.placeholder}: ${problem.message}`);
    return expanded;
  }

  private refuse(rule: WorkloadProblem['rule'], path: string, message: string): undefined {
    this.problems.push({ rule, path, message });
    return undefined;
  }
}

/** Files and volumes as pairs of target and rest; the list form is deprecated and still valid. */
export function targets<T extends { target?: string }>(items: Readonly<Record<string, T>> | readonly T[] | undefined): [string, T][] {
  if (items === undefined) return [];
  return Array.isArray(items) ? (items as readonly T[]).map((item) => [item.target ?? '', item]) : Object.entries(items as Readonly<Record<string, T>>);
}

/** A path inside the artifact, cleaned; undefined when it is absolute or leads out. Empty stays empty. */
export function artifactPath(path: string): string | undefined {
  if (path.startsWith('/') || path.includes('\0') || path.includes('\\')) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') return undefined;
    parts.push(part);
  }
  return parts.join('/');
}

function probes(container: ScoreContainer): Pick<ContainerSpec, 'readiness' | 'liveness'> {
  return {
    ...(container.readinessProbe === undefined ? {} : { readiness: { ...probe(container.readinessProbe), ...READINESS } }),
    ...(container.livenessProbe === undefined ? {} : { liveness: { ...probe(container.livenessProbe), ...LIVENESS } }),
  };
}

/** Score prefers `exec` where both are given. */
function probe(score: ScoreProbe): Pick<Probe, 'kind' | 'path' | 'port' | 'host' | 'scheme' | 'headers' | 'command'> {
  const http = score.httpGet;
  if (score.exec !== undefined || http === undefined) return { kind: 'exec', command: [...(score.exec?.command ?? [])] };
  return {
    kind: 'http', path: http.path, port: http.port,
    ...(http.host === undefined ? {} : { host: http.host }), ...(http.scheme === undefined ? {} : { scheme: http.scheme }), ...(http.httpHeaders === undefined ? {} : { headers: http.httpHeaders }),
  };
}

/** Score says in a container what it must run before; the runtime wants to know what a container waits for. */
function startsAfter(workload: ScoreDocument, name: string): ContainerSpec['after'] {
  return Object.entries(workload.containers)
    .filter(([, container]) => container.before !== undefined && Object.hasOwn(container.before, name))
    .map(([container, { before }]) => ({ container, state: before?.[name]?.ready ?? 'started' }));
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
