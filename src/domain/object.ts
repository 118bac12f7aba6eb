/**
 * The one form of every declared thing: apiVersion, kind, metadata, spec, status.
 *
 * The rules of metadata (who sets what, when generation moves) are those of the Kubernetes API
 * conventions; the object API enforces them. `resourceVersion` is a positive decimal string from
 * one counter for all kinds; treat it as opaque and compare it only through the store.
 */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Annotation that the server writes when it makes an object of a kind that is `ordered`: the store's position then. Nobody changes it. */
export const ORDER_OF_CREATION = 'roadbed.dev/order-of-creation';

export interface ManagedFieldsEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time?: string;
  fieldsType: 'FieldsV1';
  fieldsV1: Record<string, unknown>;
  subresource?: string;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
}

/** The metadata a writer gives; the server sets the rest. */
export type NewObjectMeta = Partial<ObjectMeta> & ({ name: string } | { generateName: string });

export interface ApiObject<Spec = unknown, Status = unknown> {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: Spec;
  status?: Status;
}

export type NewObject<Spec = unknown> = {
  apiVersion: string;
  kind: string;
  metadata: NewObjectMeta;
  spec: Spec;
};

/** One aspect of an object's state in the Kubernetes form; `type` is unique in a list. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

/**
 * Returns `conditions` with `next` put in; `lastTransitionTime` moves only when `status` does,
 * so writing the same state twice is a no-op for the store.
 */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition[] {
  const previous = conditions?.find((condition) => condition.type === next.type);
  const lastTransitionTime =
    previous !== undefined && previous.status === next.status ? previous.lastTransitionTime : now;
  const others = (conditions ?? []).filter((condition) => condition.type !== next.type);
  return [...others, { ...next, lastTransitionTime }].sort((a, b) => (a.type < b.type ? -1 : 1));
}
