/** Delivery metrics and golden paths of the fleet. */
import type { DeliveryMetrics, MetricRow } from '../../contract/delivery-metrics.ts';
import type { GoldenPath } from '../../contract/golden-path.ts';
import type { NewServiceArguments } from '../../contract/operations.ts';
import { at, CHAIN_RETURNED, HISTORY, releaseName } from './fleet-objects.ts';

export function fleetDeliveryMetrics(now: number): DeliveryMetrics {
  const rows = (HISTORY['payments'] ?? []).map((change, age): MetricRow => ({ at: at(now, change.minutesAgo), label: `${releaseName('payments', age)}: ${change.subject}`, value: age === 0 ? 'failed, returned by the platform' : '4 min 12 s', chain: age === 0 ? CHAIN_RETURNED : `chain-payments-${40 - age * 3}`, ...(age === 0 ? { automatic: true } : {}) }));
  const deployed = rows.slice(1);
  return {
    since: at(now, 43_200),
    until: at(now, 0),
    scope: 'payments in prod',
    metrics: [
      { key: 'changeLeadTime', title: 'Change lead time', value: 252, unit: 'seconds', sentence: 'median 4 min 12 s over 2 changes', rows: deployed },
      { key: 'deploymentFrequency', title: 'Deployment frequency', value: 0.1, unit: 'perDay', sentence: '3 deployments in 30 days', rows },
      { key: 'failedDeploymentRecoveryTime', title: 'Recovery time', value: 0.412, unit: 'seconds', sentence: '0.4 s, 1 failed deployment', rows: rows.slice(0, 1) },
      { key: 'changeFailRate', title: 'Change fail rate', value: 1 / 3, unit: 'share', sentence: '33 % of 3 deployments; 0 % without automatic returns', rows },
      { key: 'deploymentReworkRate', title: 'Rework rate', unit: 'share', sentence: 'no deployment was made as a fix yet', rows: [] },
    ],
  };
}

export const GOLDEN_PATHS: GoldenPath[] = [
  { name: 'node-service', version: '1.0.0', title: 'Node service', description: 'An HTTP service with health probe, tests, pipeline and catalog entry.' },
  { name: 'static-site', version: '1.0.0', title: 'Static site', description: 'HTML, CSS and scripts behind the edge, with link check.' },
];

export function previewFiles(args: NewServiceArguments): { path: string; content: string }[] {
  return [
    { path: 'score.yaml', content: `apiVersion: score.dev/v1b1\nmetadata:\n  name: ${args.name}\nservice:\n  ports:\n    web: { port: 8080 }\ncontainers:\n  main:\n    image: .\n` },
    { path: 'catalog-info.yaml', content: `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${args.name}\nspec:\n  type: service\n  lifecycle: production\n  owner: group:${args.namespace}\n` },
    { path: 'server.js', content: "import { createServer } from 'node:http';\n\ncreateServer((request, response) => response.end('ok\\n')).listen(process.env.PORT);\n" },
  ];
}
