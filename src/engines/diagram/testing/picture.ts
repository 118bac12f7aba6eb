/** A diagram as lines of text, so that a test reads like the picture. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProviderCatalogue } from '../../provider-catalogue/catalogue.ts';
import { makeCatalogue } from '../../provider-catalogue/catalogue.ts';
import type { ProviderFile } from '../../provider-catalogue/resource-type.ts';
import type { Diagram } from '../diagram.ts';

/** The shipped catalogue. */
export function shippedCatalogue(): ProviderCatalogue {
  const folder = join(import.meta.dirname, '../../../../providers');
  return makeCatalogue(readdirSync(folder).filter((name) => name.endsWith('.json')).sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProviderFile));
}

/** `region eu-west-1 / network shop / subnet:public public / web [TLS]`, one line a node. */
export function places(diagram: Diagram): string[] {
  const groups = new Map(diagram.groups.map((group) => [group.id, group]));
  const around = (parent: string | undefined): string[] => {
    const group = parent === undefined ? undefined : groups.get(parent);
    if (group === undefined) return [];
    return [...around(group.parent), `${group.kind}${group.exposure === undefined ? '' : `:${group.exposure}`} ${group.label}`];
  };
  return diagram.nodes.map((node) => [...around(node.parent), `${node.label}${node.badges.length === 0 ? '' : ` [${node.badges.map((badge) => badge.text).join(', ')}]`}`].join(' / '));
}

/** `Internet -traffic 443/tcp-> web`. */
export function connections(diagram: Diagram): string[] {
  const labels = new Map([...diagram.nodes, ...diagram.groups].map((part) => [part.id, part.label]));
  return diagram.edges.map((edge) => `${labels.get(edge.from)} -${edge.kind}${edge.label === undefined ? '' : ` ${edge.label}`}-> ${labels.get(edge.to)}`);
}
