/** Small route tables for tests. */
import type { Route, RouteRevision, RouteTable } from '../../../ports/traffic.ts';

export const HOST = 'a.dev.localhost';

export function revision(name: string, weight: number, ...ports: number[]): RouteRevision {
  return { revision: name, weight, endpoints: ports.map((port) => ({ host: '127.0.0.1', port })) };
}

export function table(version: number, revisions: RouteRevision[], more: Partial<Route> = {}): RouteTable {
  return { version, routes: [{ host: HOST, pathPrefix: '/', service: 'a', environment: 'dev', revisions, ...more }] };
}
