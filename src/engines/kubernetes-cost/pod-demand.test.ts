import { describe, expect, test } from 'vitest';
import { limitRangeDefaults, NO_DEFAULTS, podDemand } from './pod-demand.ts';
import { runsAMonth } from './schedule.ts';

interface Container { name: string; restartPolicy?: string; resources?: unknown }
const asks = (name: string, cpu?: string, memory?: string): Container => ({ name, resources: { requests: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) } } });

function of(spec: unknown, defaults = NO_DEFAULTS): Record<string, string> {
  return Object.fromEntries(podDemand(spec, defaults).containers.map(({ name, request }) => [name, `${String(request.cpu)} ${String(request.memory)}${request.gpu === undefined ? '' : ` ${request.gpu.toString()}`}`]));
}

describe('what a container asks for', () => {
  test('is its request, else its limit, else the default of its namespace, else not known', () => {
    const containers = [{ name: 'a', resources: { requests: { cpu: '100m' }, limits: { cpu: 1, memory: '1Gi' } } }, { name: 'b' }];
    expect(of({ containers })).toEqual({ a: '0.1 1', b: 'undefined undefined' });
    expect(of({ containers }, limitRangeDefaults({ limits: [{ type: 'Container', default: { cpu: '2', memory: '2Gi' }, defaultRequest: { cpu: '50m' } }] }))).toEqual({ a: '0.1 1', b: '0.05 2' });
  });

  test('has GPUs of any vendor, and tells what has no price', () => {
    const { containers, notes } = podDemand({ containers: [{ name: 'a', resources: { limits: { 'nvidia.com/gpu': 2, 'amd.com/gpu': '1', 'aws.amazon.com/neuron': 1 } } }] }, NO_DEFAULTS);
    expect([String(containers[0]?.request.gpu), notes]).toEqual(['3', ['aws.amazon.com/neuron has no price of its own here']]);
  });

  test('is told with its path when it is no quantity', () => {
    expect(podDemand({ containers: [asks('a', 'much', '-1Gi')] }, NO_DEFAULTS).faults).toEqual(['containers[0].resources.requests.cpu: "much" is no quantity', 'containers[0].resources.requests.memory: "-1Gi" is no quantity']);
    expect(podDemand({}, NO_DEFAULTS).faults).toEqual(['containers: there is none']);
  });
});

describe('what a pod reserves', () => {
  test('covers the largest init container, one after the other', () => {
    expect(of({ containers: [asks('a', '1', '1Gi')], initContainers: [asks('i', '3', '512Mi'), asks('j', '2', '512Mi')] })).toEqual({ a: '1 1', '(start)': '2 0' });
    expect(of({ containers: [asks('a', '1', '1Gi')], initContainers: [asks('i', '500m', '512Mi')] })).toEqual({ a: '1 1' });
  });

  test('has sidecars beside the containers, and beside the init containers that start after them', () => {
    const sidecar = { ...asks('s', '1', '1Gi'), restartPolicy: 'Always' };
    expect(of({ containers: [asks('a', '1', '1Gi')], initContainers: [sidecar, asks('i', '2', '1Gi')] })).toEqual({ a: '1 1', s: '1 1', '(start)': '1 0' });
    expect(of({ containers: [asks('a', '1', '1Gi')], initContainers: [asks('i', '2', '1Gi'), sidecar] })).toEqual({ a: '1 1', s: '1 1' });
  });

  test('is what the pod as a whole asks for, where it does, and the overhead of its runtime', () => {
    expect(of({ containers: [asks('a', '1'), { name: 'b' }], resources: { requests: { cpu: '3', memory: '4Gi' } }, overhead: { cpu: '250m' } })).toEqual({ a: '1 0', b: '0 0', '(pod)': '2 4', '(runtime)': '0.25 0' });
  });
});

describe('how often a schedule runs in a month', () => {
  test.each([['*/30 * * * *', '1460'], ['@daily', '30.416667'], ['0 3 * * 1-5', '21.75'], ['0 0 1 * *', '1'], ['0 0 1 1 *', '0.083333'], ['0 0 13 * 5', '5.083333'], ['TZ=UTC 15,45 8-9 * jan mon', '1.333333'], ['0 0 * * 7', '4.333333']])('%s: %s', (schedule, runs) => {
    expect(runsAMonth(schedule)?.toString()).toBe(runs);
  });

  test.each(['', '* * * *', '60 * * * *', '*/0 * * * *', '5-1 * * * *', 'x * * * *', '@reboot'])('%s is no schedule', (schedule) => {
    expect(runsAMonth(schedule)).toBeUndefined();
  });
});
