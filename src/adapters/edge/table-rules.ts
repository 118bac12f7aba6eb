/**
 * What a route table must be before it is put in force: it comes over a socket or from a disk, and
 * parts of it stand in header lines. Each offence names its place.
 */
import { PlatformError } from '../../domain/error.ts';
import type { Route, RouteRevision, RouteTable, ServiceListener } from '../../ports/traffic.ts';

const HOST = /^(?:[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]+\])$/;
const PREFIX = /^\/[\x21\x23-\x7e]{0,1023}$/;
const REVISION = /^[A-Za-z0-9._:@/+-]{1,200}$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

function offence(path: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-1202', class: 'invalid', message: `The route table is invalid at ${path}.`, why });
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw offence(path, 'not an object');
  return value as Record<string, unknown>;
}

function list(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw offence(path, 'not a list');
  return value;
}

function text(value: unknown, path: string, form: RegExp): string {
  if (typeof value !== 'string' || !form.test(value)) throw offence(path, `${JSON.stringify(value)} does not match ${form.source}`);
  return value;
}

function number(value: unknown, path: string, least: number, most: number, whole: boolean): number {
  if (typeof value !== 'number' || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) throw offence(path, `${JSON.stringify(value)} is not a number from ${least} to ${most}`);
  return value;
}

function checkRevision(value: unknown, path: string): RouteRevision {
  const revision = record(value, path);
  return {
    revision: text(revision['revision'], `${path}.revision`, REVISION),
    weight: number(revision['weight'], `${path}.weight`, 0, 1_000_000, false),
    endpoints: list(revision['endpoints'], `${path}.endpoints`).map((endpoint, index) => {
      const place = `${path}.endpoints[${index}]`;
      const { host, port } = record(endpoint, place);
      return { host: text(host, `${place}.host`, /^[A-Za-z0-9._:-]{1,255}$/), port: number(port, `${place}.port`, 1, 65_535, true) };
    }),
  };
}

function checkSticky(value: unknown, path: string): NonNullable<Route['sticky']> {
  const { kind, name } = record(value, path);
  if (kind !== 'cookie' && kind !== 'header') throw offence(`${path}.kind`, 'neither "cookie" nor "header"');
  return { kind, name: text(name, `${path}.name`, TOKEN) };
}

function checkRoute(value: unknown, path: string): Route {
  const route = record(value, path);
  const revisions = list(route['revisions'], `${path}.revisions`).map((revision, index) => checkRevision(revision, `${path}.revisions[${index}]`));
  if (new Set(revisions.map(({ revision }) => revision)).size < revisions.length) throw offence(`${path}.revisions`, 'a revision stands there twice');
  return {
    host: text(route['host'], `${path}.host`, HOST),
    pathPrefix: text(route['pathPrefix'], `${path}.pathPrefix`, PREFIX),
    service: text(route['service'], `${path}.service`, REVISION),
    environment: text(route['environment'], `${path}.environment`, REVISION),
    revisions,
    ...(route['sticky'] === undefined ? {} : { sticky: checkSticky(route['sticky'], `${path}.sticky`) }),
  };
}

function checkListener(value: unknown, path: string): ServiceListener {
  const { port, host } = record(value, path);
  return { port: number(port, `${path}.port`, 1, 65_535, true), host: text(host, `${path}.host`, HOST) };
}

/** The table with exactly the fields that are known; throws ROADBED-1202. */
export function checkTable(value: unknown): RouteTable {
  const table = record(value, 'the top');
  const routes = list(table['routes'], 'routes').map((route, index) => checkRoute(route, `routes[${index}]`));
  const places = new Set<string>();
  for (const [index, { host, pathPrefix }] of routes.entries()) {
    if (places.has(host + pathPrefix)) throw offence(`routes[${index}]`, `${host}${pathPrefix} is routed twice`);
    places.add(host + pathPrefix);
  }
  const listeners = list(table['listeners'] ?? [], 'listeners').map((listener, index) => checkListener(listener, `listeners[${index}]`));
  if (new Set(listeners.map(({ port }) => port)).size < listeners.length) throw offence('listeners', 'a port stands there twice');
  return { version: number(table['version'], 'version', 0, Number.MAX_SAFE_INTEGER, true), routes, ...(listeners.length === 0 ? {} : { listeners }) };
}
