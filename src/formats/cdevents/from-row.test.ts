import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventRow } from '../../domain/event.ts';
import { cloudEventHeaders, toCloudEvent, type CDEvent } from './event.ts';
import { CDEVENT_KINDS, toCdEvent } from './from-row.ts';

const DATA = process.env['ROADBED_CONFORMANCE_DATA'];
if (DATA === undefined) console.log('cdevents conformance skipped: set ROADBED_CONFORMANCE_DATA to a folder with cdevents/schemas and cdevents/conformance of cdevents/spec');

function row(kind: string, body: Record<string, unknown>, more: Partial<EventRow> = {}): EventRow {
  return {
    id: '0b5d0d3c-0000-4000-8000-000000000001', sequence: 7, chain: 'c1', namespace: 'shop', actor: { issuer: 'roadbed', subject: 'service:rollout-controller' },
    subject: 'v1:service:checkout@prod', occurredAt: '2026-01-01T00:00:00.000Z', recordedAt: '2026-01-01T00:00:00.100Z', kind, schemaVersion: 1, body, cause: 'before', ...more,
  };
}

const ARTIFACT = 'pkg:generic/shop/checkout@sha256:aa';
const BODIES: Record<string, Record<string, unknown>> = {
  'change.merged': { repository: 'checkout', commit: '9f3ab12', author: 'Ada' },
  'pipelinerun.queued': { pipelineRun: 'checkout-1', repository: 'checkout' },
  'pipelinerun.started': { pipelineRun: 'checkout-1', repository: 'checkout' },
  'pipelinerun.finished': { pipelineRun: 'checkout-1', repository: 'checkout', outcome: 'failure', errors: 'test: exit code 1' },
  'build.started': { pipelineRun: 'checkout-1' },
  'build.finished': { pipelineRun: 'checkout-1', artifactId: ARTIFACT },
  'artifact.packaged': { artifactId: ARTIFACT, commit: '9f3ab12', sbom: 'urn:sbom:1' },
  'artifact.published': { artifactId: ARTIFACT, by: 'service:pipeline' },
  'service.deployed': { service: 'checkout', environment: 'prod', artifactId: ARTIFACT },
  'service.upgraded': { service: 'checkout', environment: 'prod', artifactId: ARTIFACT },
  'service.rolledback': { service: 'checkout', environment: 'prod', artifactId: ARTIFACT, sentence: 'was rolled back' },
  'service.removed': { service: 'checkout', environment: 'prod' },
  'incident.detected': { incident: 'shop/checkout.prod#3', service: 'checkout', environment: 'prod', artifactId: ARTIFACT, sentence: '11.8 % failed', measurement: { value: 0.882 } },
  'incident.resolved': { incident: 'shop/checkout.prod#3', service: 'checkout', environment: 'prod', artifactId: ARTIFACT },
  'environment.created': { environment: 'prod' },
  'environment.modified': { environment: 'prod' },
  'environment.deleted': { environment: 'prod' },
};

test('a row becomes an event that carries chain, cause, subject and the row\'s own body', () => {
  expect(toCdEvent(row('incident.detected', BODIES['incident.detected'] ?? {}))).toEqual({
    context: {
      specversion: '0.6.0-draft', id: '0b5d0d3c-0000-4000-8000-000000000001', source: '/roadbed/shop', type: 'dev.cdevents.incident.detected.0.3.0', timestamp: '2026-01-01T00:00:00.000Z',
      chainId: 'c1', links: [{ linkType: 'PATH', from: { contextId: 'before' } }],
    },
    subject: { id: 'shop/checkout.prod#3', content: { description: '11.8 % failed', environment: { id: 'prod' }, service: { id: 'shop/checkout' }, artifactId: ARTIFACT } },
    customData: { actor: { issuer: 'roadbed', subject: 'service:rollout-controller' }, sequence: 7, body: BODIES['incident.detected'] },
    customDataContentType: 'application/json',
  });
});

test('a run links to the console where one is known', () => {
  const event = toCdEvent(row('pipelinerun.finished', BODIES['pipelinerun.finished'] ?? {}), { consoleUrl: 'https://roadbed.example/' });
  expect(event?.subject).toMatchObject({ id: 'shop/checkout-1', content: { uri: 'https://roadbed.example/runs/shop/checkout-1', outcome: 'failure', errors: 'test: exit code 1', pipelineName: 'shop/checkout' } });
});

test('a row of another kind, or one that lacks what it must have, has no event', () => {
  expect(toCdEvent(row('object.updated', {}))).toBeUndefined();
  expect(toCdEvent(row('constructor', {}))).toBeUndefined();
  expect(toCdEvent(row('service.deployed', { service: 'checkout', environment: 'prod' }))).toBeUndefined();
  expect(toCdEvent(row('incident.detected', { environment: 'prod' }))).toBeUndefined();
});

test('a body that is too large stays in the log', () => {
  expect(toCdEvent(row('service.removed', { ...BODIES['service.removed'], checks: 'x'.repeat(70_000) }))?.customData).toBeUndefined();
});

test('the CloudEvent carries the CDEvent whole, its subject as subject', () => {
  const event = toCdEvent(row('service.deployed', BODIES['service.deployed'] ?? {})) as CDEvent;
  expect(toCloudEvent(event)).toEqual({ specversion: '1.0', id: event.context.id, source: '/roadbed/shop', type: 'dev.cdevents.service.deployed.0.3.0', subject: 'shop/checkout', time: event.context.timestamp, datacontenttype: 'application/json', data: event });
});

test('no header value can end its line, and every one can be read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
      const event = toCdEvent(row('environment.created', { environment: text })) as CDEvent;
      const headers = cloudEventHeaders(event);
      expect(Object.values(headers).every((value) => /^[\x21-\x7e]*$/.test(value))).toBe(true);
      expect(decodeURIComponent(headers['ce-subject'] ?? '')).toBe(text.toWellFormed());
    }),
  );
});

describe.skipIf(DATA === undefined)('the official schemas', () => {
  const folder = join(DATA ?? '', 'cdevents');
  const validators = new Map<string, ValidateFunction>();
  const read = (...path: string[]): Record<string, unknown> => JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as Record<string, unknown>;
  const jsonFiles = (...path: string[]): string[] => readdirSync(join(folder, ...path)).filter((name) => name.endsWith('.json'));

  if (DATA !== undefined) {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    for (const part of ['links', '_defs']) for (const name of jsonFiles('schemas', part)) ajv.addSchema(read('schemas', part, name));
    for (const name of jsonFiles('schemas')) {
      const schema = read('schemas', name) as { properties: { context: { properties: { type: { enum: string[] } } } } };
      for (const type of schema.properties.context.properties.type.enum) validators.set(type, ajv.compile(schema));
    }
  }
  const problems = (event: CDEvent): unknown => {
    const validate = validators.get(event.context.type);
    if (validate === undefined) return `no schema for ${event.context.type}`;
    return validate(event) ? undefined : validate.errors;
  };

  test('all 48 conformance events are valid', () => {
    const names = DATA === undefined ? [] : jsonFiles('conformance');
    expect(names.length).toBe(48);
    expect(names.map((name) => [name, problems(read('conformance', name) as unknown as CDEvent)]).filter(([, problem]) => problem !== undefined)).toEqual([]);
  });

  test.each(CDEVENT_KINDS)('our %s is valid', (kind) => {
    const body = BODIES[kind];
    if (body === undefined) throw new Error(`no example of ${kind}`);
    expect(problems(toCdEvent(row(kind, body)) as CDEvent)).toBeUndefined();
    expect(problems(toCdEvent(row(kind, body), { consoleUrl: 'http://127.0.0.1:4000', source: 'https://roadbed.example' }) as CDEvent)).toBeUndefined();
  });

  test('whatever the bodies hold, what becomes an event is valid', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a b', 'x/y', '', '%'));
    const fields = Object.fromEntries(['namespace', 'repository', 'commit', 'pipelineRun', 'outcome', 'errors', 'artifactId', 'service', 'environment', 'incident', 'sentence', 'by'].map((field) => [field, fc.oneof(text, fc.anything())]));
    fc.assert(
      fc.property(fc.constantFrom(...CDEVENT_KINDS), fc.record(fields), (kind, body) => {
        const event = toCdEvent(row(kind, JSON.parse(JSON.stringify(body) ?? '{}') as Record<string, unknown>, { namespace: 'a b' }));
        if (event !== undefined) expect(problems(event)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
