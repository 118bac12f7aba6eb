/** Terraform types that are the machines of Kubernetes clusters: what workloads have of them is not counted again. */
import type { ResourceCost } from '../cost/cost-line.ts';

const TYPES = new Set(['aws_eks_node_group', 'google_container_node_pool', 'google_container_cluster', 'azurerm_kubernetes_cluster', 'azurerm_kubernetes_cluster_node_pool']);

/** Addresses of those that have an amount. */
export function clusterMachines(resources: readonly ResourceCost[]): string[] {
  return resources.filter((resource) => TYPES.has(resource.type) && resource.lines.some((line) => line.monthly !== undefined && /instance|node/i.test(line.name))).map((resource) => resource.address);
}
