/** Writes objects as fast as they are acknowledged, and remembers every one that was. */
import type { Connection } from '../../src/cli/connection.ts';

const NAMESPACE = 'default';
const PATH = `/apis/roadbed.dev/v1alpha1/namespaces/${NAMESPACE}/rolegrants`;
const WRITERS = 4;

export interface AcknowledgedWriter {
  /** How many were acknowledged since a moment of `performance.now()`. */
  acknowledgedSince(moment: number): number;
  refused(): number;
  longestGapMs(): number;
  /** Names of all that were acknowledged. */
  stop(): Promise<string[]>;
}

export function acknowledgedWriter(connection: Connection, prefix: string): AcknowledgedWriter {
  const acknowledged: { name: string; at: number }[] = [];
  let refused = 0;
  let stopped = false;
  const loop = async (writer: number): Promise<void> => {
    for (let number = 0; !stopped; number += 1) {
      const name = `${prefix}-${writer}-${number}`;
      const body = { apiVersion: 'roadbed.dev/v1alpha1', kind: 'RoleGrant', metadata: { name, namespace: NAMESPACE }, spec: { role: 'viewer', subjects: ['user:nobody'] } };
      try {
        await connection.call('POST', PATH, { body, timeoutMs: 5_000 });
        acknowledged.push({ name, at: performance.now() });
      } catch {
        refused += 1;
        await new Promise((done) => setTimeout(done, 50));
      }
    }
  };
  const loops = Array.from({ length: WRITERS }, (_, writer) => loop(writer));
  return {
    acknowledgedSince: (moment) => acknowledged.filter(({ at }) => at >= moment).length,
    refused: () => refused,
    longestGapMs: () => Math.round(Math.max(0, ...acknowledged.map(({ at }, index) => at - (acknowledged[index - 1]?.at ?? at)))),
    stop: async () => {
      stopped = true;
      await Promise.all(loops);
      return acknowledged.map(({ name }) => name);
    },
  };
}

/** Those of the names that the platform does not have. */
export async function missingOf(connection: Connection, names: readonly string[]): Promise<string[]> {
  const { items } = await connection.call<{ items: { metadata: { name: string } }[] }>('GET', PATH);
  const present = new Set(items.map((item) => item.metadata.name));
  return names.filter((name) => !present.has(name));
}
