/**
 * Golden paths as data: a `template.yaml` that names its files, and the files with `${{ value }}` in them.
 *
 * Values are filled in as plain text, or with `| json` (a quoted scalar that YAML and JSON read alike) or
 * `| html`; nothing is evaluated. A value that is not known is an error of the template, found when it is
 * read and not when somebody uses it.
 */
import { parse } from 'yaml';
import { PlatformError } from '../../domain/error.ts';

export interface ServiceTemplate {
  name: string;
  version: string;
  title: string;
  description: string;
  /** Extra values with their defaults. */
  parameters: Record<string, { description: string; default: string }>;
  /** Path -> text with placeholders. */
  files: Record<string, string>;
}

/** What every template may use besides its own parameters. */
const BUILT_IN_VALUES = ['name', 'namespace', 'owner', 'template'] as const;

const PLACEHOLDER = /\$\{\{\s*([a-z][a-z0-9-]*)\s*(?:\|\s*([a-z]+)\s*)?\}\}/g;
const FILTERS: Record<string, (text: string) => string> = {
  json: (text) => JSON.stringify(text),
  html: (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
};
const VERSION = /^\d+\.\d+\.\d+$/;
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Reads a template from its own text and a reader of its files. Throws ROADBED-3340 naming what is wrong with it. */
export function readTemplate(text: string, file: (path: string) => string | undefined): ServiceTemplate {
  const raw = parse(text) as { schemaVersion?: unknown; name?: unknown; version?: unknown; title?: unknown; description?: unknown; parameters?: Record<string, { description?: unknown; default?: unknown }>; files?: unknown } | null;
  const fault = (why: string): never => {
    throw new PlatformError({ code: 'ROADBED-3340', class: 'invalid', message: `The template ${typeof raw?.name === 'string' ? raw.name : 'without a name'} cannot be used.`, why });
  };
  if (raw?.schemaVersion !== 1) return fault('schemaVersion must be 1');
  const { name, version, title, description } = raw;
  if (typeof name !== 'string' || !NAME.test(name)) return fault('name must be lower-case letters, digits and -');
  if (typeof version !== 'string' || !VERSION.test(version)) return fault('version must be of the form 1.2.3');
  if (typeof title !== 'string' || typeof description !== 'string') return fault('title and description must be text');
  const parameters = Object.fromEntries(Object.entries(raw.parameters ?? {}).map(([key, value]) => [key, { description: String(value.description ?? ''), default: String(value.default ?? '') }]));
  if (!Array.isArray(raw.files) || raw.files.length === 0) return fault('files must name at least one file');
  const files: Record<string, string> = {};
  for (const path of raw.files as unknown[]) {
    if (typeof path !== 'string' || path.startsWith('/') || path.split('/').some((part) => part === '' || part === '..' || part === '.git')) return fault(`${JSON.stringify(path)} is no path inside the repository`);
    const content = file(path);
    if (content === undefined) return fault(`the file ${path} is missing`);
    const unknown = unknownValues(content, [...BUILT_IN_VALUES, ...Object.keys(parameters)]);
    if (unknown.length > 0) return fault(`${path} uses ${unknown.join(', ')}, which nobody gives`);
    files[path] = content;
  }
  return { name, version, title, description, parameters, files };
}

function unknownValues(text: string, known: readonly string[]): string[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap(([whole, name = '', filter]) => (known.includes(name) && (filter === undefined || Object.hasOwn(FILTERS, filter)) ? [] : [whole]));
}

/** The files of a new repository. Values are text of one line. */
export function renderTemplate(template: ServiceTemplate, values: Readonly<Record<string, string>>): Record<string, string> {
  const given = { ...Object.fromEntries(Object.entries(template.parameters).map(([name, parameter]) => [name, parameter.default])), ...values, template: `${template.name} ${template.version}` };
  const fill = (text: string): string =>
    text.replace(PLACEHOLDER, (_whole, name: string, filter: string | undefined) => {
      const value = (Object.hasOwn(given, name) ? (given as Record<string, string>)[name] : '') ?? '';
      return filter === undefined ? value : (FILTERS[filter]?.(value) ?? value);
    });
  return Object.fromEntries(Object.entries(template.files).map(([path, text]) => [path, fill(text)]));
}
