/**
 * Reads the files of one folder into what its module declares.
 *
 * Blocks of all files are put side by side, the blocks of override files are attached to the ones that
 * they override, and only then is each block decoded: so an override may complete what its base leaves out.
 * A file that cannot be read, or a block that makes no sense, is a problem with its place, and never hides the rest.
 */
import { parseHclJson } from '../../../formats/hcl/parse-json.ts';
import { parseHcl } from '../../../formats/hcl/parse.ts';
import { decodeSource } from '../../../formats/hcl/source-text.ts';
import type { HclFile } from '../../../formats/hcl/hcl-file.ts';
import type { ModuleConfiguration, ReadFile } from './declarations.ts';
import type { SourceBlock } from './content.ts';
import { bodyContent, hasLabels, labelOf } from './content.ts';
import { literalText } from './syntax.ts';
import { decodeBlocks } from './decode.ts';
import { emptySettings } from './decode-settings.ts';
import type { FolderFiles } from './folder-files.ts';
import { Problems } from './problems.ts';

const TOP_LEVEL = {
  terraform: 0,
  language: 0,
  provider: 1,
  variable: 1,
  locals: 0,
  output: 1,
  module: 1,
  resource: 2,
  data: 2,
  ephemeral: 2,
  action: 2,
  moved: 0,
  removed: 0,
  import: 0,
  check: 1,
} as const;
const JSON_SCHEMA = { blocks: Object.fromEntries(Object.entries(TOP_LEVEL).map(([type, labels]) => [type, { labels, body: { blocks: {} } }])) };
/** What an override file may have beside the blocks it overrides. */
const WITHOUT_BASE = new Set(['terraform', 'locals']);
const RESOURCES = new Set(['resource', 'data', 'ephemeral']);
const NOT_IN_OVERRIDES = new Set(['moved', 'removed', 'import', 'check', 'action', 'language']);

/** `contents` has the bytes of each file of `files`, or why there are none. */
export function readModule(folder: string, files: FolderFiles, contents: ReadonlyMap<string, Uint8Array | string>): ModuleConfiguration {
  const problems = new Problems();
  const module = emptyModule(folder, files.dialect);
  const blocks: SourceBlock[] = [];
  for (const path of files.paths) {
    const file = readFile(path, contents.get(path), files.isOverride(path), problems);
    if (file === undefined) {
      module.unreadable.push(path);
      continue;
    }
    module.files.push(file);
    const found = topLevelBlocks(file, problems);
    module.blocks += found.length;
    if (!file.override) module.resourceBlocks += found.filter((source) => RESOURCES.has(source.block.type)).length;
    blocks.push(...(file.override ? attachOverrides(found, blocks, problems) : found));
  }
  decodeBlocks(blocks, module, problems);
  module.problems = problems.list;
  return module;
}

function emptyModule(folder: string, dialect: FolderFiles['dialect']): ModuleConfiguration {
  return {
    folder,
    dialect,
    files: [],
    unreadable: [],
    settings: emptySettings(),
    providers: new Map(),
    variables: new Map(),
    locals: new Map(),
    outputs: new Map(),
    calls: new Map(),
    resources: new Map(),
    moved: [],
    removed: [],
    imports: [],
    checks: [],
    blocks: 0,
    resourceBlocks: 0,
    problems: [],
  };
}

function readFile(path: string, bytes: Uint8Array | string | undefined, override: boolean, problems: Problems): ReadFile | undefined {
  const decoded = bytes === undefined || typeof bytes === 'string' ? { problem: { message: bytes ?? 'the file is not there', hint: 'the rest of the module was read without it' } } : decodeSource(bytes);
  if ('problem' in decoded) {
    problems.add({ file: path, line: 1, column: 1, path: '', message: decoded.problem.message, hint: decoded.problem.hint });
    return undefined;
  }
  const json = path.endsWith('.json');
  const hcl = json ? parseHclJson(decoded.text, path, JSON_SCHEMA) : parseHcl(decoded.text, path);
  for (const { file, line, column, path: at, message, hint } of [...hcl.problems, ...[...hcl.deferredProblems.values()].flat()]) problems.add({ file, line, column, path: at, message, ...(hint === undefined ? {} : { hint }) });
  return { path, text: hcl.text, json, override, hcl, locate: locator(path, hcl) };
}

function locator(path: string, hcl: HclFile): ReadFile['locate'] {
  return (offset) => {
    const { line, column } = hcl.lines.locate(offset);
    return { file: path, line, column };
  };
}

function topLevelBlocks(file: ReadFile, problems: Problems): SourceBlock[] {
  const content = bodyContent(file.hcl.body, file, TOP_LEVEL, problems);
  for (const { attribute } of content.attributes.values()) problems.at(file, attribute.nameSpan, '', `there is no argument "${attribute.name}" at the top of a file`, 'did you mean a variable or a local value?');
  return content.blocks.filter((source) => {
    const { type, typeSpan } = source.block;
    if (!Object.hasOwn(TOP_LEVEL, type)) {
      problems.at(file, typeSpan, '', `there is no block "${type}" in a configuration`, `the blocks here are ${Object.keys(TOP_LEVEL).join(', ')}`);
      return false;
    }
    return hasLabels(source, TOP_LEVEL[type as keyof typeof TOP_LEVEL], type, problems);
  });
}

/** Attaches each block to its base; answers those that stand for themselves. */
function attachOverrides(found: readonly SourceBlock[], bases: readonly SourceBlock[], problems: Problems): SourceBlock[] {
  const byKey = new Map(bases.map((base) => [blockKey(base), base]));
  return found.filter((source) => {
    const { type, typeSpan } = source.block;
    if (WITHOUT_BASE.has(type)) return true;
    if (NOT_IN_OVERRIDES.has(type)) {
      problems.at(source.file, typeSpan, type, `an override file cannot have ${type} blocks`);
      return false;
    }
    const base = byKey.get(blockKey(source));
    if (base !== undefined) base.overrides.push(source);
    else if (type === 'provider' && !blockKey(source).includes('\0alias:')) return true;
    else problems.at(source.file, typeSpan, type, `there is no ${type} ${source.block.labels.map((label) => `"${label.value}"`).join(' ')} to override`);
    return false;
  });
}

function blockKey(source: SourceBlock): string {
  const alias = source.block.type !== 'provider' ? undefined : source.block.body.items.find((item) => item.kind === 'attribute' && item.name === 'alias');
  const name = alias?.kind === 'attribute' ? literalText(alias.expression) : undefined;
  return [source.block.type, ...source.block.labels.map((_, index) => labelOf(source, index)), ...(name === undefined ? [] : [`alias:${name}`])].join('\0');
}
