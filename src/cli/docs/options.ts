/** What `roadbed docs` may be told. */
import { readFile, stat } from 'node:fs/promises';
import { PlatformError } from '../../domain/error.ts';
import type { DiagramLevel, DiagramView } from '../../engines/diagram/diagram.ts';
import type { VariableSources } from '../../engines/terraform/module/variable-input.ts';

export const FORMATS = ['markdown', 'svg', 'html', 'mermaid', 'drawio', 'json', 'png'] as const;
export type DocsFormat = (typeof FORMATS)[number];
export const LEVELS: readonly DiagramLevel[] = ['context', 'container', 'resource', 'modules'];
export const VIEWS: readonly DiagramView[] = ['network', 'module', 'owner'];

export interface DocsFlags {
  format?: DocsFormat;
  out?: string;
  level?: DiagramLevel;
  view?: DiagramView;
  diagram?: string;
  title?: string;
  link?: string;
  inject?: string | true;
  recursive?: boolean;
  check?: boolean;
  site?: string;
  compare?: string;
  var?: readonly string[];
  varFile?: readonly string[];
  workspace?: string;
  state?: string;
  top?: string;
  providers?: string;
  maxNodes?: string;
}

const LARGEST_VARIABLES_FILE = 8 * 1024 * 1024;

/** `--var` and `--var-file`, with `TF_VAR_` of the environment. Throws ROADBED-8065 for a `--var` without `=`, -8066 for a file that is not there. */
export async function variableSources(flags: DocsFlags, environment: Readonly<Record<string, string | undefined>>): Promise<VariableSources> {
  const files = await Promise.all((flags.varFile ?? []).map(async (path) => ({ kind: 'file' as const, path, bytes: await variablesFile(path) })));
  const values = (flags.var ?? []).map((text) => {
    const at = text.indexOf('=');
    if (at <= 0) throw new PlatformError({ code: 'ROADBED-8065', class: 'usage', message: `--var ${text} gives no value`, next: 'write --var name=value' });
    return { kind: 'variable' as const, name: text.slice(0, at), value: text.slice(at + 1) };
  });
  return { environment, commandLine: [...files, ...values] };
}

async function variablesFile(path: string): Promise<Uint8Array> {
  const unreadable = (why: string, next: string): PlatformError => new PlatformError({ code: 'ROADBED-8066', class: 'invalid', message: `the variables file ${path} cannot be read`, why, next });
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(cause.code ?? cause.message, 'give the path of a .tfvars file');
  });
  if (!found.isFile()) throw unreadable('it is no file', 'give the path of a .tfvars file');
  if (found.size > LARGEST_VARIABLES_FILE) throw unreadable(`it has ${Math.round(found.size / 1024 / 1024)} MB; ${LARGEST_VARIABLES_FILE / 1024 / 1024} MB are read`, 'put large data into a file that the code reads with file() or yamldecode()');
  return await readFile(path);
}
