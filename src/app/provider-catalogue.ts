/**
 * Reads the catalogue of resource types from `providers/`: only the files of the providers that are
 * asked for, so that starting costs nothing and a model of one cloud reads one cloud's file. A folder
 * of a platform team adds types or replaces shipped ones; a fault in it is reported with its place and
 * leaves the rest in force.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceProblem } from '../domain/source-problem.ts';
import type { ProviderCatalogue } from '../engines/provider-catalogue/catalogue.ts';
import { makeCatalogue, providerOfType } from '../engines/provider-catalogue/catalogue.ts';
import type { ProviderFile } from '../engines/provider-catalogue/resource-type.ts';
import { asProviderFile, providerFileProblems, repeatedTypes } from '../engines/provider-catalogue/validate.ts';
import { packageRoot } from './package-root.ts';

const LARGEST_FILE = 4 * 1024 * 1024;

interface LoadedCatalogue {
  catalogue: ProviderCatalogue;
  /** Faults in a platform team's own files. */
  problems: SourceProblem[];
}

/** Own files are checked in full; a faulty one is left out as a whole, so that nothing is half in force. */
function readOwn(path: string, problems: SourceProblem[]): ProviderFile | undefined {
  const fault = (message: string, hint?: string): undefined => {
    problems.push({ file: path, line: 1, column: 1, path: '', message, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  };
  if (statSync(path).size > LARGEST_FILE) return fault(`the file is larger than ${LARGEST_FILE / 1024 / 1024} MiB`, 'split it by provider');
  const text = readFileSync(path, 'utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return fault(`the file is not JSON: ${error instanceof Error ? error.message : String(error)}`, 'one type a line, with a comma between them');
  }
  const found = [...providerFileProblems(parsed), ...repeatedTypes(text).map((type) => `${type}: is written twice`)];
  for (const message of found) fault(message, 'docs/reference/provider-catalogue.md');
  return found.length > 0 ? undefined : asProviderFile(parsed);
}

/**
 * @param types Types of a model, to read only their providers' files; `all` for every file.
 * @param ownFolder A platform team's folder with files of the same form.
 */
export function loadProviderCatalogue(types: Iterable<string> | 'all', ownFolder?: string, shippedFolder = join(packageRoot, 'providers')): LoadedCatalogue {
  const names = types === 'all' ? readdirSync(shippedFolder).filter((name) => name.endsWith('.json')).sort().map((name) => name.slice(0, -5)) : [...new Set([...types].map(providerOfType))].filter((name) => /^[a-z0-9-]+$/.test(name)).sort();
  const shipped = names.map((name) => join(shippedFolder, `${name}.json`)).filter((path) => existsSync(path)).map((path) => JSON.parse(readFileSync(path, 'utf8')) as ProviderFile);
  const problems: SourceProblem[] = [];
  const own = ownFolder === undefined ? [] : readdirSync(ownFolder).filter((name) => name.endsWith('.json')).sort().flatMap((name) => readOwn(join(ownFolder, name), problems) ?? []);
  return { catalogue: makeCatalogue([...shipped, ...own]), problems };
}
