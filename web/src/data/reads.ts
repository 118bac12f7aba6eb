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
export const goldenPaths = () => queryOptions({ queryKey: ['goldenPaths'], queryFn: () => get<Answer<'goldenPaths'>>('/golden-paths'), staleTime: 60_000 });
export const newService = (namespace: string, name: string) =>
  queryOptions({ queryKey: ['newService', namespace, name], queryFn: () => get<Answer<'newService'>>(`/new-services${pathOf(namespace, name)}`), refetchInterval: (query) => (query.state.data?.timeToValueSeconds === undefined ? 1_000 : false) });
