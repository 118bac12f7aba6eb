import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryDiagram } from '../drawing/testing/arbitrary-diagrams.ts';
import { awsThreeTier, azure, google, kubernetes, large, SAMPLES, Sketch } from '../drawing/testing/sample-diagrams.ts';
import type { Diagram } from '../diagram.ts';
import { layOut } from './layout.ts';
import { STACK_DEPTH } from './measure.ts';
import type { Layout, Point, Rectangle } from './placement.ts';

const anyDiagram = arbitraryDiagram({ wellFormed: true });

function overlap(a: Rectangle, b: Rectangle, slack = 0.6): boolean {
  return a.x + slack < b.x + b.width && b.x + slack < a.x + a.width && a.y + slack < b.y + b.height && b.y + slack < a.y + a.height;
}

function contains(outer: Rectangle, inner: Rectangle): boolean {
  return inner.x >= outer.x - 0.6 && inner.y >= outer.y - 0.6 && inner.x + inner.width <= outer.x + outer.width + 0.6 && inner.y + inner.height <= outer.y + outer.height + 0.6;
}

function parentsOf(layout: Layout): Map<string, string | undefined> {
  return new Map<string, string | undefined>([...layout.groups.map(({ group }) => [group.id, group.parent] as const), ...layout.nodes.map(({ node }) => [node.id, node.parent] as const)]);
}

function places(layout: Layout): Map<string, Rectangle> {
  return new Map<string, Rectangle>([...layout.groups.map((placed) => [placed.group.id, placed.rectangle] as const), ...layout.nodes.map((placed) => [placed.node.id, placed.rectangle] as const)]);
}

function pieces(points: readonly Point[]): Rectangle[] {
  return points.slice(1).map((point, index) => {
    const before = points[index] as Point;
    return { x: Math.min(point.x, before.x), y: Math.min(point.y, before.y), width: Math.abs(point.x - before.x), height: Math.abs(point.y - before.y) };
  });
}

function crossesNode(layout: Layout): string[] {
  return layout.edges.flatMap((placed) => layout.nodes.flatMap(({ node, rectangle }) => (node.id !== placed.edge.from && node.id !== placed.edge.to && pieces(placed.points).some((piece) => crosses(piece, rectangle)) ? [`${placed.edge.id} through ${node.id}`] : [])));
}

function crosses(piece: Rectangle, r: Rectangle): boolean {
  return piece.x < r.x + r.width - 1 && piece.x + piece.width > r.x + 1 && piece.y < r.y + r.height - 1 && piece.y + piece.height > r.y + 1;
}

function labelCollisions(layout: Layout): string[] {
  const labels = layout.edges.flatMap((placed) => (placed.label === undefined ? [] : [{ id: placed.edge.id, rectangle: placed.label.rectangle }]));
  return labels.flatMap((label, index) => [
    ...layout.nodes.filter(({ rectangle }) => overlap(label.rectangle, rectangle)).map(({ node }) => `${label.id} on ${node.id}`),
    ...labels.slice(index + 1).filter((other) => overlap(label.rectangle, other.rectangle)).map((other) => `${label.id} on ${other.id}`),
  ]);
}

describe('a layout', () => {
  test('contains every part once, in its parent, and siblings do not overlap', () => {
    fc.assert(fc.property(anyDiagram, (diagram) => {
      const layout = layOut(diagram);
      const at = places(layout);
      const parents = parentsOf(layout);
      expect(at.size).toBe(diagram.groups.length + diagram.nodes.length);
      for (const [id, rectangle] of at) {
        const parent = parents.get(id);
        expect(contains(parent === undefined ? { x: 0, y: 0, width: layout.width, height: layout.height } : at.get(parent) as Rectangle, rectangle)).toBe(true);
      }
      const ids = [...at.keys()];
      for (const [index, id] of ids.entries()) for (const other of ids.slice(index + 1)) if (parents.get(id) === parents.get(other)) expect(overlap(at.get(id) as Rectangle, at.get(other) as Rectangle)).toBe(false);
    }), { numRuns: 150 });
  });

  test('has lines of horizontal and vertical pieces from border to border that run through no card', () => {
    fc.assert(fc.property(anyDiagram, (diagram) => {
      const layout = layOut(diagram);
      const at = places(layout);
      for (const { edge, points } of layout.edges) {
        expect(points.length).toBeGreaterThan(1);
        for (const piece of pieces(points)) expect(Math.min(piece.width, piece.height)).toBe(0);
        for (const [id, end] of [[edge.from, points[0]], [edge.to, points.at(-1)]] as const) {
          const r = at.get(id) as Rectangle;
          expect(contains({ x: r.x - 1, y: r.y - 1, width: r.width + 2 + STACK_DEPTH, height: r.height + 2 + STACK_DEPTH }, { x: end?.x ?? -1, y: end?.y ?? -1, width: 0, height: 0 })).toBe(true);
        }
      }
      expect(crossesNode(layout)).toEqual([]);
    }), { numRuns: 150 });
  });

  test('does not depend on the order of the lists', () => {
    fc.assert(fc.property(anyDiagram, (diagram) => {
      const turned: Diagram = { ...diagram, groups: [...diagram.groups].reverse(), nodes: [...diagram.nodes].reverse() };
      expect(places(layOut(turned))).toEqual(places(layOut(diagram)));
    }), { numRuns: 60 });
  });

  test('takes parents that are missing or go in circles, and edges that lead nowhere', () => {
    fc.assert(fc.property(arbitraryDiagram(), (diagram) => {
      const layout = layOut(diagram);
      expect(layout.nodes.length).toBe(diagram.nodes.length);
      expect(layout.groups.length).toBe(diagram.groups.length);
      for (const value of [layout.width, layout.height, ...layout.edges.flatMap((placed) => placed.points.flatMap((point) => [point.x, point.y]))]) expect(Number.isFinite(value)).toBe(true);
    }), { numRuns: 100 });
  });

  test.each(Object.entries(SAMPLES))('puts the labels of %s on nothing else', (_, sample) => {
    expect(labelCollisions(layOut(sample()))).toEqual([]);
  });

  test('runs from the internet to the data', () => {
    for (const diagram of [awsThreeTier(), google(), azure(), kubernetes()]) {
      const at = places(layOut(diagram));
      for (const edge of diagram.edges.filter((one) => one.kind === 'traffic' && one.id.includes('Internet'))) expect((at.get(edge.from) as Rectangle).x).toBeLessThan((at.get(edge.to) as Rectangle).x);
    }
    const at = places(layOut(awsThreeTier()));
    const x = (id: string): number => at.get(id)?.x ?? Number.NaN;
    expect(x('internet')).toBeLessThan(x('aws_cloudfront_distribution.web'));
    expect(x('aws_lb.web')).toBeLessThan(x('public-a'));
    expect(x('public-a')).toBeLessThan(x('private-a'));
    expect(x('private-a')).toBeLessThan(x('data-a'));
  });

  test('stands the subnets of all zones in the same columns', () => {
    const at = places(layOut(awsThreeTier()));
    for (const tier of ['public', 'private', 'data']) expect(at.get(`${tier}-a`)?.x).toBe(at.get(`${tier}-b`)?.x);
  });

  test('keeps the inside of every other group when a node comes in', () => {
    const before = large(60);
    const grown: Diagram = { ...before, nodes: [...before.nodes, { ...(before.nodes[0] as Diagram['nodes'][number]), id: 'aws_x.new', parent: 'module.3' }] };
    const [a, b] = [layOut(before), layOut(grown)];
    const shape = (layout: Layout, module: string): string => {
      const at = places(layout);
      const own = at.get(module) as Rectangle;
      return layout.nodes.filter(({ node }) => node.parent === module).map(({ node, rectangle }) => `${node.id} ${Math.sign(rectangle.x - own.x - own.width / 2)} ${rectangle.y - own.y}`).join('\n');
    };
    for (const module of ['module.0', 'module.1', 'module.2', 'module.4', 'module.5']) expect(shape(b, module)).toBe(shape(a, module));
  });

  test('draws many edges between two groups as one line that names all of them', () => {
    const sketch = new Sketch('aws').group('a', 'module', 'module', 'a').group('b', 'module', 'module', 'b');
    for (let index = 0; index < 8; index++) sketch.node(`a${index}`, 'queue', 'a', 1, { parent: 'a' }).node(`b${index}`, 'queue', 'b', 4, { parent: 'b' }).edge(`a${index}`, `b${index}`, 'traffic');
    const { edges } = layOut(sketch.diagram('many', ''));
    expect(edges.map((placed) => [placed.edge.from, placed.edge.to, placed.edge.label, placed.members.length])).toEqual([['a', 'b', '8 connections', 8]]);
  });

  test('runs no line through a card of a picture of 300, and lays 3,000 out', () => {
    expect(crossesNode(layOut(large(300)))).toEqual([]);
    expect(layOut(large(3000)).nodes.length).toBe(3000);
  });
});
