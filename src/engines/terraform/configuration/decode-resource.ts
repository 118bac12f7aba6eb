/** `resource`, `data` and `ephemeral` blocks: the language's own arguments apart from the provider's. */
import type { ProvisionerDeclaration, ResourceDeclaration, ResourceLifecycle, ResourceMode, Written } from './declarations.ts';
import type { SourceBlock } from './content.ts';
import { argument, contentOf, hasLabels, labelOf, placeOf, strictContent } from './content.ts';
import { checkRule, checkedName, dependsOn, providerReference, repetition } from './decode-arguments.ts';
import { freeBody } from './free-body.ts';
import type { Problems } from './problems.ts';
import { literalBoolean, literalText, referenceSteps, tupleElements, writtenPath } from './syntax.ts';

const BLOCKS = { lifecycle: 0, provisioner: 1, connection: 0, dynamic: 1 } as const;
const OWN = new Set(['count', 'for_each', 'provider', 'depends_on', 'lifecycle', 'provisioner', 'connection']);
const LIFECYCLE = {
  managed: ['create_before_destroy', 'prevent_destroy', 'ignore_changes', 'replace_triggered_by', 'enabled', 'destroy'],
  data: ['enabled'],
  ephemeral: ['enabled'],
} as const;
/** Words that may not stand as blocks in a resource, kept for the language. */
const RESERVED_BLOCKS = new Set(['locals', 'lifecycle_', 'escape_']);

const MODES: Record<string, ResourceMode> = { resource: 'managed', data: 'data', ephemeral: 'ephemeral' };

export function decodeResource(source: SourceBlock, problems: Problems): ResourceDeclaration | undefined {
  const mode = MODES[source.block.type] ?? 'managed';
  const type = labelOf(source, 0);
  const name = labelOf(source, 1);
  const address = `${mode === 'managed' ? '' : `${mode}.`}${type}.${name}`;
  if (![0, 1].every((index) => checkedName(source, index, address, problems))) return undefined;
  const content = contentOf(source, BLOCKS, problems);
  const own = (wanted: string): readonly SourceBlock[] => content.blocks.length === 0 ? content.blocks : content.blocks.filter((block) => block.block.type === wanted);
  for (const block of content.blocks) if (RESERVED_BLOCKS.has(block.block.type)) problems.at(block.file, block.block.typeSpan, address, `the block "${block.block.type}" is reserved`);
  const lifecycle = decodeLifecycle(own('lifecycle'), mode, address, problems);
  const repeated = repetition(content, lifecycle.enabled, address, problems);
  const providerArgument = argument(content, 'provider');
  const provider = providerArgument === undefined ? undefined : providerReference(providerArgument, address, problems);
  const [connection] = own('connection');
  return {
    mode,
    type,
    name,
    address,
    place: placeOf(source),
    ...(repeated === undefined ? {} : { repetition: repeated }),
    ...(provider === undefined ? {} : { provider }),
    dependsOn: dependsOn(content, address, problems),
    lifecycle: lifecycle.lifecycle,
    provisioners: mode === 'managed' ? own('provisioner').flatMap((block) => decodeProvisioner(block, address, problems)) : [],
    ...(connection === undefined ? {} : { connection: freeBody(contentOf(connection, {}, problems), new Set(), problems) }),
    body: freeBody(content, OWN, problems),
  };
}

function decodeLifecycle(blocks: readonly SourceBlock[], mode: ResourceMode, address: string, problems: Problems): { lifecycle: ResourceLifecycle; enabled?: Written } {
  const lifecycle: ResourceLifecycle = { ignoreChanges: [], replaceTriggeredBy: [], preconditions: [], postconditions: [] };
  const [source, second] = blocks;
  if (second !== undefined) problems.at(second.file, second.block.typeSpan, address, 'a resource has one lifecycle block');
  if (source === undefined) return { lifecycle };
  const content = strictContent(source, `${address}.lifecycle`, { arguments: LIFECYCLE[mode], blocks: { precondition: 0, postcondition: 0 } }, problems);
  for (const name of ['prevent_destroy', 'create_before_destroy']) {
    const flag = argument(content, name);
    if (flag !== undefined && literalText(flag.expression) !== undefined && literalBoolean(flag.expression) === undefined) problems.at(flag.file, flag.expression, address, `${name} must be true or false`);
  }
  const preventDestroy = argument(content, 'prevent_destroy');
  const createBeforeDestroy = argument(content, 'create_before_destroy');
  if (preventDestroy !== undefined) lifecycle.preventDestroy = preventDestroy;
  if (createBeforeDestroy !== undefined) lifecycle.createBeforeDestroy = createBeforeDestroy;
  lifecycle.ignoreChanges = ignoreChanges(argument(content, 'ignore_changes'), address, problems);
  const triggers = argument(content, 'replace_triggered_by');
  if (triggers !== undefined) lifecycle.replaceTriggeredBy = replaceTriggers(triggers, address, problems);
  for (const block of content.blocks) (block.block.type === 'precondition' ? lifecycle.preconditions : lifecycle.postconditions).push(checkRule(block, address, problems));
  const enabled = argument(content, 'enabled');
  return { lifecycle, ...(enabled === undefined ? {} : { enabled }) };
}

function ignoreChanges(written: Written | undefined, address: string, problems: Problems): string[] | 'all' {
  if (written === undefined) return [];
  const { expression } = written;
  if ((expression.kind === 'variable' && expression.name === 'all') || literalText(expression) === 'all') return 'all';
  const elements = tupleElements(written);
  if (elements === undefined) {
    problems.at(written.file, expression, address, 'ignore_changes is a list of attributes, or the word all');
    return [];
  }
  if (elements.length === 1 && elements[0] !== undefined && literalText(elements[0].expression) === '*') return 'all';
  return elements.flatMap((element) => {
    const path = literalText(element.expression) === '*' ? undefined : writtenPath(element);
    if (path === undefined) problems.at(element.file, element.expression, address, 'ignore_changes has names of attributes only');
    return path === undefined ? [] : [path];
  });
}

function replaceTriggers(written: Written, address: string, problems: Problems): Written[] {
  return (tupleElements(written) ?? []).filter((element) => {
    const steps = referenceSteps(element.expression);
    if (steps !== undefined && steps.length > 1) return true;
    problems.at(element.file, element.expression, address, 'replace_triggered_by has references to resources and their attributes only');
    return false;
  });
}

function decodeProvisioner(source: SourceBlock, address: string, problems: Problems): ProvisionerDeclaration[] {
  if (!hasLabels(source, 1, address, problems)) return [];
  const content = contentOf(source, { connection: 0 }, problems);
  const when = argument(content, 'when');
  const word = when === undefined ? 'create' : (literalText(when.expression) ?? (when.expression.kind === 'variable' ? when.expression.name : ''));
  if (when !== undefined && word !== 'create' && word !== 'destroy') problems.at(when.file, when.expression, address, 'when is create or destroy');
  return [{ type: labelOf(source), body: freeBody(content, new Set(['when', 'on_failure', 'connection']), problems), when: word === 'destroy' ? 'destroy' : 'create', place: placeOf(source) }];
}
