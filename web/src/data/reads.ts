/** The pages' reads as queries: one key a read, so that the live stream can ask again for what is shown. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AuditQuery } from '../../../src/api/contract/audit-page.ts';
import type { Answer } from './request.ts';
import { get, may, pathOf } from './request.ts';

export const home = () => queryOptions({ queryKey: ['home'], queryFn: () => get<Answer<'home'>>('/home'), refetchInterval: 5_000 });
export const session = () => queryOptions({ queryKey: ['session'], queryFn: () => get<Answer<'session'>>('/session'), staleTime: 60_000 });
export const catalog = () => queryOptions({ queryKey: ['catalog'], queryFn: () => get<Answer<'catalog'>>('/catalog') });
export const entity = (kind: string, namespace: string, name: string) =>
  queryOptions({ queryKey: ['entity', kind, namespace, name], queryFn: () => get<Answer<'entity'>>(`/catalog${pathOf(kind, namespace, name)}`) });
export const service = (namespace: string, name: string) =>
  queryOptions({ queryKey: ['service', namespace, name], queryFn: () => get<Answer<'service'>>(`/services${pathOf(namespace, name)}`), refetchInterval: 5_000 });
export const traffic = (namespace: string, name: string, environment: string, view: 'attempt' | 'recent', moving: boolean, attempt?: number) =>
  queryOptions({
    queryKey: ['traffic', namespace, name, environment, view, attempt],
    queryFn: () => get<Answer<'traffic'>>(`/traffic${pathOf(namespace, name, environment)}?view=${view}${attempt === undefined ? '' : `&attempt=${attempt}`}`),
    refetchInterval: moving ? 1_000 : 5_000,
    placeholderData: keepPreviousData,
  });
export const pipelines = () => queryOptions({ queryKey: ['pipelines'], queryFn: () => get<Answer<'pipelines'>>('/pipelines') });
export const pipelineRun = (namespace: string, name: string) =>
  queryOptions({ queryKey: ['pipelineRun', namespace, name], queryFn: () => get<Answer<'pipelineRun'>>(`/pipelines${pathOf(namespace, name)}`) });
export const rollout = (namespace: string, name: string, attempt?: string) =>
  queryOptions({ queryKey: ['rollout', namespace, name, attempt], queryFn: () => get<Answer<'rollout'>>(`/rollouts${pathOf(namespace, name)}${attempt === undefined ? '' : `?attempt=${encodeURIComponent(attempt)}`}`) });
export const receipt = (namespace: string, name: string, attempt: number) =>
  queryOptions({ queryKey: ['receipt', namespace, name, attempt], queryFn: () => get<Answer<'receipt'>>(`/rollouts${pathOf(namespace, name)}/receipt?attempt=${attempt}`), enabled: attempt > 0, placeholderData: keepPreviousData });
export const environments = () => queryOptions({ queryKey: ['environments'], queryFn: () => get<Answer<'environments'>>('/environments') });
export const mayChange = (resource: string, name: string) => queryOptions({ queryKey: ['may', 'patch', resource, name], queryFn: async () => (await may('patch', resource, name)) ?? true, staleTime: 60_000, retry: false });
export const deliveryMetrics = () => queryOptions({ queryKey: ['metrics'], queryFn: () => get<Answer<'metrics'>>('/delivery-metrics') });
export const deploys = () => queryOptions({ queryKey: ['deploys'], queryFn: () => get<Answer<'deploys'>>('/deploys') });
export const audit = (query: AuditQuery) =>
  queryOptions({
    queryKey: ['audit', query],
    queryFn: () => get<Answer<'audit'>>(`/audit?${new URLSearchParams(Object.entries(query).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, String(value)]])))}`),
    placeholderData: keepPreviousData,
  });
export const cost = (query: Readonly<Record<string, string | undefined>>) =>
  queryOptions({
    queryKey: ['cost', query],
    queryFn: () => get<Answer<'cost'>>(`/cost?${new URLSearchParams(Object.entries(query).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, value]])))}`),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
export const costAnomalies = () => queryOptions({ queryKey: ['costAnomalies'], queryFn: () => get<Answer<'costAnomalies'>>('/cost/anomalies'), staleTime: 60_000 });
export const goldenPaths = () => queryOptions({ queryKey: ['goldenPaths'], queryFn: () => get<Answer<'goldenPaths'>>('/golden-paths'), staleTime: 60_000 });
export const newService = (namespace: string, name: string) =>
  queryOptions({ queryKey: ['newService', namespace, name], queryFn: () => get<Answer<'newService'>>(`/new-services${pathOf(namespace, name)}`), refetchInterval: (query) => (query.state.data?.timeToValueSeconds === undefined ? 1_000 : false) });

/** Which root at which commit, as the address has it; without a commit the branch's newest. */
export interface AskedRoot {
  namespace: string;
  repository: string;
  root: string;
  commit?: string | undefined;
  compare?: string | undefined;
}

const READING_MS = 800;

/** Path of a read or a file of a root; `more` goes into the query. */
export function rootPath({ namespace, repository, ...query }: AskedRoot, part = '', more: Record<string, string> = {}): string {
  const words = Object.entries({ ...query, ...more }).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, String(value)]]));
  return `/infrastructure${pathOf(namespace, repository)}${part}?${new URLSearchParams(words)}`;
}

export const infrastructure = () =>
  queryOptions({
    queryKey: ['infrastructure'],
    queryFn: () => get<Answer<'infrastructure'>>('/infrastructure'),
    refetchInterval: (query) => ([...(query.state.data?.roots ?? []), ...(query.state.data?.repositories ?? [])].some((one) => one.reading.state === 'reading') ? READING_MS : false),
  });
export const infrastructureRoot = (asked: AskedRoot) =>
  queryOptions({ queryKey: ['infrastructureRoot', asked], queryFn: () => get<Answer<'infrastructureRoot'>>(rootPath(asked)), refetchInterval: (query) => (query.state.data?.reading.state === 'reading' ? READING_MS : false), placeholderData: keepPreviousData });
/** What a commit holds never changes: these are asked for once, with the full commit. */
export const infrastructureDrawing = (asked: AskedRoot, diagram: string, enabled: boolean) =>
  queryOptions({ queryKey: ['infrastructureDrawing', asked, diagram], queryFn: () => get<Answer<'infrastructureDrawing'>>(rootPath(asked, '/drawing', { diagram })), staleTime: Infinity, enabled, placeholderData: keepPreviousData });
export const infrastructureModules = (asked: AskedRoot) =>
  queryOptions({ queryKey: ['infrastructureModules', asked], queryFn: () => get<Answer<'infrastructureModules'>>(rootPath(asked, '/modules')), staleTime: Infinity });
export const infrastructureSource = (asked: AskedRoot, file: string, line: string) =>
  queryOptions({ queryKey: ['infrastructureSource', asked, file, line], queryFn: () => get<Answer<'infrastructureSource'>>(rootPath(asked, '/source', { file, line })), staleTime: Infinity });

export const findings = (query: Readonly<Record<string, string | undefined>>) =>
  queryOptions({
    queryKey: ['findings', query],
    queryFn: () => get<Answer<'findings'>>(`/findings?${new URLSearchParams(Object.entries(query).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, value]])))}`),
    placeholderData: keepPreviousData,
  });
type AskedState = Pick<AskedRoot, 'namespace' | 'repository' | 'root'>;
const ANALYSING_MS = 1_500;
export const infrastructureState = (asked: AskedState) =>
  queryOptions({ queryKey: ['infrastructureState', asked], queryFn: () => get<Answer<'infrastructureState'>>(rootPath(asked, '/state')), refetchInterval: (query) => (query.state.data?.states.some(({ pending }) => pending) === true ? ANALYSING_MS : false) });
export const infrastructureOverlay = (asked: AskedState, enabled: boolean) =>
  queryOptions({ queryKey: ['infrastructureOverlay', asked], queryFn: () => get<Answer<'infrastructureOverlay'>>(rootPath(asked, '/overlay')), enabled });
