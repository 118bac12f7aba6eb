/**
 * How pipeline steps reach package registries: the machine's proxies, registry address and certificate
 * authorities, and nothing else of its environment. Credentials are never passed on: a registry that needs
 * them is given them as a secret of the step.
 */
import { chmodSync, copyFileSync, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PASSED = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

function registryOf(environment: Record<string, string | undefined>): string | undefined {
  const given = environment['npm_config_registry'];
  if (given !== undefined && given !== '') return given;
  const file = join(homedir(), '.npmrc');
  return existsSync(file) ? /^registry\s*=\s*(\S+)\s*$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}

/** Variables for steps. With `sharedDir` the authorities' file is copied there, where every user can read it. */
export function packageNetwork(environment: Record<string, string | undefined>, sharedDir?: string): Record<string, string> {
  const proxies = Object.fromEntries(PASSED.flatMap((name) => (environment[name] === undefined || environment[name] === '' ? [] : [[name, environment[name]]])));
  const registry = registryOf(environment);
  const authorities = environment['NODE_EXTRA_CA_CERTS'];
  const known = authorities !== undefined && existsSync(authorities);
  const place = known && sharedDir !== undefined ? join(sharedDir, 'certificate-authorities.pem') : authorities;
  if (known && place !== undefined && place !== authorities) {
    copyFileSync(authorities, place);
    chmodSync(place, 0o644);
  }
  return { ...proxies, ...(registry === undefined ? {} : { npm_config_registry: registry }), ...(known && place !== undefined ? { NODE_EXTRA_CA_CERTS: place } : {}) };
}
