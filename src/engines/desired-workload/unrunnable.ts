/**
 * What a workload asks for that the process runtime will never do, told from the document alone.
 *
 * A pipeline asks this before its first step, so that a person reads it with line and column at once and not as a
 * rollout that could not start.
 */
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import { PROVIDED_TYPES, unprovidedType } from './resource-types.ts';
import type { WorkloadProblem } from './workload-input.ts';
import { portMode, PORTS_ANNOTATION, workloadPorts } from './workload-ports.ts';

export interface UnrunnablePart extends Pick<WorkloadProblem, 'message'> {
  rule: WorkloadProblem['rule'] | 'resource';
  /** Where it stands in the document. */
  at: readonly (string | number)[];
}

/** The sentence for an image that is not what the pipeline built. */
export function imageRefusal(image: string): string {
  return `container image ${JSON.stringify(image)} needs the kubernetes runtime, which is not part of this version; the process runtime takes "." (what the pipeline built)`;
}

/** Images, protocols, port numbers and types of resources that cannot be had; empty when nothing stands against running it. */
export function unrunnableParts(workload: ScoreDocument): UnrunnablePart[] {
  const images = Object.entries(workload.containers).filter(([, container]) => container.image !== '.');
  return [
    ...images.map(([name, { image }]): UnrunnablePart => ({ rule: 'image', at: ['containers', name, 'image'], message: imageRefusal(image) })),
    ...portParts(workload),
    ...Object.entries(workload.resources ?? {})
      .filter(([, { type }]) => !PROVIDED_TYPES.includes(type))
      .map(([name, { type }]): UnrunnablePart => ({ rule: 'resource', at: ['resources', name, 'type'], message: `no provisioner makes resources of type ${JSON.stringify(type)}: ${unprovidedType(type)}` })),
  ];
}

function portParts(workload: ScoreDocument): UnrunnablePart[] {
  const parts: UnrunnablePart[] = [];
  const mode = portMode(workload);
  if (mode !== undefined && mode !== 'injected' && mode !== 'fixed') parts.push({ rule: 'port', at: ['metadata', 'annotations', PORTS_ANNOTATION], message: `${JSON.stringify(mode)} is neither "injected" nor "fixed"` });
  const holders = new Map<number, string>();
  for (const { name, fixed } of workloadPorts(workload)) {
    if (workload.service?.ports?.[name]?.protocol === 'UDP') parts.push({ rule: 'port', at: ['service', 'ports', name, 'protocol'], message: 'UDP needs the kubernetes runtime, which is not part of this version; the edge serves TCP' });
    if (fixed === undefined) continue;
    const holder = holders.get(fixed);
    if (holder !== undefined) parts.push({ rule: 'port', at: ['service', 'ports', name], message: `port ${fixed} is taken by "${holder}" already; a program listens on a number once` });
    else holders.set(fixed, name);
  }
  return parts;
}
