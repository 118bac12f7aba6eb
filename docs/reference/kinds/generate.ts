/**
 * Writes the generated half of each kind's page from its definition; the prose above the mark is by hand.
 *
 *     node docs/reference/kinds/generate.ts
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KindDefinition, Schema } from '../../../src/domain/kinds/definition.ts';
import { KINDS } from '../../../src/domain/kinds/registry.ts';

const MARK = '<!-- generated -->';

export function pagePath(definition: KindDefinition): string {
  return join(import.meta.dirname, `${definition.kind.toLowerCase()}.md`);
}

/** The page as it should be: the hand-written part of `current`, then what the definition says. */
export function page(definition: KindDefinition, current: string): string {
  const [prose = ''] = current.split(MARK);
  return `${prose}${MARK}\n\n${generated(definition)}`;
}

function generated(definition: KindDefinition): string {
  const { group, version, plural, singular, shortNames, categories, scope, selectableFields, scale, status } = definition;
  const facts: [string, string][] = [
    ['apiVersion', group === '' ? version : `${group}/${version}`],
    ['plural, singular', `${plural}, ${singular}`],
    ['short names', shortNames.join(', ') || 'none'],
    ['categories', categories.join(', ') || 'none'],
    ['scope', scope],
    ['subresources', [...(status === undefined ? [] : ['status']), ...(scale === undefined ? [] : ['scale'])].join(', ') || 'none'],
    ['field selectors', ['metadata.name', 'metadata.namespace', ...selectableFields].join(', ')],
  ];
  const sections = [
    ['spec', definition.spec] as const,
    ...(status === undefined ? [] : [['status', status] as const]),
    ...Object.entries(definition.extra ?? {}),
    ...Object.entries(definition.extraMetadata ?? {}).map(([name, schema]) => [`metadata.${name}`, schema] as const),
  ];
  const rows = sections.flatMap(([name, schema]) => fields(name, schema, false));
  return [
    '| | |\n| --- | --- |',
    ...facts.map(([name, value]) => `| ${name} | ${value} |`),
    '',
    '## Fields',
    '',
    '| field | type | meaning |\n| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function fields(path: string, schema: Schema, required: boolean): string[] {
  const own = `| \`${path}\` | ${typeOf(schema)}${required ? ', required' : ''} | ${cell(meaning(schema))} |`;
  const inner = schema.items ?? schema;
  const prefix = schema.items === undefined ? path : `${path}[]`;
  const needed = new Set(inner.required ?? []);
  return [own, ...Object.entries(inner.properties ?? {}).flatMap(([name, child]) => fields(`${prefix}.${name}`, child, needed.has(name)))];
}

function typeOf(schema: Schema): string {
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.additionalProperties !== undefined) return `map of ${typeOf(schema.additionalProperties)}`;
  return schema.format ?? schema.type ?? 'any';
}

function meaning(schema: Schema): string {
  const rules = [
    ...(schema.enum === undefined ? [] : [`one of ${schema.enum.join(', ')}`]),
    ...(schema.default === undefined ? [] : [`default \`${JSON.stringify(schema.default)}\``]),
    ...(schema.minimum === undefined ? [] : [`at least ${schema.minimum}`]),
    ...(schema.maximum === undefined ? [] : [`at most ${schema.maximum}`]),
    ...(schema.pattern === undefined ? [] : [`matches \`${schema.pattern}\``]),
  ];
  return [schema.description ?? '', ...(rules.length === 0 ? [] : [`(${rules.join('; ')})`])].join(' ').trim();
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

if (import.meta.main) {
  for (const definition of KINDS) {
    const path = pagePath(definition);
    if (!existsSync(path)) throw new Error(`write the prose of ${path} first, and end it with ${MARK}`);
    writeFileSync(path, page(definition, readFileSync(path, 'utf8')));
  }
}
