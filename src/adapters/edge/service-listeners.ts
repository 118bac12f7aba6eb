/**
 * The ports by which services reach each other: one for each service port that somebody asked for.
 *
 * A program on this machine calls `http://127.0.0.1:<port>`; its Host line says nothing of use, so the port
 * stands for the host. The requests take the same way as all others: weights, counters, drain. A port that
 * cannot be had is tried again with every table.
 */
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import type { ServiceListener } from '../../ports/traffic.ts';
import { ClientConnection } from './client-connection.ts';
import type { EdgeState } from './edge-state.ts';

const LOOPBACK = '127.0.0.1';

export class ServiceListeners {
  readonly #edge: EdgeState;
  readonly #open = new Map<number, { host: string; server: Server }>();

  constructor(edge: EdgeState) {
    this.#edge = edge;
  }

  /** Opens what is new and stops accepting on what is gone; open connections live on. */
  apply(wanted: readonly ServiceListener[]): void {
    const kept = new Map(wanted.map((listener) => [listener.port, listener.host]));
    for (const [port, { host, server }] of this.#open) {
      if (kept.get(port) === host) continue;
      this.#open.delete(port);
      server.close();
    }
    for (const [port, host] of kept) if (!this.#open.has(port)) this.#listen(port, host);
  }

  #listen(port: number, host: string): void {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => new ClientConnection(socket, this.#edge, host));
    this.#open.set(port, { host, server });
    server.on('error', () => {
      this.#edge.countRefusal('service-port-taken');
      if (this.#open.get(port)?.server === server && !server.listening) this.#open.delete(port);
    });
    server.listen({ host: LOOPBACK, port, backlog: 1_024 });
  }
}
