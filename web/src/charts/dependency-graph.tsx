/** What needs what, from left to right; the same as a table underneath. */
import { useRef } from 'react';
import { Link } from '@tanstack/react-router';
import type { ServiceMap } from '../../../src/api/contract/pages.ts';
import { count } from '../data/wording.ts';
import { State, StateIcon } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import { csv } from '../data/csv.ts';
import { ChartTools } from './chart-tools.tsx';
import { layOut } from './dependency-layers.ts';
import type { Slot } from './dependency-layers.ts';
import styles from './dependency-graph.module.css';

const WIDTH = 156;
const HEIGHT = 44;
const GAP_X = 64;
const GAP_Y = 10;
/** Height of a slot where only a line passes. */
const PASS = 8;

type Node = ServiceMap['nodes'][number];

/** Words for an edge's type, from the side that needs. */
const EDGES: Readonly<Record<string, string>> = { dependsOn: 'depends on', consumesApi: 'consumes', apiProvidedBy: 'is provided by' };

function parts(ref: string): { kind: string; namespace: string; name: string } {
  const [, kind = '', namespace = '', name = ''] = /^([^:]*):([^/]*)\/(.*)$/.exec(ref) ?? [];
  return { kind, namespace, name };
}

interface Point {
  x: number;
  y: number;
}

/** Top left corner of every slot; columns are centred on each other. */
function places(columns: readonly Slot[][]): { at: Map<string, Point>; width: number; height: number } {
  const tall = (slot: Slot): number => (slot.ref === undefined ? PASS : HEIGHT);
  const heights = columns.map((column) => column.reduce((sum, slot) => sum + tall(slot) + GAP_Y, -GAP_Y));
  const height = Math.max(0, ...heights);
  const at = new Map<string, Point>();
  for (const [index, column] of columns.entries()) {
    let y = (height - (heights[index] ?? 0)) / 2;
    for (const slot of column) {
      at.set(slot.id, { x: index * (WIDTH + GAP_X), y });
      y += tall(slot) + GAP_Y;
    }
  }
  return { at, width: columns.length * (WIDTH + GAP_X) - GAP_X, height };
}

export function DependencyGraph({ map, label }: { map: ServiceMap; label: string }) {
  const { columns, lines } = layOut(map.nodes.map((node) => node.ref), map.edges);
  const { at, width, height } = places(columns);
  const graph = useRef<HTMLDivElement>(null);
  const missing = new Set(map.nodes.filter((node) => !node.found).map((node) => node.ref));
  return (
    <figure className={styles.figure}>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label={label}>
        <div ref={graph} className={styles.graph} style={{ width, height }}>
          <svg width={width} height={height} aria-hidden="true">
            {map.edges.map(({ from, to }, index) => (
              <path key={`${from}>${to}`} className={missing.has(to) ? styles.broken : styles.edge} d={way((lines[index] ?? []).flatMap((id) => at.get(id) ?? []))} />
            ))}
          </svg>
          {map.nodes.map((node) => (
            <NodeBox key={node.ref} node={node} at={at.get(node.ref) ?? { x: 0, y: 0 }} />
          ))}
        </div>
      </div>
      <figcaption className={styles.foot}>
        <span>{map.edges.length === 1 ? 'One dependency' : `${map.edges.length} dependencies`}, as declared; what is needed stands right.</span>
        {map.omitted === 0 ? null : <span>{count(map.omitted, 'more node')} not drawn.</span>}
        <ChartTools name={label} figure={graph} rows={() => csv([{ label: 'needs', value: (edge: ServiceMap['edges'][number]) => edge.from }, { label: 'how', value: (edge) => edge.type }, { label: 'what is needed', value: (edge) => edge.to }], map.edges)} />
      </figcaption>
      <details className={styles.data}>
        <summary>Data</summary>
        <Table caption={`${label}, as a table`} columns={[{ label: 'Needs' }, { label: 'How' }, { label: 'What is needed' }, { label: 'State' }]} bare>
          {map.edges.map((edge) => (
            <tr key={`${edge.from}>${edge.to}`}>
              <th scope="row">{parts(edge.from).name}</th>
              <td>{EDGES[edge.type] ?? edge.type}</td>
              <td>{parts(edge.to).name}</td>
              <td>{missing.has(edge.to) ? <State tone="warn" plain>Not in the catalog</State> : 'described'}</td>
            </tr>
          ))}
        </Table>
      </details>
    </figure>
  );
}

/** From the right side of the first box, through the slots between, to an arrow at the left side of the last. */
function way(slots: readonly Point[]): string {
  const [first, last] = [slots[0], slots.at(-1)];
  if (first === undefined || last === undefined) return '';
  let [x, y] = [first.x + WIDTH, first.y + HEIGHT / 2];
  let path = `M${x} ${y}`;
  for (const slot of slots.slice(1)) {
    const level = slot.y + (slot === last ? HEIGHT : PASS) / 2;
    const bend = slot.x > x ? (slot.x - x) / 2 : GAP_X;
    path += `C${x + bend} ${y} ${slot.x - bend} ${level} ${slot.x - (slot === last ? 4 : 0)} ${level}`;
    if (slot !== last) path += `H${slot.x + WIDTH}`;
    [x, y] = [slot.x + WIDTH, level];
  }
  return `${path}m-5 -4l5 4l-5 4`;
}

function NodeBox({ node, at }: { node: Node; at: Point }) {
  const target = parts(node.ref);
  const inside = (
    <>
      <span className={styles.name}>{target.name}</span>
      <span className={styles.kind}>{node.found ? target.kind : <><StateIcon tone="warn" size={12} /> not in the catalog</>}</span>
    </>
  );
  const style = { left: at.x, top: at.y, width: WIDTH, height: HEIGHT };
  if (!node.found) return <span className={styles.node} data-missing="" style={style}>{inside}</span>;
  return (
    <Link to="/catalog/$kind/$namespace/$name" params={target} className={styles.node} aria-current={node.center === true ? 'true' : undefined} style={style}>
      {inside}
    </Link>
  );
}
