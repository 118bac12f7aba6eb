/**
 * The one admission: defaults, pruning, strict validation, metadata rules, the kind's own rules, the
 * platform's hooks. Every write passes here, whoever makes it.
 */
import type { FieldProblem } from '../../domain/kinds/definition.ts';
import type { ApiObject } from '../../domain/object.ts';
import { equalValues } from '../../engines/field-sets/structure.ts';
import { normalise } from '../../engines/object-schema/normalise.ts';
import type { KindName } from '../../ports/objects.ts';
import type { AdmissionContext, Foundation, WriteContext } from './context.ts';
import { badRequest, invalid, refusedByRule } from './failure.ts';
import { metadataProblems } from './metadata-rules.ts';
import type { ServedKind } from './served-kinds.ts';

/** `finalize` is the collector's way to say that nothing is left in a namespace; it is not served. */
export type Subresource = 'status' | 'scale' | 'finalize' | undefined;

/** Prunes and defaults `object` and checks it; `old` is what is stored. Throws ObjectApiError 400, 403 or 422. */
export function admit(foundation: Foundation, kind: ServedKind, object: ApiObject, old: ApiObject | undefined, subresource: Subresource, context: WriteContext): ApiObject {
  const { value, unknown, problems } = normalise(kind.schema, object, old);
  const name = object.metadata.name;
  reportUnknown(kind, unknown, context);
  const found: FieldProblem[] = [...problems];
  if (found.length === 0) found.push(...metadataProblems(kind, value, old));
  if (found.length === 0 && kind.definition.validate !== undefined && changed(value, old)) {
    found.push(...kind.definition.validate(value as unknown as Record<string, unknown>, old as unknown as Record<string, unknown> | undefined));
  }
  if (found.length > 0) throw invalid(kind, name, found);
  runHooks(foundation, kind, value, old, subresource, context);
  return value;
}

/** Rules of the kind need not look again at what only got another label or status. */
function changed(object: ApiObject, old: ApiObject | undefined): boolean {
  return old === undefined || object.spec !== old.spec || object.metadata.annotations !== old.metadata.annotations || object.metadata.labels !== old.metadata.labels;
}

function reportUnknown(kind: ServedKind, unknown: readonly string[], context: WriteContext): void {
  if (context.fieldValidation === 'Ignore') return;
  const texts = [...unknown.map((field) => `unknown field "${field}"`), ...context.duplicates.map((field) => `duplicate field "${field}"`)];
  if (texts.length === 0) return;
  if (context.fieldValidation === 'Warn') {
    context.warnings.push(...texts);
    return;
  }
  const { kind: title, version } = kind.definition;
  throw badRequest(`${title} in version "${version}" cannot be handled as a ${title}: strict decoding error: ${texts.join(', ')}`);
}

function runHooks(foundation: Foundation, kind: ServedKind, object: ApiObject, old: ApiObject | undefined, subresource: Subresource, context: WriteContext): void {
  if (foundation.hooks.length === 0) return;
  consult(foundation, kind, object, old, admissionContext(foundation, kind, old === undefined ? 'create' : 'update', subresource, context));
}

/** The hooks' say on a deletion; `object` is what is stored. */
export function admitDeletion(foundation: Foundation, kind: ServedKind, object: ApiObject, context: WriteContext): void {
  consult(foundation, kind, object, object, admissionContext(foundation, kind, 'delete', undefined, context));
}

function consult(foundation: Foundation, kind: ServedKind, object: ApiObject, old: ApiObject | undefined, admission: AdmissionContext): void {
  for (const hook of foundation.hooks) {
    const problem = hook(object, old, admission);
    if (problem === undefined) continue;
    if ('rule' in problem) throw refusedByRule(kind, object.metadata.name, problem.rule, problem.sentence);
    if (problem.fields.length > 0) throw invalid(kind, object.metadata.name, problem.fields);
  }
}

function admissionContext(foundation: Foundation, kind: ServedKind, operation: AdmissionContext['operation'], subresource: Subresource, context: WriteContext): AdmissionContext {
  const { kinds, store } = foundation;
  const place = (name: KindName): { group: string; plural: string } => {
    const served = kinds.byName(name);
    if (served === undefined) throw new Error(`no kind ${name} is served`);
    return { group: served.definition.group, plural: served.definition.plural };
  };
  return {
    identity: context.identity,
    operation,
    kind: kind.definition,
    ...(subresource === undefined ? {} : { subresource }),
    get: (name, namespace, objectName) => store.get({ ...place(name), namespace: namespace ?? '', name: objectName })?.object,
    list: (name, namespace) => {
      const { group, plural } = place(name);
      return store.list(group, plural, namespace).map((stored) => stored.object);
    },
  };
}

/** Whether anything that counts for `generation` differs: all but metadata, status and what is observed. */
export function desiredChanged(kind: ServedKind, object: ApiObject, old: ApiObject): boolean {
  if (object.spec === old.spec) return false;
  return kind.hasStatus || kind.observed.length === 0 ? !equalValues(object.spec, old.spec) : !equalValues({ ...object, metadata: null }, { ...old, metadata: null });
}
