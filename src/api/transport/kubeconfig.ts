/** A kubeconfig that kubectl can use at once: server, CA, token and default namespace in one private file. */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stringify } from 'yaml';

export interface KubeconfigOptions {
  /** `https://host:port`. */
  server: string;
  /** PEM. */
  authority: string;
  token: string;
  namespace: string;
  /** Name of cluster, user and context. */
  name?: string;
}

function kubeconfigText(options: KubeconfigOptions): string {
  const { server, authority, token, namespace, name = 'roadbed' } = options;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  });
}

/** Readable by its owner only, and never half written. */
export function writeKubeconfig(path: string, options: KubeconfigOptions): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, kubeconfigText(options), { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}
