/** `roadbed cost` on manifests as its users run it: alone, beside Terraform, with machines, compared, from standard input. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'roadbed-kubernetes-cost-'));

function roadbed(words: readonly string[], input = ''): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [join(ROOT, 'src/app/main.ts'), 'cost', ...words], { cwd: folder, encoding: 'utf8' }, (error, out, err) => done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }));
    child.stdin?.end(input);
  });
}

const deployment = (replicas: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: ${replicas}
  template:
    metadata: {labels: {team: storefront}}
    spec: {containers: [{name: app, image: x, resources: {requests: {cpu: 500m, memory: 1Gi}}}]}
`;

beforeAll(() => {
  for (const [name, replicas] of [['before', 2], ['after', 4]] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'web.yaml'), `${deployment(replicas)}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n`);
  }
  mkdirSync(join(folder, 'chart', 'templates'), { recursive: true });
  writeFileSync(join(folder, 'chart', 'templates', 'a.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n');
  writeFileSync(join(folder, 'chart', 'a.yaml'), deployment(1));
  writeFileSync(join(folder, 'nodes.yaml'), 'clusters:\n  - {name: prod, provider: aws, region: us-east-1, managed: eks, pools: [{name: general, instanceType: m5.large, count: 3}]}\n');
  cpSync(join(ROOT, 'examples/infrastructure/aws-shop'), join(folder, 'mixed'), { recursive: true });
  writeFileSync(join(folder, 'mixed', 'web.yaml'), deployment(2));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder of manifests is priced by what it asks for, and compared', async () => {
  const { code, out, err } = await roadbed(['after', '--compare', 'before', '--budget', 'increase=10']);
  expect([code, out.trim()]).toEqual([5, 'shop/Deployment/web\tchanged\t29.26\t58.52\t+29.26']);
  expect(err).toContain('1 object of Kubernetes that may cost something, in 1 file');
});

test('machines make idle, overhead and two figures of what can be saved, in every format', async () => {
  const document = JSON.parse((await roadbed(['before', '--nodes', 'nodes.yaml', '--format', 'json'])).out) as { monthly: string; clusters: { assets: string; workloads: string; idle: string; overhead: string; saving: unknown }[] };
  expect(document.clusters).toMatchObject([{ assets: '210.24', overhead: '73', saving: { withoutChange: '140.16', requested: '0', realisable: '0' } }]);
  expect(Number(document.clusters[0]?.workloads) + Number(document.clusters[0]?.idle)).toBeCloseTo(210.24, 9);
  expect(Number(document.monthly)).toBeCloseTo(283.24, 9);
  for (const format of ['markdown', 'html']) expect((await roadbed(['before', '--nodes', 'nodes.yaml', '--format', format])).out).toMatch(/without any change 2 of 3 in general can go: 140\.16/);
  expect((await roadbed(['before', '--nodes', 'nodes.yaml', '--format', 'csv'])).out).toContain('prod/idle/general,kubernetes/Idle');
  expect((await roadbed(['before', '--nodes', 'nodes.yaml', '--share', 'proportional', '--by', 'label:team'])).out).toBe('storefront\t1\t283.24\t0.00\t283.24\n');
});

test('beside Terraform both are in one estimate', async () => {
  const { out, err } = await roadbed(['mixed', '--by', 'namespace']);
  expect(out).toMatch(/^shop\t1\t29\.26/m);
  expect(out).toMatch(/^\(not Kubernetes\)\t\d+\t/m);
  expect(err).toMatch(/resource blocks? understood/);
});

test('standard input is read; templates are told; wrong flags are refused', async () => {
  expect(await roadbed(['-'], deployment(2))).toMatchObject({ code: 0, out: expect.stringContaining('shop/Deployment/web\t-\t29.26') as string });
  expect((await roadbed(['chart'])).err).toContain('1 templates of Helm charts are not read');
  expect((await roadbed(['before', '--nodes', 'before/web.yaml'])).err).toContain('ROADBED-8600');
  expect((await roadbed(['before', '--share', 'somehow'])).err).toContain('ROADBED-8604');
  expect((await roadbed(['before', '--only', 'planet=x'])).err).toContain('ROADBED-8605');
  expect((await roadbed(['before', '--rates', 'x'])).err).toContain('ROADBED-8601');
});
