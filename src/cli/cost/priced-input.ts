/** From what was read to one estimate: Terraform resources and the workloads of Kubernetes together. */
import { readFile } from 'node:fs/promises';
import { PlatformError } from '../../domain/error.ts';
import type { AllocationFilter } from '../../engines/cost-allocation/aggregate.ts';
import { isAllocationWord } from '../../engines/cost-allocation/aggregate.ts';
import type { CostEstimate, ResourceCost } from '../../engines/cost/cost-line.ts';
import { resourceCosts } from '../../engines/cost/estimate.ts';
import { estimateOf } from '../../engines/cost/joined.ts';
import type { Usage } from '../../engines/cost/usage.ts';
import type { InfrastructureModel } from '../../engines/infrastructure/model.ts';
import type { ClusterDescription } from '../../engines/kubernetes-cost/cluster-file.ts';
import { clustersFrom } from '../../engines/kubernetes-cost/cluster-file.ts';
import { clusterMachines } from '../../engines/kubernetes-cost/cluster-machines.ts';
import type { KubernetesCost, ShareChoice } from '../../engines/kubernetes-cost/kubernetes-cost.ts';
import { kubernetesCost } from '../../engines/kubernetes-cost/kubernetes-cost.ts';
import { filterKubernetes } from '../../engines/kubernetes-cost/kubernetes-groups.ts';
import type { PriceBook } from '../../engines/price-book/price-book.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import type { CostFlags } from './options.ts';

export interface KubernetesFlags {
  clusters: readonly ClusterDescription[];
  rates: string;
  share: ShareChoice;
  only: readonly AllocationFilter[];
}

export interface PricedInput {
  estimate: CostEstimate;
  kubernetes?: KubernetesCost;
  /** Resources of the estimate that are none of Kubernetes, less the machines that its workloads are on. */
  others: readonly ResourceCost[];
}

/** Throws ROADBED-8600, -8604 and -8314 for flags that say nothing. */
export async function kubernetesFlags(flags: CostFlags): Promise<KubernetesFlags> {
  const { nodes, share = 'none' } = flags;
  const text = nodes === undefined ? undefined : await readFile(nodes, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new PlatformError({ code: 'ROADBED-8314', class: 'not-found', message: `the description of clusters ${nodes} cannot be read`, why: cause.code ?? cause.message, next: 'give a file; docs/reference/cost-kubernetes.md has its form' });
  });
  return { clusters: text === undefined || nodes === undefined ? [] : clustersFrom(text, nodes), rates: flags.rates ?? 'generic', share: shareOf(share), only: (flags.only ?? []).map(filterOf) };
}

function shareOf(text: string): ShareChoice {
  if (text === 'none' || text === 'even' || text === 'proportional') return text;
  if (/^metric:./.test(text)) return { metric: text.slice(7) };
  throw new PlatformError({ code: 'ROADBED-8604', class: 'usage', message: `${JSON.stringify(text)} is no way to share what is idle`, next: 'give none, even, proportional, or metric:KEY with a key of the usage file' });
}

function filterOf(text: string): AllocationFilter {
  const at = text.indexOf('=');
  const word = text.slice(0, Math.max(0, at));
  if (!isAllocationWord(word) || word === 'pod' || word === 'container') throw new PlatformError({ code: 'ROADBED-8605', class: 'usage', message: `${JSON.stringify(text)} is no filter`, next: 'give namespace=NAME, kind=NAME, controller=NAMESPACE/KIND/NAME, cluster=NAME, label:KEY=VALUE or annotation:KEY=VALUE' });
  return { word, value: text.slice(at + 1) };
}

export function pricedInput(model: InfrastructureModel | undefined, input: KubernetesInput, book: PriceBook, options: { usage: Usage; today: string; kubernetes: KubernetesFlags; freeAllowances?: boolean }): PricedInput {
  const { usage, today } = options;
  const { only, ...flags } = options.kubernetes;
  const terraform = model === undefined ? [] : resourceCosts(model, book, { usage, today, ...(options.freeAllowances === true ? { freeAllowances: true } : {}) });
  if (input.objects.length === 0 && flags.clusters.length === 0) return { estimate: estimateOf(only.length > 0 ? [] : terraform, today), others: terraform };
  const machines = clusterMachines(terraform);
  const kubernetes = filterKubernetes(kubernetesCost(input.objects, book, { ...flags, usage, today, machinesElsewhere: machines }), only);
  const kept = only.length > 0 ? [] : terraform;
  return { estimate: estimateOf([...kept, ...kubernetes.resources], today), kubernetes, others: kept.filter((resource) => !machines.includes(resource.address)) };
}
