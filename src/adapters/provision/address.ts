/**
 * Score resources that are addresses: `service-port`, `dns`, `route`. They make nothing but promises, which
 * the edge keeps; a route's host must be the team's own, or anybody could take another service's visitors.
 */
import { isIP } from 'node:net';
import { PlatformError } from '../../domain/error.ts';
import type { Provisioner, ProvisionRequest } from '../../ports/provisioner.ts';
import { hostLabel } from './name.ts';
import { invalidParameter, requiredParameter, textParameter } from './problem.ts';

const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const PATH = /^\/[\x21-\x7e]{0,500}$/;
const PORT = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export interface ServicePortTarget {
  namespace: string;
  environment: string;
  /** Name of the workload, which is its service's name. */
  workload: string;
  /** Name or number of the service's port. */
  port: string;
}

/** Where services reach a service: stable while its replicas come and go. Throws a PlatformError when there can be none. */
export type ServiceAddress = (target: ServicePortTarget) => Promise<{ hostname: string; port: number }>;

export function createServicePortProvisioner(serviceAddress: ServiceAddress): Provisioner {
  return promise('service-port', async (request) => {
    const workload = requiredParameter(request, 'workload');
    const port = requiredParameter(request, 'port');
    if (!PORT.test(workload)) throw invalidParameter(request, 'workload', 'must be the name of a workload');
    if (!PORT.test(port)) throw invalidParameter(request, 'port', 'must be the name or number of a port');
    return { ...(await serviceAddress({ namespace: request.namespace, environment: request.environment, workload, port })) };
  });
}

/** `<name>.<environment>.localhost`: resolved by browsers and curl to this machine. */
export function createDnsProvisioner(): Provisioner {
  return promise('dns', (request) => Promise.resolve({ host: `${hostLabel(request)}.${request.environment}.localhost` }));
}

export interface HostDirectory {
  /** Hosts of bound `dns` claims of a team in an environment. */
  dnsHosts(namespace: string, environment: string): Promise<readonly string[]>;
  /** The bound `route` claim of somebody else that has this host and path, by its uid and namespace. */
  holderOf(host: string, path: string, asking: ProvisionRequest): Promise<string | undefined>;
}

export function createRouteProvisioner(hosts: HostDirectory): Provisioner {
  return promise('route', async (request) => {
    const host = requiredParameter(request, 'host').toLowerCase();
    const path = textParameter(request, 'path') ?? '/';
    const port = textParameter(request, 'port');
    if (!HOST.test(host) || isIP(host) !== 0 || host === 'localhost') throw invalidParameter(request, 'host', 'must be the name of a host');
    if (!PATH.test(path) || path.includes('?') || path.includes('#')) throw invalidParameter(request, 'path', 'must begin with / and hold neither spaces nor ? and #');
    if (port !== undefined && !PORT.test(port)) throw invalidParameter(request, 'port', 'must be the name or number of a port');
    if (host.endsWith('.localhost') && !(await hosts.dnsHosts(request.namespace, request.environment)).includes(host)) {
      throw invalidParameter(request, 'host', `names ${host}, which no dns resource of this team in ${request.environment} has provided: write \${resources.<dns>.host}`);
    }
    const holder = await hosts.holderOf(host, path, request);
    if (holder !== undefined) throw new PlatformError({ code: 'ROADBED-4206', class: 'conflict', message: `The route ${host}${path} belongs to ${holder}.`, next: 'Choose another host or path, or ask its owner to give it up.' });
    return { host, path, ...(port === undefined ? {} : { port }) };
  });
}

/** A provisioner that keeps nothing, so there is nothing to remove. */
function promise(type: string, outputs: (request: ProvisionRequest) => Promise<Record<string, unknown>>): Provisioner {
  return { types: [type], provision: async (request) => ({ outputs: await outputs(request), secrets: {} }), release: () => Promise.resolve() };
}
