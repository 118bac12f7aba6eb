/** `moved`, `removed` and `import` blocks of a module, with addresses from the root. */
import type { ImportDeclaration } from '../terraform/configuration/declarations.ts';
import { writtenPath } from '../terraform/configuration/syntax.ts';
import { expand } from '../terraform/module/expansion.ts';
import { surroundingsOf } from '../terraform/module/module-context.ts';
import type { ModuleEvaluation } from '../terraform/module/module-evaluation.ts';
import type { Surroundings } from '../terraform/module/module-context.ts';
import { printKey } from '../../formats/terraform/address.ts';
import { attributeValue, locationOf } from './configuration-values.ts';
import type { ModelRefactoring } from './model.ts';

export function moduleRefactoring(module: ModuleEvaluation): ModelRefactoring {
  const { configuration } = module.node;
  if (configuration === undefined) return { moved: [], removed: [], imports: [] };
  return {
    moved: configuration.moved.flatMap(({ from, to, place }) =>
      from === undefined || to === undefined ? [] : [{ module: module.address, from: module.addressOf(from), to: module.addressOf(to), location: locationOf(place.file, place, true) }],
    ),
    removed: configuration.removed.flatMap(({ from, destroy, place }) => (from === undefined ? [] : [{ module: module.address, from: module.addressOf(from), destroy, location: locationOf(place.file, place, true) }])),
    imports: configuration.imports.flatMap((declaration) => imports(module, declaration)),
  };
}

function imports(module: ModuleEvaluation, declaration: ImportDeclaration): ModelRefactoring['imports'][number][] {
  const { forEach, to, id, place } = declaration;
  if (to === undefined) return [];
  const repetition = forEach === undefined ? undefined : { kind: 'for-each' as const, written: forEach };
  const value = forEach === undefined ? undefined : module.evaluate(forEach, {}, 'import');
  return expand(repetition, value, module.evaluation.instanceLimit).instances.flatMap((instance) => {
    const around = surroundingsOf(instance);
    const target = targetAddress(module, to, around);
    const known = id === undefined ? undefined : module.evaluate(id, around, 'import');
    return target === undefined ? [] : [{ to: module.addressOf(target), ...(known === undefined ? {} : { id: attributeValue(known) }), location: locationOf(place.file, place, true) }];
  });
}

/** `aws_vpc.a[each.key]` with its key evaluated; as written where the key is not known. */
function targetAddress(module: ModuleEvaluation, to: NonNullable<ImportDeclaration['to']>, around: Surroundings): string | undefined {
  const { expression, file } = to;
  if (expression.kind !== 'index') return writtenPath(to);
  const base = writtenPath({ file, expression: expression.source });
  const key = module.evaluate({ file, expression: expression.key }, around, 'import');
  const known = key.kind === 'string' && key.marks?.sensitive !== true ? key.value : key.kind === 'number' ? key.value.safe : undefined;
  return base === undefined || known === undefined ? writtenPath(to) : `${base}${printKey(known)}`;
}
