/** Which workloads a Kubernetes service leads to: those of its namespace whose pods carry all of the selector's labels. */
import type { AttributeValue } from '../infrastructure/model.ts';
import { scalarText, textsAt, valuesAt } from './attribute-values.ts';
import type { Entry } from './entry.ts';

const WORKLOADS = /^kubernetes_(deployment|stateful_set|daemonset|daemon_set|pod|replication_controller)(_v\d+)?$/;

function labelsAt(entry: Entry, path: string): Map<string, string> {
  const labels = new Map<string, string>();
  for (const value of valuesAt(entry.resource.attributes, path)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    for (const [name, text] of Object.entries(value as { readonly [name: string]: AttributeValue })) {
      const known = scalarText(text);
      if (known !== undefined) labels.set(name, known);
    }
  }
  return labels;
}

function namespaceOf(entry: Entry): string {
  return textsAt(entry.resource.attributes, 'metadata.namespace')[0] ?? entry.resource.references.find((reference) => reference.attribute.includes('namespace'))?.target ?? 'default';
}

export function selectedBy(entries: readonly Entry[]): { service: Entry; workload: Entry }[] {
  const workloads = entries
    .filter((entry) => WORKLOADS.test(entry.resource.type))
    .map((entry) => ({ entry, labels: new Map([...labelsAt(entry, 'metadata.labels'), ...labelsAt(entry, 'spec.template.metadata.labels')]), namespace: namespaceOf(entry) }));
  return entries
    .filter((entry) => /^kubernetes_service(_v1)?$/.test(entry.resource.type))
    .flatMap((service) => {
      const selector = labelsAt(service, 'spec.selector');
      if (selector.size === 0) return [];
      const matches = workloads.filter(({ labels, namespace }) => namespace === namespaceOf(service) && [...selector].every(([name, value]) => labels.get(name) === value));
      return matches.map(({ entry }) => ({ service, workload: entry }));
    });
}
