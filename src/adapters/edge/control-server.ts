/**
 * The control socket of the edge: authenticated by the file system (a socket of mode 0600 in a folder
 * of mode 0700), one JSON object a line each way, any number of requests on a connection.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { PlatformError } from '../../domain/error.ts';
import { readJsonLines } from './json-lines.ts';
import type { ControlFault, ControlOperation, ControlOperations, ControlReply, ControlRequest } from './protocol.ts';
import { MESSAGE_LIMIT, PROTOCOL_VERSION } from './protocol.ts';

const IDLE = 60_000;

export type ControlHandlers = { [Operation in ControlOperation]: (params: ControlOperations[Operation]['params']) => Promise<ControlOperations[Operation]['result']> };

function faultOf(error: unknown): ControlFault {
  if (error instanceof PlatformError) {
    return { code: error.code, class: error.class, message: error.message, ...(error.why === undefined ? {} : { why: error.why }), ...(error.next === undefined ? {} : { next: error.next }) };
  }
  return { code: 'ROADBED-1209', class: 'failed', message: 'The edge failed to carry out a command.', why: error instanceof Error ? error.message : String(error) };
}

function isRequest(value: unknown): value is ControlRequest {
  return typeof value === 'object' && value !== null && 'v' in value && 'id' in value && 'op' in value && typeof value.id === 'number' && typeof value.op === 'string';
}

async function answer(handlers: ControlHandlers, request: ControlRequest): Promise<ControlReply> {
  const { id, op } = request;
  try {
    if (request.v !== PROTOCOL_VERSION) {
      throw new PlatformError({ code: 'ROADBED-1203', class: 'refused', message: `The edge speaks version ${PROTOCOL_VERSION} of its control protocol, not ${String(request.v)}.`, next: 'Restart the edge with the version of Roadbed that runs the control plane.' });
    }
    if (!Object.hasOwn(handlers, op)) throw new PlatformError({ code: 'ROADBED-1203', class: 'refused', message: `The edge has no command "${op}".` });
    const handler = handlers[op as ControlOperation] as (params: unknown) => Promise<unknown>;
    return { v: PROTOCOL_VERSION, id, ok: true, result: await handler(request.params ?? {}) };
  } catch (error) {
    return { v: PROTOCOL_VERSION, id, ok: false, error: faultOf(error) };
  }
}

function serve(socket: Socket, handlers: ControlHandlers): void {
  socket.on('error', () => socket.destroy());
  socket.setTimeout(IDLE, () => socket.destroy());
  const reply = (message: ControlReply): void => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
  };
  const bad = (why: string): void => {
    reply({ v: PROTOCOL_VERSION, id: 0, ok: false, error: { code: 'ROADBED-1203', class: 'refused', message: 'The edge cannot read the command.', why } });
    socket.end();
  };
  readJsonLines(
    socket,
    MESSAGE_LIMIT,
    (value) => {
      if (isRequest(value)) void answer(handlers, value).then(reply);
      else bad('not {v, id, op, params}');
    },
    bad,
  );
}

/** Listens on `path`, replacing what a dead edge left there. Only the holder of the folder's lock may call it. */
export async function startControlServer(path: string, handlers: ControlHandlers): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => serve(socket, handlers));
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
  return server;
}
