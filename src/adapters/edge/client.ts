/**
 * `ports/traffic` over the control socket of the edge.
 *
 * One connection a call: calls are few, and a connection that lives long would have to be watched. An
 * edge that was killed is back within two seconds, so a call waits that long for it: each command is
 * idempotent (the same table twice is the same table).
 */
import { connect } from 'node:net';
import type { ErrorClass } from '../../domain/error.ts';
import { PlatformError } from '../../domain/error.ts';
import type { RouteTable, Traffic, TrafficCounters } from '../../ports/traffic.ts';
import { readJsonLines } from './json-lines.ts';
import { readRecord } from './edge-folder.ts';
import type { ControlOperation, ControlOperations, ControlReply } from './protocol.ts';
import { MESSAGE_LIMIT, PROTOCOL_VERSION } from './protocol.ts';

const CALL_TIMEOUT = 5_000;
const PATIENCE = 4_000;
const RETRY = 50;

class NotThere extends Error {}

/** One command to the edge whose control socket is at `path`. Throws ROADBED-1201 when nobody answers there in time. */
async function callOnce<Operation extends ControlOperation>(path: string, op: Operation, params: ControlOperations[Operation]['params'], timeout: number): Promise<ControlOperations[Operation]['result']> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let connected = false;
    const fail = (error: Error): void => {
      clearTimeout(late);
      socket.destroy();
      reject(error);
    };
    const late = setTimeout(() => fail(unavailable(`no answer within ${timeout} ms`)), timeout);
    socket.on('connect', () => {
      connected = true;
      socket.write(`${JSON.stringify({ v: PROTOCOL_VERSION, id: 1, op, params })}\n`);
    });
    socket.on('error', (error) => fail(connected ? new NotThere('the connection broke') : new NotThere(error.message)));
    socket.on('close', () => fail(new NotThere('the edge closed the connection')));
    readJsonLines(
      socket,
      MESSAGE_LIMIT,
      (value) => {
        clearTimeout(late);
        const reply = value as ControlReply;
        if (reply.ok) resolve(reply.result as ControlOperations[Operation]['result']);
        else reject(remoteFault(reply.error));
        socket.end();
      },
      (why) => fail(unavailable(why)),
    );
  });
}

function unavailable(why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-1201', class: 'unavailable', message: 'The edge does not answer.', why, next: 'See edge.log in the edge folder; "roadbed up" starts it again.', retry: 'backoff' });
}

function remoteFault(fault: Extract<ControlReply, { ok: false }>['error']): PlatformError {
  const code: `ROADBED-${string}` = fault.code.startsWith('ROADBED-') ? `ROADBED-${fault.code.slice(8)}` : 'ROADBED-1209';
  return new PlatformError({ code, class: fault.class as ErrorClass, message: fault.message, ...(fault.why === undefined ? {} : { why: fault.why }), ...(fault.next === undefined ? {} : { next: fault.next }) });
}

export interface EdgeCallOptions {
  /** For one answer, in ms. */
  timeout?: number;
  /** How long to wait for an edge that is being restarted, in ms. */
  patience?: number;
}

/** One command to the edge of a folder, waiting for it while it is being restarted. */
export async function callEdge<Operation extends ControlOperation>(folder: string, op: Operation, params: ControlOperations[Operation]['params'], options: EdgeCallOptions = {}): Promise<ControlOperations[Operation]['result']> {
  const deadline = Date.now() + (options.patience ?? PATIENCE);
  for (;;) {
    const record = readRecord(folder);
    try {
      if (record === undefined) throw new NotThere(`no edge has run in ${folder}`);
      return await callOnce(record.control, op, params, options.timeout ?? CALL_TIMEOUT);
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
      if (Date.now() >= deadline) throw unavailable(error.message);
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

/** The traffic port of the edge that runs, or will run again, in `folder`. */
export class EdgeTraffic implements Traffic {
  readonly #folder: string;
  readonly #options: EdgeCallOptions;

  constructor(folder: string, options: EdgeCallOptions = {}) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Returns when every worker chooses by the new table. Throws ROADBED-1202 (invalid), 1204 (older than the one in force), 1201 (no edge). */
  async apply(table: RouteTable): Promise<void> {
    await callEdge(this.#folder, 'applyTable', { table }, this.#options);
  }

  async table(): Promise<RouteTable> {
    return callEdge(this.#folder, 'readTable', {}, this.#options);
  }

  async counters(): Promise<TrafficCounters> {
    return callEdge(this.#folder, 'counters', {}, this.#options);
  }

  async inFlight(revision: string): Promise<number> {
    return callEdge(this.#folder, 'inFlight', { revision }, this.#options);
  }

  /** Workers are replaced one at a time, without a lost connection. */
  async replaceWorkers(): Promise<number> {
    return (await callEdge(this.#folder, 'replaceWorkers', {}, { timeout: 30_000, ...this.#options })).replaced;
  }
}
