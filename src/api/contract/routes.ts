/**
 * The one list of the endpoints under `/roadbed/v1`: path and answer. The console reaches them on its
 * own origin with its session, the CLI on the TLS listener with a bearer token.
 *
 * `:name` stands for one path segment. Operations are `POST /roadbed/v1/operations/<name>`, log and
 * change streams are server-sent events (`/stream`, `/logs/...`).
 */
import { z } from 'zod';
import { auditPageSchema, auditVerificationSchema } from './audit-page.ts';
import { costAnomaliesSchema, costPageSchema } from './cost-page.ts';
import { deliveryMetricsSchema } from './delivery-metrics.ts';
import { goldenPathsSchema, newServiceProgressSchema, previewSchema } from './golden-path.ts';
import { drawingSchema, infrastructurePageSchema, rootModulesSchema, rootPageSchema, sourceExcerptSchema } from './infrastructure-page.ts';
import { findingsPageSchema } from './findings-page.ts';
import { overlaysSchema, rootStatesSchema } from './state-page.ts';
import { demoStatusSchema } from './operations.ts';
import { catalogSchema, deploysPageSchema, entityPageSchema, environmentsPageSchema, homeSchema, pipelineRunPageSchema, pipelinesPageSchema, servicePageSchema, sessionSchema } from './pages.ts';
import { receiptSchema, rolloutPageSchema, trafficSchema } from './rollout-page.ts';

export const PREFIX = '/roadbed/v1';

export const reads = {
  session: { path: '/session', answer: sessionSchema },
  home: { path: '/home', answer: homeSchema },
  catalog: { path: '/catalog', answer: catalogSchema },
  entity: { path: '/catalog/:kind/:namespace/:name', answer: entityPageSchema },
  service: { path: '/services/:namespace/:service', answer: servicePageSchema },
  traffic: { path: '/traffic/:namespace/:service/:environment', answer: trafficSchema },
  pipelines: { path: '/pipelines', answer: pipelinesPageSchema },
  pipelineRun: { path: '/pipelines/:namespace/:name', answer: pipelineRunPageSchema },
  rollout: { path: '/rollouts/:namespace/:name', answer: rolloutPageSchema },
  receipt: { path: '/rollouts/:namespace/:name/receipt', answer: receiptSchema },
  environments: { path: '/environments', answer: environmentsPageSchema },
  metrics: { path: '/delivery-metrics', answer: deliveryMetricsSchema },
  deploys: { path: '/deploys', answer: deploysPageSchema },
  audit: { path: '/audit', answer: auditPageSchema },
  auditVerification: { path: '/audit/verification', answer: auditVerificationSchema },
  goldenPaths: { path: '/golden-paths', answer: goldenPathsSchema },
  newService: { path: '/new-services/:namespace/:name', answer: newServiceProgressSchema },
  infrastructure: { path: '/infrastructure', answer: infrastructurePageSchema },
  infrastructureRoot: { path: '/infrastructure/:namespace/:repository', answer: rootPageSchema },
  infrastructureDrawing: { path: '/infrastructure/:namespace/:repository/drawing', answer: drawingSchema },
  infrastructureModules: { path: '/infrastructure/:namespace/:repository/modules', answer: rootModulesSchema },
  infrastructureSource: { path: '/infrastructure/:namespace/:repository/source', answer: sourceExcerptSchema },
  cost: { path: '/cost', answer: costPageSchema },
  costAnomalies: { path: '/cost/anomalies', answer: costAnomaliesSchema },
  infrastructureState: { path: '/infrastructure/:namespace/:repository/state', answer: rootStatesSchema },
  infrastructureOverlay: { path: '/infrastructure/:namespace/:repository/overlay', answer: overlaysSchema },
  findings: { path: '/findings', answer: findingsPageSchema },
  demo: { path: '/demo', answer: demoStatusSchema },
} as const;

export const previewRoute = { path: '/golden-paths/preview', answer: previewSchema } as const;

/** A file to keep: the diagram or all of it in one of `DOWNLOAD_FORMATS`. */
export const infrastructureFileRoute = { path: '/infrastructure/:namespace/:repository/file' } as const;

/** Findings to keep: CSV, JSON or SARIF of all that the filters find. */
export const findingsFileRoute = { path: '/findings/file' } as const;

/** `POST`: a code for `<console>/login?code=`, for the caller's own subject; works once. `url`: the whole link. */
export const loginLinkRoute = { path: '/login-links', answer: z.object({ code: z.string(), url: z.string().optional() }) } as const;

export type ReadName = keyof typeof reads;

/** Fills a route's `:name` segments, percent-encoded; throws TypeError for a segment that is not given. */
export function readPath(path: string, parameters: Readonly<Record<string, string>>): string {
  return PREFIX + path.replace(/:([a-z]+)/gi, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new TypeError(`no value for ":${name}" of ${path}`);
    return encodeURIComponent(value);
  });
}
