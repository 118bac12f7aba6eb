import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../domain/kinds/access.ts';
import { can, rulesIn } from './decide.ts';
import type { Action, Grant } from './decide.ts';

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const alice = { issuer: 'roadbed', subject: 'user:alice' };
const grant = (namespace: string, role: Role): Grant => ({ namespace, role, name: role });
const anyAction: fc.Arbitrary<Action> = fc.record(
  {
    verb: fc.constantFrom(...VERBS, 'impersonate', '*', ''),
    group: fc.constantFrom('roadbed.dev', 'backstage.io', '', 'other'),
    resource: fc.constantFrom('releases', 'rollouts', 'rolegrants', 'accesstokens', 'components', 'namespaces', 'environments', 'events', 'holds'),
    namespace: fc.constantFrom('payments', 'orders', 'roadbed-system'),
    subresource: fc.constantFrom('status', 'scale'),
  },
  { requiredKeys: ['verb', 'group', 'resource'] },
);
const anyGrants = fc.array(fc.record({ namespace: fc.constantFrom('payments', 'orders', 'roadbed-system'), role: fc.constantFrom<Role>('platform-admin', 'team-member', 'viewer'), name: fc.constant('g') }), { maxLength: 3 });

describe('access', () => {
  test('is denied to whom nothing is granted, whatever is asked', () => {
    fc.assert(fc.property(anyAction, (action) => void expect(can(alice, [], action).allowed).toBe(false)));
    fc.assert(fc.property(anyAction, anyGrants, (action, grants) => void expect(can({ issuer: 'roadbed', subject: 'anonymous' }, grants, action).allowed).toBe(false)));
  });

  test('never shrinks by another grant', () => {
    fc.assert(
      fc.property(anyAction, anyGrants, anyGrants, (action, some, more) => {
        if (can(alice, some, action).allowed) expect(can(alice, [...some, ...more], action).allowed).toBe(true);
      }),
    );
  });

  test('grows from viewer to team-member to platform-admin', () => {
    fc.assert(
      fc.property(anyAction, fc.constantFrom('payments', 'roadbed-system'), (action, namespace) => {
        const [viewer, member, admin] = (['viewer', 'team-member', 'platform-admin'] as const).map((role) => can(alice, [grant(namespace, role)], action).allowed);
        if (viewer === true) expect(member).toBe(true);
        if (member === true) expect(admin).toBe(true);
      }),
    );
  });

  test('through a team never reaches another team or what belongs to none', () => {
    fc.assert(
      fc.property(anyAction, fc.constantFrom<Role>('platform-admin', 'team-member', 'viewer'), (action, role) => {
        if (action.namespace === 'payments') return;
        const isMap = action.namespace === undefined && ['get', 'list', 'watch'].includes(action.verb) && (action.resource === 'environments' || action.resource === 'namespaces');
        if (can(alice, [grant('payments', role)], action).allowed) expect(isMap).toBe(true);
      }),
    );
  });

  test('of a viewer is reading, and tokens are no viewer\'s business', () => {
    fc.assert(
      fc.property(anyAction, (action) => {
        const decision = can(alice, [grant('roadbed-system', 'viewer')], action);
        if (decision.allowed) expect(['get', 'list', 'watch']).toContain(action.verb);
        if (decision.allowed) expect(`${action.group}/${action.resource}`).not.toBe('roadbed.dev/accesstokens');
      }),
    );
  });

  test('of a team-member ends at roles, releases and status', () => {
    const member = [grant('payments', 'team-member')];
    const may = (verb: string, resource: string, subresource?: string): boolean => can(alice, member, { verb, group: 'roadbed.dev', resource, namespace: 'payments', ...(subresource === undefined ? {} : { subresource }) }).allowed;
    expect(may('patch', 'rollouts')).toBe(true);
    expect(may('patch', 'rollouts', 'scale')).toBe(true);
    expect(may('patch', 'holds')).toBe(true);
    for (const [verb, resource, subresource] of [['create', 'rolegrants'], ['create', 'releases'], ['delete', 'holds'], ['patch', 'rollouts', 'status'], ['create', 'accesstokens']]) expect(may(verb as string, resource as string, subresource)).toBe(false);
  });

  test('of a service is its line in the table, and a forged service has none', () => {
    const pipeline = { issuer: 'roadbed', subject: 'service:pipeline-controller' };
    const create = (resource: string): Action => ({ verb: 'create', group: 'roadbed.dev', resource, namespace: 'payments' });
    expect(can(pipeline, [], create('releases')).allowed).toBe(true);
    expect(can(pipeline, [], create('rolegrants')).allowed).toBe(false);
    expect(can(pipeline, [], { verb: 'get', group: 'roadbed.dev', resource: 'accesstokens' }).allowed).toBe(false);
    expect(can({ ...pipeline, issuer: 'elsewhere' }, [], create('releases')).allowed).toBe(false);
    for (const subject of ['service:nobody', 'service:constructor', 'service:__proto__']) expect(can({ issuer: 'roadbed', subject }, [], create('releases')).allowed).toBe(false);
  });

  test('always gives its reason, and the list of rules says what a question would', () => {
    fc.assert(
      fc.property(anyAction, anyGrants, (action, grants) => {
        expect(can(alice, grants, action).reason).not.toBe('');
        const rules = rulesIn(alice, grants, 'payments', [{ group: action.group, resource: action.resource, namespaced: true }]);
        for (const verb of VERBS) expect(rules.some((rule) => rule.verbs.includes(verb))).toBe(can(alice, grants, { verb, group: action.group, resource: action.resource, namespace: 'payments' }).allowed);
      }),
    );
  });
});
