/**
 * Functions that read files: only those of the module's tree, given as bytes. A path that leads outside of
 * it is unknown with the reason `outside-module`, whatever is there on this machine.
 */
import { boolValue, setValue, stringValue, unknownValue } from '../value/construct.ts';
import { BOOL, DYNAMIC, STRING, setOf, typeName, typeOf } from '../value/type.ts';
import { deepMarks, mergeMarks, secrecyOnly, withMarks } from '../value/marks.ts';
import type { Marks, Type, Value } from '../value/value.ts';
import { FunctionError, MAX_TEXT, entriesOf, textOf, type CallContext, type FunctionDefinition, type ModuleFiles, type Parameter } from './definition.ts';
import { utf8Text } from './encoding.ts';
import { compileGlob } from './glob.ts';
import { digest, type HashName } from './hash.ts';

/** The path from the root module's `folder` with `.` and `..` worked out; undefined when it leads out of the tree. */
export function confinedPath(path: string, folder = '.'): string | undefined {
  if (path.startsWith('/') || path.startsWith('~') || path.includes('\0')) return undefined;
  const parts = folder === '.' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

function outside(type: Type, path: string): Value {
  return unknownValue(type, { kind: 'outside-module', message: `${path.slice(0, 200)} is outside of the module's tree` });
}

/** What a file holds, or the unknown value when it is outside; refused when there is none. */
function bytesOf(path: string, type: Type, context: CallContext): Uint8Array | Value {
  const confined = confinedPath(path, context.files?.folder);
  if (confined === undefined || context.files === undefined) return outside(type, path);
  const bytes = context.files.read(confined);
  if (bytes === undefined) throw new FunctionError(`no file exists at ${JSON.stringify(path)}; this function works only with files that are distributed as part of the configuration source code, so if this file will be created by a resource in this configuration you must instead obtain this result from an attribute of that resource`, 0);
  if (bytes.length > MAX_TEXT) throw new FunctionError(`the file ${JSON.stringify(path)} is larger than ${MAX_TEXT} bytes`, 0);
  return bytes;
}

function fromFile(name: string, make: (bytes: Uint8Array, path: string) => string): FunctionDefinition {
  return {
    name,
    parameters: [PATH],
    returns: STRING,
    call: ([path], context) => {
      const bytes = bytesOf(textOf(path), STRING, context);
      return bytes instanceof Uint8Array ? stringValue(make(bytes, textOf(path))) : bytes;
    },
  };
}

const PATH: Parameter = { name: 'path', type: STRING };
const fileText = (bytes: Uint8Array, path: string): string => utf8Text(bytes, `contents of ${path} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead`);
const hashed = (algorithm: HashName, encoding: 'hex' | 'base64') => (bytes: Uint8Array): string => digest(algorithm, bytes, encoding);

function fileSet(args: readonly Value[], context: CallContext): Value {
  const base = confinedPath(textOf(args[0]), context.files?.folder);
  const pattern = textOf(args[1]);
  if (base === undefined || context.files === undefined || pattern.startsWith('/') || pattern.split('/').includes('..')) return outside(setOf(STRING), `${textOf(args[0])}/${pattern}`);
  return remembered(context.files, `${base}\0${pattern}`, () => matchingFiles(context.files?.list() ?? [], base, pattern));
}

function matchingFiles(paths: Iterable<string>, base: string, pattern: string): Value {
  const matches = compileGlob(pattern);
  const start = base === '' ? '' : `${base}/`;
  const found: Value[] = [];
  for (const path of paths) {
    if (!path.startsWith(start)) continue;
    const below = path.slice(start.length);
    if (matches(below)) found.push(stringValue(below));
  }
  return setValue(STRING, found);
}

/** Modules that are called often ask for the same sets of files; the files themselves do not change meanwhile. */
const FILE_SETS = new WeakMap<ModuleFiles, Map<string, Value>>();

function remembered(files: ModuleFiles, key: string, compute: () => Value): Value {
  const known = FILE_SETS.get(files) ?? new Map<string, Value>();
  FILE_SETS.set(files, known);
  const value = known.get(key) ?? compute();
  known.set(key, value);
  return value;
}

function variablesOf(value: Value | undefined): ReadonlyMap<string, Value> {
  if (value?.kind !== 'map' && value?.kind !== 'object') throw new FunctionError(`invalid vars value: must be a map, not ${value === undefined ? 'nothing' : typeName(typeOf(value))}`, 1);
  const entries = entriesOf(value);
  for (const name of entries.keys()) {
    if (!/^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(name)) throw new FunctionError(`invalid template variable name ${JSON.stringify(name)}: must start with a letter, followed by zero or more letters, digits, and underscores`, 1);
  }
  return entries;
}

function templateFile(args: readonly Value[], context: CallContext): Value {
  const path = textOf(args[0]);
  const variables = variablesOf(args[1]);
  const bytes = bytesOf(path, DYNAMIC, context);
  return withMarks(bytes instanceof Uint8Array ? context.renderTemplate(fileText(bytes, path), path, variables) : bytes, marksOfVariables(args[1]));
}

/** A template is as secret as any of its variables, used or not. */
function marksOfVariables(value: Value | undefined): Marks | undefined {
  return value === undefined ? undefined : mergeMarks(value.marks, secrecyOnly(deepMarks(value)));
}

function dirname(path: string): string {
  const end = path.lastIndexOf('/');
  if (end < 0) return '.';
  return cleanPath(path.slice(0, end + 1));
}

function basename(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** As Go's path/filepath.Clean. */
function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push('..');
  }
  return (rooted ? '/' : '') + parts.join('/') || (rooted ? '/' : '.');
}

const onPath = (name: string, change: (path: string) => string): FunctionDefinition => ({ name, parameters: [PATH], returns: STRING, call: ([path]) => stringValue(change(textOf(path))) });

/** Both look at the machine that Terraform runs on, unless nothing has to be looked up. */
function machinePath(name: string, isFinal: (path: string) => boolean, clean: (path: string) => string): FunctionDefinition {
  return { name, parameters: [PATH], returns: STRING, call: ([path]) => (isFinal(textOf(path)) ? stringValue(clean(textOf(path))) : outside(STRING, textOf(path))) };
}

export const FILE_FUNCTIONS: readonly FunctionDefinition[] = [
  fromFile('file', fileText),
  fromFile('filebase64', (bytes) => Buffer.from(bytes).toString('base64')),
  fromFile('filemd5', hashed('md5', 'hex')),
  fromFile('filesha1', hashed('sha1', 'hex')),
  fromFile('filesha256', hashed('sha256', 'hex')),
  fromFile('filesha512', hashed('sha512', 'hex')),
  fromFile('filebase64sha256', hashed('sha256', 'base64')),
  fromFile('filebase64sha512', hashed('sha512', 'base64')),
  {
    name: 'fileexists',
    parameters: [PATH],
    returns: BOOL,
    call: ([path], context) => {
      const confined = confinedPath(textOf(path), context.files?.folder);
      return confined === undefined || context.files === undefined ? outside(BOOL, textOf(path)) : boolValue(context.files.read(confined) !== undefined);
    },
  },
  { name: 'fileset', parameters: [PATH, { name: 'pattern', type: STRING }], returns: setOf(STRING), call: fileSet },
  { name: 'templatefile', parameters: [PATH, { name: 'vars', type: DYNAMIC, unknown: 'inside', allowMarked: true }], returns: DYNAMIC, call: templateFile },
  { name: 'templatestring', parameters: [{ name: 'template', type: STRING }, { name: 'vars', type: DYNAMIC, unknown: 'inside', allowMarked: true }], returns: STRING, call: ([template, variables], context) => withMarks(context.renderTemplate(textOf(template), 'the template', variablesOf(variables)), marksOfVariables(variables)) },
  onPath('basename', basename),
  onPath('dirname', dirname),
  machinePath('abspath', (path) => path.startsWith('/'), cleanPath),
  machinePath('pathexpand', (path) => !path.startsWith('~'), (path) => path),
];

