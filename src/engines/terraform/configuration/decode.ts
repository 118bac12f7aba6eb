/** Decodes the blocks of a module one after the other, and refuses what is declared twice. */
import type { BlockPlace, ModuleConfiguration } from './declarations.ts';
import type { SourceBlock } from './content.ts';
import { placeOf } from './content.ts';
import { checkedName } from './decode-arguments.ts';
import { decodeCall, decodeImport, decodeMoved, decodeRemoved } from './decode-calls.ts';
import { decodeResource } from './decode-resource.ts';
import { decodeProvider, decodeSettings } from './decode-settings.ts';
import { decodeCheck, decodeLocals, decodeOutput, decodeVariable } from './decode-values.ts';
import type { Problems } from './problems.ts';

export function decodeBlocks(blocks: readonly SourceBlock[], module: ModuleConfiguration, problems: Problems): void {
  for (const source of blocks) decodeBlock(source, module, problems);
}

function decodeBlock(source: SourceBlock, module: ModuleConfiguration, problems: Problems): void {
  const override = isOverride(source, module);
  switch (source.block.type) {
    case 'terraform':
      return decodeSettings(source, module.settings, override, problems);
    case 'provider': {
      const provider = decodeProvider(source, problems);
      if (provider !== undefined) declare(module.providers, provider.alias === undefined ? provider.localName : `${provider.localName}.${provider.alias}`, provider, 'the provider configuration', source, problems);
      return;
    }
    case 'variable':
      if (checkedName(source, 0, 'variable', problems)) declareNamed(module.variables, decodeVariable(source, problems), 'the variable', source, problems);
      return;
    case 'output':
      if (checkedName(source, 0, 'output', problems)) declareNamed(module.outputs, decodeOutput(source, problems), 'the output', source, problems);
      return;
    case 'locals':
      for (const local of decodeLocals(source, problems)) {
        if (!override) declareNamed(module.locals, local, 'the local value', source, problems);
        else if (module.locals.has(local.name)) module.locals.set(local.name, local);
        else problems.at(local.place.file, local.place, `local.${local.name}`, `there is no local value "${local.name}" to override`);
      }
      return;
    case 'module': {
      const call = decodeCall(source, problems);
      if (call !== undefined) declareNamed(module.calls, call, 'the module call', source, problems);
      return;
    }
    case 'resource':
    case 'data':
    case 'ephemeral':
      return declareResource(source, module, problems);
    case 'check': {
      const { check, data } = decodeCheck(source, problems);
      module.checks.push(check);
      for (const inner of data) declareResource(inner, module, problems);
      return;
    }
    case 'moved':
      module.moved.push(decodeMoved(source, problems));
      return;
    case 'removed':
      module.removed.push(decodeRemoved(source, problems));
      return;
    case 'import':
      module.imports.push(decodeImport(source, problems));
      return;
    default:
      return;
  }
}

function declareResource(source: SourceBlock, module: ModuleConfiguration, problems: Problems): void {
  const resource = decodeResource(source, problems);
  if (resource !== undefined) declare(module.resources, resource.address, resource, 'the resource', source, problems);
}

function declareNamed<Declaration extends { name: string; place: BlockPlace }>(known: Map<string, Declaration>, declaration: Declaration, what: string, source: SourceBlock, problems: Problems): void {
  declare(known, declaration.name, declaration, what, source, problems);
}

/** The first declaration of a name counts. */
function declare<Declaration extends { place: BlockPlace }>(known: Map<string, Declaration>, name: string, declaration: Declaration, what: string, source: SourceBlock, problems: Problems): void {
  const first = known.get(name);
  if (first === undefined) {
    known.set(name, declaration);
    return;
  }
  const { file, line } = first.place.file.locate(first.place.start);
  problems.at(source.file, declaration.place, name, `${what} "${name}" is declared already, in ${file}:${line}`, 'names are unique within a module, across its files');
}

function isOverride(source: SourceBlock, module: ModuleConfiguration): boolean {
  const { file } = placeOf(source);
  return module.files.some((read) => read.override && read.path === file.path);
}
