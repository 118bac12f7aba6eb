/** What an npm project contains, from its lock file (versions 1 to 3) or, without one, from what package.json declares. */
export interface NpmPackage {
  /** Place in the tree: `node_modules/a/node_modules/b`; unique. */
  place: string;
  name: string;
  version?: string;
  /** Subresource integrity: `sha512-<base64>`, possibly several. */
  integrity?: string;
  license?: string;
  resolved?: string;
  scope: 'required' | 'optional' | 'development';
  /** Places of what it depends on. */
  dependsOn: string[];
  /** Only declared: the range asked for, as no lock says what came of it. */
  declared?: string;
}

export interface NpmProject {
  name?: string;
  version?: string;
  license?: string;
  packages: NpmPackage[];
  /** Places that the project itself depends on. */
  dependsOn: string[];
}

type Json = Record<string, unknown>;
const MOST_PACKAGES = 50_000;

/** Reads both files; either may be absent or broken (`problem` says so). Throws nothing. */
export function readNpmProject(manifestText: string | undefined, lockText: string | undefined): NpmProject & { problem?: string } {
  const manifest = parse(manifestText);
  const lock = parse(lockText);
  const project = { ...optional('name', text(manifest?.['name'])), ...optional('version', text(manifest?.['version'])), ...optional('license', licenseOf(manifest?.['license'])) };
  if (lockText !== undefined && lock === undefined) return { ...project, ...declaredOnly(manifest), problem: 'package-lock.json is not valid JSON' };
  if (lock === undefined) return { ...project, ...declaredOnly(manifest) };
  const entries = record(lock['packages']) === undefined ? nested(record(lock['dependencies']) ?? {}, '') : flat(record(lock['packages']) ?? {});
  if (entries.size > MOST_PACKAGES) return { ...project, ...declaredOnly(manifest), problem: `package-lock.json has more than ${MOST_PACKAGES} packages` };
  const packages = [...entries].map(([place, entry]): NpmPackage => toPackage(place, entry, entries)).sort((one, other) => (one.place < other.place ? -1 : 1));
  const root = { ...record(record(lock['packages'])?.['']), ...manifest };
  return { ...project, packages, dependsOn: resolveAll('', root, entries) };
}

function toPackage(place: string, entry: Json, entries: ReadonlyMap<string, Json>): NpmPackage {
  return {
    place,
    name: text(entry['name']) ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ...optional('version', text(entry['version'])),
    ...optional('integrity', text(entry['integrity'])),
    ...optional('license', licenseOf(entry['license'])),
    ...optional('resolved', text(entry['resolved'])),
    scope: entry['dev'] === true || entry['devOptional'] === true ? 'development' : entry['optional'] === true ? 'optional' : 'required',
    dependsOn: resolveAll(place, entry, entries),
  };
}

/** Lock versions 2 and 3: a flat map of places; the project itself and links to workspaces are no packages of it. */
function flat(packages: Json): Map<string, Json> {
  const found = new Map<string, Json>();
  for (const [place, value] of Object.entries(packages)) {
    const entry = record(value);
    if (entry !== undefined && place.includes('node_modules/') && entry['link'] !== true) found.set(place, entry);
  }
  return found;
}

/** Lock version 1: a tree; `requires` names what in version 2 is `dependencies`. */
function nested(dependencies: Json, parent: string, found = new Map<string, Json>(), depth = 0): Map<string, Json> {
  if (depth > 100) return found;
  for (const [name, value] of Object.entries(dependencies)) {
    const entry = record(value);
    if (entry === undefined) continue;
    const place = `${parent === '' ? '' : `${parent}/`}node_modules/${name}`;
    const { dependencies: inner, requires, ...rest } = entry;
    found.set(place, { ...rest, dependencies: record(requires) ?? {} });
    nested(record(inner) ?? {}, place, found, depth + 1);
  }
  return found;
}

/** Node's own way of finding a package: beside, then in each folder above. */
function resolveAll(place: string, entry: Json, entries: ReadonlyMap<string, Json>): string[] {
  const names = ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((field) => (field === 'devDependencies' && place !== '' ? [] : Object.keys(record(entry[field]) ?? {})));
  const found = names.flatMap((name) => resolve(place, name, entries) ?? []);
  return [...new Set(found)].sort();
}

function resolve(place: string, name: string, entries: ReadonlyMap<string, Json>): string | undefined {
  for (let folder = place; ; ) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (entries.has(candidate)) return candidate;
    if (folder === '') return undefined;
    const up = folder.lastIndexOf('/node_modules/');
    folder = up === -1 ? '' : folder.slice(0, up);
  }
}

function declaredOnly(manifest: Json | undefined): Pick<NpmProject, 'packages' | 'dependsOn'> {
  const fields = [['dependencies', 'required'], ['optionalDependencies', 'optional'], ['devDependencies', 'development']] as const;
  const packages = new Map<string, NpmPackage>();
  for (const [field, scope] of fields) {
    for (const [name, range] of Object.entries(record(manifest?.[field]) ?? {}).slice(0, MOST_PACKAGES)) {
      packages.set(name, { place: `node_modules/${name}`, name, scope, dependsOn: [], ...optional('declared', text(range)) });
    }
  }
  const sorted = [...packages.values()].sort((one, other) => (one.place < other.place ? -1 : 1));
  return { packages: sorted, dependsOn: sorted.map((one) => one.place) };
}

function licenseOf(value: unknown): string | undefined {
  return text(value) ?? text(record(value)?.['type']);
}

function parse(source: string | undefined): Json | undefined {
  if (source === undefined) return undefined;
  try {
    return record(JSON.parse(source));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}
