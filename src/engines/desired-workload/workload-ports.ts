/** The ports of a workload: which are free for the runtime to choose, and which the program insists on. */
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import type { PortSpec } from '../../domain/program.ts';

export const PORTS_ANNOTATION = 'roadbed.dev/ports';

/** The ports of a workload, in the order of the document; the first is PORT. */
export function workloadPorts(workload: ScoreDocument): PortSpec[] {
  const mode = portMode(workload);
  return Object.entries(workload.service?.ports ?? {}).map(([name, port]) => {
    const declared = port.targetPort ?? port.port;
    const fixed = mode === 'fixed' || (mode === undefined && port.targetPort !== undefined && port.targetPort !== port.port);
    return { name, declared, ...(fixed ? { fixed: declared } : {}) };
  });
}

/** What the annotation says for all ports; undefined without it. */
export function portMode(workload: ScoreDocument): string | undefined {
  const annotations = workload.metadata.annotations;
  return annotations !== undefined && Object.hasOwn(annotations, PORTS_ANNOTATION) ? annotations[PORTS_ANNOTATION] : undefined;
}
