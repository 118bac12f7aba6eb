/** Makes Score resources real. One provisioner a resource type; `app` lists which ship. */
export interface ProvisionRequest {
  namespace: string;
  environment: string;
  type: string;
  class: string;
  uid: string;
  params: Record<string, unknown>;
  workload: string;
}

export interface Provisioned {
  /** Outputs that may be shown. */
  outputs: Record<string, unknown>;
  /** Outputs that are secret, e.g. a password. */
  secrets: Record<string, string>;
}

export interface Provisioner {
  readonly types: readonly string[];
  /** Idempotent: the same request gives the same outputs. */
  provision(request: ProvisionRequest): Promise<Provisioned>;
  /** Removes it and proves that nothing is left; idempotent. */
  release(request: ProvisionRequest): Promise<void>;
}
