/** Secrets: encrypted at rest, versioned, never listed with their values. */
export interface SecretInfo {
  namespace: string;
  environment: string;
  service: string;
  name: string;
  version: number;
  createdAt: string;
  createdBy: string;
}

export interface SecretScope {
  namespace: string;
  environment: string;
  service: string;
}

export interface Secrets {
  /** Stores a new version; answers it. */
  set(scope: SecretScope, name: string, value: string, by: string): Promise<SecretInfo>;
  list(scope: Partial<SecretScope>): Promise<SecretInfo[]>;
  /** Newest versions by name, to be pinned in a release. */
  versions(scope: SecretScope): Promise<Record<string, number>>;
  /** Values of pinned versions; throws ROADBED-4103 naming the secret that is missing. */
  resolve(scope: SecretScope, pinned: Record<string, number>): Promise<Record<string, string>>;
  remove(scope: SecretScope, name: string): Promise<void>;
}

/** Signs with the platform's key; keys have ids and are rotated, old ones stay for verification. */
export interface Signer {
  keyId(): string;
  sign(payload: Uint8Array): Promise<Uint8Array>;
  verify(keyId: string, payload: Uint8Array, signature: Uint8Array): Promise<boolean>;
}
