/** The acceptance list of the object API with the real kubectl: reading, writing, applying, deleting, asking. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubectlVersion, kubectlWorld } from './kubectl-fixture.ts';
import type { KubectlWorld } from './kubectl-fixture.ts';

const version = kubectlVersion();
if (version !== undefined) console.log(`kubectl tests run with ${version}`);

const component = (name: string, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): Record<string, unknown> => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name, ...metadata },
  spec: { type: 'service', lifecycle: 'production', owner: 'team-a', ...spec },
});

const claim = (name: string, spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): Record<string, unknown> => ({
  apiVersion: 'roadbed.dev/v1alpha1',
  kind: 'ResourceClaim',
  metadata: { name, ...metadata },
  spec: { type: 'postgres', uid: `postgres.default#${name}`, environment: 'dev', ...spec },
});

const rollout = (name: string, replicas: number): Record<string, unknown> => ({
  apiVersion: 'roadbed.dev/v1alpha1',
  kind: 'Rollout',
  metadata: { name },
  spec: { service: 'shop', environment: 'dev', replicas },
});

describe.skipIf(version === undefined)('kubectl', () => {
  let world: KubectlWorld;

  beforeAll(async () => {
    world = await kubectlWorld();
  }, 60_000);

  afterAll(async () => {
    await world?.stop();
  });

  const ok = async (...args: string[]): Promise<string> => {
    const ran = await world.kubectl(...args);
    expect(ran, `kubectl ${args.join(' ')}`).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const okWith = async (content: unknown, ...args: string[]): Promise<string> => {
    const ran = await world.kubectlWith(content, ...args);
    expect(ran, `kubectl ${args.join(' ')}`).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const version_ = async (resource: string, name: string): Promise<string> => ok('get', resource, name, '-o', 'jsonpath={.metadata.resourceVersion}');

  describe('reading', () => {
    beforeAll(async () => {
      for (const name of ['alpha', 'beta', 'gamma']) await world.platform.create(component(name, {}, { namespace: 'payments', labels: { team: name === 'gamma' ? 'b' : 'a' } }) as never);
      await world.platform.create(component('delta', { owner: 'team-z' }, { namespace: 'orders' }) as never);
    });

    test('finds every kind with its short names, and says its version', async () => {
      expect(await ok('version')).toContain('roadbed.0.1.0');
      expect(await ok('api-versions')).toContain('roadbed.dev/v1alpha1');
      const resources = await world.kubectl('api-resources', '-o', 'wide');
      expect(resources).toMatchObject({ code: 0, stderr: '' });
      for (const word of ['components', 'comp', 'rollouts', 'ro', 'namespaces', 'catalog', 'accesstokens']) expect(resources.stdout).toContain(word);
      expect(await ok('api-resources', '--verbs=list', '-o', 'name')).toContain('releases.roadbed.dev');
    });

    test('prints tables: short, wide, of all namespaces, several kinds, a category', async () => {
      const table = await ok('get', 'comp');
      expect(table.split('\n')[0]).toMatch(/^NAME\s+TYPE\s+LIFECYCLE\s+OWNER\s+AGE$/);
      expect(table).toMatch(/alpha\s+service\s+production\s+team-a\s+\d+s/);
      expect(await ok('get', 'components.backstage.io', '-o', 'wide')).toContain('SYSTEM');
      expect(await ok('get', 'comp', '-A')).toMatch(/NAMESPACE\s+NAME[\s\S]*orders\s+delta/);
      expect(await ok('get', 'comp,env')).toContain('component.backstage.io/alpha');
      expect(await ok('get', 'all')).toContain('component.backstage.io/alpha');
      expect(await ok('get', 'catalog')).toContain('alpha');
    });

    test('prints objects in every form', async () => {
      expect(await ok('get', 'comp', 'alpha', '-o', 'yaml')).toContain('kind: Component');
      expect(JSON.parse(await ok('get', 'comp', 'alpha', '-o', 'json'))).toMatchObject({ kind: 'Component', metadata: { name: 'alpha', namespace: 'payments' } });
      expect(await ok('get', 'comp', 'alpha', '-o', 'name')).toBe('component.backstage.io/alpha\n');
      expect(await ok('get', 'comp', 'alpha', '-o', 'jsonpath={.spec.owner}')).toBe('team-a');
      expect(await ok('get', 'comp', '-o', 'custom-columns=N:.metadata.name,O:.spec.owner')).toMatch(/alpha\s+team-a/);
      expect(await ok('get', 'comp', '--show-labels', '-L', 'team')).toContain('team=a');
      expect((await ok('get', 'comp', '--sort-by=.spec.owner', '-o', 'name')).split('\n')).toHaveLength(4);
      expect(await ok('get', '--raw', '/readyz')).toBe('ok');
      expect(await ok('get', '--raw', '/openapi/v3')).toContain('apis/backstage.io/v1alpha1');
      expect(await ok('get', '--raw', '/apis/backstage.io/v1alpha1')).toContain('APIResourceList');
    });

    test('selects by label and field, and refuses a field that cannot be selected', async () => {
      expect(await ok('get', 'comp', '-l', 'team in (a,c),x!=y', '-o', 'name')).toBe('component.backstage.io/alpha\ncomponent.backstage.io/beta\n');
      expect(await ok('get', 'comp', '--field-selector', 'metadata.name=beta', '-o', 'name')).toBe('component.backstage.io/beta\n');
      expect(await ok('get', 'comp', '-A', '--field-selector', 'spec.owner=team-z', '-o', 'name')).toBe('component.backstage.io/delta\n');
      const refused = await world.kubectl('get', 'comp', '--field-selector', 'spec.nope=1');
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('field label not supported: spec.nope') as string });
    });

    test('tells what is missing apart', async () => {
      expect(await world.kubectl('get', 'nothing')).toMatchObject({ code: 1, stderr: expect.stringContaining(`the server doesn't have a resource type "nothing"`) as string });
      expect(await world.kubectl('get', 'comp', 'nope')).toMatchObject({ code: 1, stderr: expect.stringContaining('(NotFound)') as string });
      expect(await world.kubectl('get', 'comp', 'nope', '--ignore-not-found')).toMatchObject({ code: 0, stdout: '' });
    });

    test('explains kinds and fields from the schema', async () => {
      expect(await ok('explain', 'rollout')).toContain('One service in one environment');
      expect(await ok('explain', 'rollout.spec.replicas')).toContain('Number of processes');
      expect(await ok('explain', 'rollout', '--recursive')).toContain('replicas');
      expect(await ok('explain', 'comp.spec.owner')).toContain("The entity's owner");
    });

    test('watches: every change once and in order, and the deletion', async () => {
      const table = world.follow('get', 'claim', '-w', '--output-watch-events');
      const one = world.follow('get', 'claim', 'w1', '-w', '--ignore-not-found', '--output-watch-events');
      const json = world.follow('get', 'claim', '--watch-only', '-o', 'jsonpath={.metadata.name}:{.metadata.generation}{"\\n"}');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await okWith(claim('w1'), 'create', '-f', '{}');
      await ok('patch', 'claim', 'w1', '--type', 'merge', '-p', '{"spec":{"environment":"prod"}}');
      await ok('delete', 'claim', 'w1');
      await table.until((text) => text.includes('DELETED'));
      await json.until((text) => text.split('\n').filter((line) => line.startsWith('w1')).length === 3);
      const events = table.output().split('\n').map((line) => line.split(/\s+/)[0]).filter((word) => /^[A-Z]+ED$/.test(word ?? ''));
      expect(events).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      expect(json.output().trim().split('\n')).toEqual(['w1:1', 'w1:2', 'w1:2']);
      await Promise.all([table.stop(), one.stop(), json.stop()]);
    });
  });

  describe('writing', () => {
    test('applies: created, unchanged, configured', async () => {
      expect(await okWith(claim('a1'), 'apply', '-f', '{}')).toBe('resourceclaim.roadbed.dev/a1 created\n');
      expect(await okWith(claim('a1'), 'apply', '-f', '{}')).toBe('resourceclaim.roadbed.dev/a1 unchanged\n');
      expect(await okWith(claim('a1', { environment: 'prod' }), 'apply', '-f', '{}')).toBe('resourceclaim.roadbed.dev/a1 configured\n');
    });

    test('applies at the server; a second time changes nothing; a removed field goes', async () => {
      expect(await okWith(claim('a2', { params: { size: 1, tier: 'x' } }), 'apply', '--server-side', '-f', '{}')).toContain('serverside-applied');
      const before = await version_('claim', 'a2');
      await okWith(claim('a2', { params: { size: 1, tier: 'x' } }), 'apply', '--server-side', '-f', '{}');
      expect(await version_('claim', 'a2')).toBe(before);
      await okWith(claim('a2', { params: { size: 1 } }), 'apply', '--server-side', '-f', '{}');
      expect(await ok('get', 'claim', 'a2', '-o', 'jsonpath={.spec.params}')).toBe('{"size":1}');
    });

    test('reports a conflict by the manager\'s name, and takes over by force', async () => {
      await okWith(claim('a3'), 'apply', '--server-side', '-f', '{}');
      await ok('patch', 'claim', 'a3', '--type', 'merge', '-p', '{"spec":{"environment":"hand"}}');
      expect(await world.kubectlWith(claim('a3'), 'apply', '--server-side', '-f', '{}')).toMatchObject({ code: 1, stderr: expect.stringContaining('conflict with "kubectl-patch" using roadbed.dev/v1alpha1: .spec.environment') as string });
      await okWith(claim('a3'), 'apply', '--server-side', '--force-conflicts', '-f', '{}');
      expect(await ok('get', 'claim', 'a3', '-o', 'jsonpath={.spec.environment}')).toBe('dev');
    });

    test('moves from client-side to server-side apply without a conflict', async () => {
      await okWith(claim('a4'), 'apply', '-f', '{}');
      await okWith(claim('a4', { environment: 'prod' }), 'apply', '--server-side', '-f', '{}');
      await okWith(claim('a4', { environment: 'stage' }), 'apply', '--server-side', '-f', '{}');
      expect(await ok('get', 'claim', 'a4', '-o', 'jsonpath={.spec.environment}')).toBe('stage');
    });

    test('shows differences and stores nothing', async () => {
      await okWith(claim('a5'), 'apply', '-f', '{}');
      const before = await version_('claim', 'a5');
      expect(await world.kubectlWith(claim('a5'), 'diff', '-f', '{}')).toMatchObject({ code: 0 });
      expect(await world.kubectlWith(claim('a5', { environment: 'prod' }), 'diff', '-f', '{}')).toMatchObject({ code: 1, stdout: expect.stringContaining('+  environment: prod') as string });
      expect(await world.kubectlWith(claim('a5-new'), 'diff', '-f', '{}')).toMatchObject({ code: 1 });
      await okWith(claim('a6'), 'apply', '--server-side', '-f', '{}');
      expect(await world.kubectlWith(claim('a6'), 'diff', '--server-side', '-f', '{}')).toMatchObject({ code: 0, stdout: '' });
      expect(await world.kubectlWith(claim('a6', { environment: 'prod' }), 'diff', '--server-side', '-f', '{}')).toMatchObject({ code: 1 });
      expect(await version_('claim', 'a5')).toBe(before);
      expect(await world.kubectl('get', 'claim', 'a5-new')).toMatchObject({ code: 1 });
    });

    test('creates once, dry-runs, and names an unknown field', async () => {
      await okWith(claim('c1'), 'create', '-f', '{}');
      expect(await world.kubectlWith(claim('c1'), 'create', '-f', '{}')).toMatchObject({ code: 1, stderr: expect.stringContaining('(AlreadyExists)') as string });
      await okWith(claim('c2'), 'create', '-f', '{}', '--dry-run=server');
      expect(await world.kubectl('get', 'claim', 'c2')).toMatchObject({ code: 1 });
      expect(await world.kubectlWith(claim('c3', { bogus: 1 }), 'create', '-f', '{}')).toMatchObject({ code: 1, stderr: expect.stringContaining('strict decoding error: unknown field "spec.bogus"') as string });
      expect(await world.kubectlWith(claim('c3', { bogus: 1 }), 'create', '-f', '{}', '--validate=warn')).toMatchObject({ code: 0, stderr: expect.stringContaining('Warning: unknown field "spec.bogus"') as string });
    });

    test('replaces, by force too, and not with an old resourceVersion', async () => {
      await okWith(claim('r1'), 'create', '-f', '{}');
      const old = JSON.parse(await ok('get', 'claim', 'r1', '-o', 'json')) as { spec: object };
      await okWith({ ...old, spec: { ...old.spec, environment: 'prod' } }, 'replace', '-f', '{}');
      expect(await world.kubectlWith({ ...old, spec: { ...old.spec, environment: 'stage' } }, 'replace', '-f', '{}')).toMatchObject({ code: 1, stderr: expect.stringContaining('(Conflict)') as string });
      expect(await okWith(claim('r1', { environment: 'new' }), 'replace', '--force', '-f', '{}')).toContain('replaced');
    });

    test('patches in every form, and refuses what it does not know or what is wrong', async () => {
      await okWith(claim('p1'), 'create', '-f', '{}');
      await ok('patch', 'claim', 'p1', '--type', 'merge', '-p', '{"spec":{"params":{"a":1}}}');
      await ok('patch', 'claim', 'p1', '--type', 'json', '-p', '[{"op":"replace","path":"/spec/params/a","value":2}]');
      await ok('patch', 'claim', 'p1', '--type', 'merge', '--subresource', 'status', '-p', '{"status":{"phase":"Bound"}}');
      expect(JSON.parse(await ok('get', 'claim', 'p1', '-o', 'json'))).toMatchObject({ spec: { params: { a: 2 } }, status: { phase: 'Bound' } });
      expect(await world.kubectl('patch', 'claim', 'p1', '-p', '{"spec":{}}')).toMatchObject({ code: 1, stderr: expect.stringContaining('strategic-merge-patch+json is not supported') as string });
      expect(await world.kubectl('patch', 'claim', 'p1', '--type', 'merge', '-p', '{"spec":{"type":5}}')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^The ResourceClaim "p1" is invalid: spec\.type: Invalid value: "integer"/) as string });
    });

    test('edits, labels and annotates', async () => {
      await okWith(claim('e1'), 'create', '-f', '{}');
      expect(await ok('edit', 'claim', 'e1')).toContain('edited');
      expect(await ok('get', 'claim', 'e1', '-o', 'jsonpath={.spec.environment}')).toBe('edited');
      await ok('label', 'claim', 'e1', 'a=b');
      expect(await world.kubectl('label', 'claim', 'e1', 'a=c')).toMatchObject({ code: 1 });
      await ok('label', 'claim', 'e1', 'a=c', '--overwrite');
      await ok('label', 'claim', 'e1', 'a-');
      await ok('annotate', 'claim', 'e1', 'note=x');
      await ok('label', 'claim', '--all', 'swept=yes');
      expect(await ok('get', 'claim', 'e1', '-o', 'jsonpath={.metadata.labels}')).toBe('{"swept":"yes"}');
    });

    test('scales, with a precondition too', async () => {
      await okWith(rollout('shop.dev', 1), 'create', '-f', '{}');
      await ok('scale', 'ro', 'shop.dev', '--replicas=4');
      await ok('scale', 'ro', 'shop.dev', '--current-replicas=4', '--replicas=2');
      expect(await world.kubectl('scale', 'ro', 'shop.dev', '--current-replicas=9', '--replicas=3')).toMatchObject({ code: 1 });
      expect(await ok('get', 'ro', 'shop.dev', '--subresource=scale', '-o', 'jsonpath={.spec.replicas}')).toBe('2');
    });
  });

  describe('waiting and deleting', () => {
    test('waits for a condition, a field, a creation and a deletion; gives up in time', async () => {
      await okWith(claim('w2'), 'create', '-f', '{}');
      const condition = world.kubectl('wait', 'claim/w2', '--for=condition=Ready', '--timeout=10s');
      const field = world.kubectl('wait', 'claim/w2', '--for=jsonpath={.status.phase}=Bound', '--timeout=10s');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await world.platform.patch('roadbed.dev/ResourceClaim', 'payments', 'w2', { metadata: { labels: { seen: 'yes' } } });
      const object = await world.platform.get('roadbed.dev/ResourceClaim', 'payments', 'w2');
      const conditions = [{ type: 'Ready', status: 'True', reason: 'Done', message: 'It is.', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 }];
      await world.platform.updateStatus({ ...(object as NonNullable<typeof object>), status: { phase: 'Bound', observedGeneration: 1, conditions } });
      expect(await condition).toMatchObject({ code: 0 });
      expect(await field).toMatchObject({ code: 0 });
      expect(await world.kubectl('wait', 'claim/w2', '--for=condition=Nope', '--timeout=1s')).toMatchObject({ code: 1 });
      const gone = world.kubectl('wait', 'claim/w2', '--for=delete', '--timeout=10s');
      await ok('delete', 'claim', 'w2');
      expect(await gone).toMatchObject({ code: 0 });
    });

    test('deletes and returns only when it is gone, whatever has to happen first', async () => {
      await okWith(claim('d1'), 'create', '-f', '{}');
      expect(await ok('delete', 'claim', 'd1')).toContain('deleted');
      expect(await world.kubectl('delete', 'claim', 'd1')).toMatchObject({ code: 1, stderr: expect.stringContaining('(NotFound)') as string });
      await okWith(claim('d2', {}, { finalizers: ['roadbed.dev/slow'] }), 'create', '-f', '{}');
      const removal = world.kubectl('delete', 'claim', 'd2');
      setTimeout(() => void world.platform.patch('roadbed.dev/ResourceClaim', 'payments', 'd2', { metadata: { finalizers: null } }), 2_000);
      expect(await removal).toMatchObject({ code: 0 });
      await okWith(claim('d3', {}, { finalizers: ['roadbed.dev/slow'] }), 'create', '-f', '{}');
      await ok('delete', 'claim', 'd3', '--wait=false');
      expect(await ok('get', 'claim', 'd3', '-o', 'jsonpath={.metadata.deletionTimestamp}')).not.toBe('');
      await world.platform.patch('roadbed.dev/ResourceClaim', 'payments', 'd3', { metadata: { finalizers: null } });
      await okWith(claim('d4', {}, { labels: { sweep: 'me' } }), 'create', '-f', '{}');
      await ok('delete', 'claim', '-l', 'sweep=me');
      await okWith(claim('d5'), 'apply', '-f', '{}');
      await okWith(claim('d5'), 'delete', '-f', '{}');
    });

    test('takes dependents along in the foreground and the background, and leaves them when told to', async () => {
      for (const [cascade, left] of [['foreground', 0], ['background', 0], ['orphan', 1]] as const) {
        const owner = await world.platform.create(claim(`owner-${cascade}`, {}, { namespace: 'payments' }) as never);
        const ownerReferences = [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, blockOwnerDeletion: true }];
        await world.platform.create(claim(`child-${cascade}`, {}, { namespace: 'payments', ownerReferences, labels: { child: cascade } }) as never);
        await ok('delete', 'claim', `owner-${cascade}`, `--cascade=${cascade}`);
        const children = (): Promise<unknown[]> => world.platform.list('roadbed.dev/ResourceClaim', { namespace: 'payments', labelSelector: `child=${cascade}` });
        await expect.poll(async () => (await children()).length).toBe(left);
      }
    });

    test('makes and empties namespaces, and misses one that is not there', async () => {
      expect(await ok('create', 'namespace', 'brief')).toBe('namespace/brief created\n');
      expect(await ok('get', 'ns')).toMatch(/brief\s+Active/);
      await okWith(claim('inside'), '-n', 'brief', 'create', '-f', '{}');
      await ok('delete', 'ns', 'brief');
      expect(await world.kubectl('get', 'ns', 'brief')).toMatchObject({ code: 1 });
      expect(await world.kubectlWith(claim('x'), '-n', 'brief', 'create', '-f', '{}')).toMatchObject({ code: 1, stderr: expect.stringContaining('namespaces "brief" not found') as string });
    });
  });

  describe('asking', () => {
    test('describes an object with what happened to it', async () => {
      await okWith(claim('h1'), 'create', '-f', '{}');
      await world.events.append([{ namespace: 'payments', actor: { issuer: 'roadbed', subject: 'service:rollout-controller' }, subject: 'v1:object:roadbed.dev/ResourceClaim/payments/h1', kind: 'claim.failed', schemaVersion: 1, body: { sentence: 'It was rolled back: 11.8 % of 240 requests failed.' } }]);
      const described = await ok('describe', 'claim', 'h1');
      expect(described).toMatch(/Warning\s+ClaimFailed[\s\S]*It was rolled back: 11\.8 % of 240 requests failed\./);
      expect(described).toContain('ObjectCreated');
      expect(await ok('describe', 'claim', '-l', 'nothing=here')).toBe('');
      expect(await ok('events', '--for', 'resourceclaim.roadbed.dev/h1')).toContain('ClaimFailed');
      expect(await ok('get', 'events')).toContain('ClaimFailed');
    });

    test('answers who may do what, and who asks', async () => {
      await world.platform.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'RoleGrant', metadata: { name: 'viewers', namespace: 'payments' }, spec: { role: 'viewer', subjects: ['user:vera'] } });
      expect(await world.kubectlAs('user:vera', 'auth', 'can-i', 'get', 'comp')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^yes/) as string });
      expect(await world.kubectlAs('user:vera', 'auth', 'can-i', 'delete', 'rel')).toMatchObject({ code: 1, stdout: expect.stringMatching(/^no - needs platform-admin/) as string });
      expect(await world.kubectlAs('user:vera', 'auth', 'can-i', 'get', '/version')).toMatchObject({ code: 0 });
      expect((await world.kubectlAs('user:vera', 'auth', 'can-i', '--list')).stdout).toMatch(/components\.backstage\.io\s+\[\]\s+\[\]\s+\[get list watch\]/);
      expect((await world.kubectlAs('user:vera', 'auth', 'whoami')).stdout).toMatch(/user:vera[\s\S]*viewer:payments/);
      expect(await world.kubectlAs('user:vera', 'delete', 'comp', 'alpha')).toMatchObject({ code: 1, stderr: expect.stringMatching(/\(Forbidden\).*User "user:vera" cannot delete resource "components"/) as string });
      expect(await world.kubectlAs('user:stranger', 'get', 'comp')).toMatchObject({ code: 1, stderr: expect.stringContaining('no role is granted') as string });
    });

    test('refuses a wrong token and says when nobody is there', async () => {
      expect(await world.kubectl('get', 'comp', '--token=rbt_00000000000000000000_nothing')).toMatchObject({ code: 1, stderr: expect.stringMatching(/Unauthorized|provide credentials/) as string });
      expect(await world.kubectl('get', 'comp', '--server=https://127.0.0.1:9')).toMatchObject({ code: 1, stderr: expect.stringContaining('refused') as string });
    });
  });
});
