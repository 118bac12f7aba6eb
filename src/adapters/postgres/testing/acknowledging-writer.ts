/**
 * A control plane to be killed: writes to the database that stands in the environment as fast as it can and
 * prints `<name> <version>` for each acknowledged write, until somebody ends it.
 */
import { writeSync } from 'node:fs';
import { openDatabase } from '../connect.ts';
import { silentLog } from '../log.ts';
import { openStore } from '../open-store.ts';

const connection = JSON.parse(process.env['ROADBED_TEST_CONNECTION'] ?? '{}') as Record<string, string>;
const store = await openStore(await openDatabase(connection, { log: silentLog }), { sealKeys: [{ id: 'test', secret: Buffer.from('seal') }] });

async function write(writer: number): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    const name = `p${process.pid}-${writer}-${turn}`;
    const metadata = { name, uid: name, resourceVersion: '', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
    const event = { actor: { issuer: 'test', subject: name }, subject: name, kind: 'object.created', schemaVersion: 1 as const, body: {} };
    const key = { group: 'g', plural: 'p', namespace: 'n', name };
    const result = await store.objects.write([{ action: 'create', key, object: { apiVersion: 'g/v1', kind: 'K', metadata, spec: { turn } } }], [event]);
    if (result.ok) writeSync(1, `${name} ${result.written[0]?.resourceVersion}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
