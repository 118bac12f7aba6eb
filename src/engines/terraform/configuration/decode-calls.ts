/** `module` blocks, and the blocks that rename, forget and adopt: `moved`, `removed`, `import`. */
import type { ImportDeclaration, ModuleCall, MovedDeclaration, ProviderReference, RemovedDeclaration, Written } from './declarations.ts';
import type { Content, SourceBlock } from './content.ts';
import { argument, contentOf, labelOf, placeOf, strictContent } from './content.ts';
import { checkedName, dependsOn, missing, providerReference, repetition } from './decode-arguments.ts';
import type { Problems } from './problems.ts';
import { literalBoolean, literalKey, referenceSteps, sourceText, writtenPath } from './syntax.ts';

const OWN = new Set(['source', 'version', 'count', 'for_each', 'providers', 'depends_on']);

export function decodeCall(source: SourceBlock, problems: Problems): ModuleCall | undefined {
  const name = labelOf(source);
  const path = `module.${name}`;
  if (!checkedName(source, 0, path, problems)) return undefined;
  const content = contentOf(source, { lifecycle: 0 }, problems);
  let enabled: Written | undefined;
  for (const block of content.blocks) {
    if (block.block.type === 'lifecycle') enabled = argument(strictContent(block, path, { arguments: ['enabled'], blocks: {} }, problems), 'enabled');
    else problems.at(block.file, block.block.typeSpan, path, `there is no block "${block.block.type}" here`, `write it as an argument: ${block.block.type} = { ... }`);
  }
  const from = argument(content, 'source');
  if (from === undefined) missing(source, path, 'source', problems);
  const version = argument(content, 'version');
  const repeated = repetition(content, enabled, path, problems);
  const inputs = new Map<string, Written>();
  for (const [input, { file, attribute }] of content.attributes) if (!OWN.has(input)) inputs.set(input, { file, expression: attribute.expression, name: attribute.nameSpan });
  return {
    name,
    place: placeOf(source),
    ...(from === undefined ? {} : { source: from }),
    ...(version === undefined ? {} : { version }),
    ...(repeated === undefined ? {} : { repetition: repeated }),
    providers: passedProviders(content, path, problems),
    dependsOn: dependsOn(content, path, problems),
    inputs,
  };
}

function passedProviders(content: Content, path: string, problems: Problems): Map<string, ProviderReference> {
  const passed = new Map<string, ProviderReference>();
  const written = argument(content, 'providers');
  if (written === undefined) return passed;
  if (written.expression.kind !== 'object') {
    problems.at(written.file, written.expression, path, 'providers is an object', 'write providers = { aws = aws.west }');
    return passed;
  }
  for (const item of written.expression.items) {
    const inner = literalKey(item.key, item.bare) ?? sourceText(written.file, item.key).replace(/\s+/g, '');
    const reference = providerReference({ file: written.file, expression: item.value }, path, problems);
    if (reference !== undefined) passed.set(inner, reference);
  }
  return passed;
}

export function decodeMoved(source: SourceBlock, problems: Problems): MovedDeclaration {
  const content = strictContent(source, 'moved', { arguments: ['from', 'to'], blocks: {} }, problems);
  const from = address(source, content, 'from', problems);
  const to = address(source, content, 'to', problems);
  return { place: placeOf(source), ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

export function decodeRemoved(source: SourceBlock, problems: Problems): RemovedDeclaration {
  const content = contentOf(source, { lifecycle: 0, provisioner: 1 }, problems);
  const from = address(source, content, 'from', problems);
  const lifecycle = content.blocks.find((block) => block.block.type === 'lifecycle');
  const destroy = lifecycle === undefined ? undefined : argument(contentOf(lifecycle, {}, problems), 'destroy');
  return { place: placeOf(source), ...(from === undefined ? {} : { from }), destroy: destroy === undefined || literalBoolean(destroy.expression) !== false };
}

export function decodeImport(source: SourceBlock, problems: Problems): ImportDeclaration {
  const content = strictContent(source, 'import', { arguments: ['to', 'id', 'identity', 'for_each', 'provider'], blocks: {} }, problems);
  const to = argument(content, 'to');
  const id = argument(content, 'id');
  const identity = argument(content, 'identity');
  const forEach = argument(content, 'for_each');
  const written = argument(content, 'provider');
  const provider = written === undefined ? undefined : providerReference(written, 'import', problems);
  if (to === undefined) missing(source, 'import', 'to', problems);
  else if (referenceSteps(to.expression) === undefined) problems.at(to.file, to.expression, 'import', 'to is the address of a resource');
  if (id === undefined && identity === undefined) missing(source, 'import', 'id', problems);
  return {
    place: placeOf(source),
    ...(to === undefined ? {} : { to }),
    ...(id === undefined ? {} : { id }),
    ...(identity === undefined ? {} : { identity }),
    ...(forEach === undefined ? {} : { forEach }),
    ...(provider === undefined ? {} : { provider }),
  };
}

function address(source: SourceBlock, content: Content, name: string, problems: Problems): string | undefined {
  const written = argument(content, name);
  if (written === undefined) {
    missing(source, source.block.type, name, problems);
    return undefined;
  }
  const path = writtenPath(written);
  if (path === undefined) problems.at(written.file, written.expression, source.block.type, `${name} is the address of a resource or a module`);
  return path;
}
