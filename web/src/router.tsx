/** Every address of the console. Pages are loaded when they are first needed; links preload them. */
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { catalog, deploys, entity, environments, home, infrastructure, pipelineRun, pipelines, rollout, service } from './data/reads.ts';
import { NotFound } from './pages/not-found.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Shell, notFoundComponent: NotFound });

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 400) : typeof value === 'number' ? String(value) : undefined;
}

function filters<Name extends string>(...names: Name[]) {
  return (search: Record<string, unknown>): Partial<Record<Name, string>> =>
    Object.fromEntries(names.flatMap((name) => { const value = text(search[name]); return value === undefined ? [] : [[name, value]]; })) as Partial<Record<Name, string>>;
}

export const homeRoute = createRoute({
  getParentRoute: () => root, path: '/',
  loader: ({ context }) => void context.client.prefetchQuery(home()),
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'HomePage'),
});
export const catalogRoute = createRoute({
  getParentRoute: () => root, path: '/catalog', validateSearch: filters('q', 'kind', 'owner'),
  loader: ({ context }) => void context.client.prefetchQuery(catalog()),
  component: lazyRouteComponent(() => import('./pages/catalog.tsx'), 'CatalogPage'),
});
export const entityRoute = createRoute({
  getParentRoute: () => root, path: '/catalog/$kind/$namespace/$name',
  loader: ({ context, params }) => void context.client.prefetchQuery(entity(params.kind, params.namespace, params.name)),
  component: lazyRouteComponent(() => import('./pages/entity.tsx'), 'EntityRoutePage'),
});
export const serviceRoute = createRoute({
  getParentRoute: () => root, path: '/services/$namespace/$service', validateSearch: filters('environment'),
  loader: ({ context, params }) => void context.client.prefetchQuery(service(params.namespace, params.service)),
  component: lazyRouteComponent(() => import('./pages/service.tsx'), 'ServiceRoutePage'),
});
export const pipelinesRoute = createRoute({
  getParentRoute: () => root, path: '/pipelines', validateSearch: filters('q', 'phase', 'day'),
  loader: ({ context }) => void context.client.prefetchQuery(pipelines()),
  component: lazyRouteComponent(() => import('./pages/pipelines.tsx'), 'PipelinesListPage'),
});
export const pipelineRunRoute = createRoute({
  getParentRoute: () => root, path: '/pipelines/$namespace/$name', validateSearch: filters('step'),
  loader: ({ context, params }) => void context.client.prefetchQuery(pipelineRun(params.namespace, params.name)),
  component: lazyRouteComponent(() => import('./pages/pipeline-run.tsx'), 'PipelineRunRoutePage'),
});
export const rolloutRoute = createRoute({
  getParentRoute: () => root, path: '/rollouts/$namespace/$name', validateSearch: filters('evidence', 'attempt'),
  loader: ({ context, params }) => void context.client.prefetchQuery(rollout(params.namespace, params.name)),
  component: lazyRouteComponent(() => import('./pages/rollout.tsx'), 'RolloutRoutePage'),
});
export const environmentsRoute = createRoute({
  getParentRoute: () => root, path: '/environments', validateSearch: filters('q'),
  loader: ({ context }) => void context.client.prefetchQuery(environments()),
  component: lazyRouteComponent(() => import('./pages/environments.tsx'), 'EnvironmentsRoutePage'),
});
export const environmentRoute = createRoute({
  getParentRoute: () => root, path: '/environments/$name',
  loader: ({ context }) => void context.client.prefetchQuery(environments()),
  component: lazyRouteComponent(() => import('./pages/environment.tsx'), 'EnvironmentRoutePage'),
});
export const deliveryRoute = createRoute({
  getParentRoute: () => root, path: '/delivery', validateSearch: filters('q', 'day', 'outcome', 'metric'),
  loader: ({ context }) => void context.client.prefetchQuery(deploys()),
  component: lazyRouteComponent(() => import('./pages/delivery.tsx'), 'DeliveryRoutePage'),
});
export const infrastructureRoute = createRoute({
  getParentRoute: () => root, path: '/infrastructure', validateSearch: filters('q', 'provider', 'state'),
  loader: ({ context }) => void context.client.prefetchQuery(infrastructure()),
  component: lazyRouteComponent(() => import('./pages/infrastructure.tsx'), 'InfrastructureListPage'),
});
export const infrastructureRootRoute = createRoute({
  getParentRoute: () => root, path: '/infrastructure/$namespace/$repository', validateSearch: filters('root', 'commit', 'compare', 'diagram', 'part', 'about', 'module', 'overlay', 'workspace'),
  component: lazyRouteComponent(() => import('./pages/infrastructure-root.tsx'), 'InfrastructureRootPage'),
});
export const findingsRoute = createRoute({
  getParentRoute: () => root, path: '/findings', validateSearch: filters('q', 'area', 'severity', 'state', 'rule', 'source', 'order', 'finding', 'team'),
  component: lazyRouteComponent(() => import('./pages/findings.tsx'), 'FindingsRoutePage'),
});
export const costRoute = createRoute({
  getParentRoute: () => root, path: '/cost', validateSearch: filters('source', 'by', 'days', 'team', 'service', 'environment', 'currency'),
  component: lazyRouteComponent(() => import('./pages/cost.tsx'), 'CostRoutePage'),
});
export const auditRoute = createRoute({
  getParentRoute: () => root, path: '/audit', validateSearch: filters('kind', 'subject', 'actor', 'namespace', 'chain', 'before'),
  component: lazyRouteComponent(() => import('./pages/audit.tsx'), 'AuditRoutePage'),
});
export const newServiceRoute = createRoute({
  getParentRoute: () => root, path: '/new',
  component: lazyRouteComponent(() => import('./pages/new-service.tsx'), 'NewServicePage'),
});
export const newServiceProgressRoute = createRoute({
  getParentRoute: () => root, path: '/new/$namespace/$name',
  component: lazyRouteComponent(() => import('./pages/new-service-progress.tsx'), 'NewServiceProgressPage'),
});

const routes = root.addChildren([homeRoute, catalogRoute, entityRoute, serviceRoute, pipelinesRoute, pipelineRunRoute, rolloutRoute, environmentsRoute, environmentRoute, deliveryRoute, infrastructureRoute, infrastructureRootRoute, findingsRoute, costRoute, auditRoute, newServiceRoute, newServiceProgressRoute]);

/** Every filter is text, so addresses need none of the router's JSON: `?attempt=3`. */
function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

function stringifySearch(search: Record<string, unknown>): string {
  const words = new URLSearchParams(Object.entries(search).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]))).toString();
  return words === '' ? '' : `?${words}`;
}

export function createConsoleRouter(client: QueryClient) {
  return createRouter({ routeTree: routes, context: { client }, parseSearch, stringifySearch, defaultPreload: 'intent', defaultPreloadDelay: 60, scrollRestoration: false });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
