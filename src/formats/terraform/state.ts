/**
 * State files of every version that is still met, read into one form.
 *
 * Version 4 (since 0.12), version 3 (0.7 to 0.11, flat attributes) and the output of `show -json` are
 * read. Versions 1 and 2, unknown ones and OpenTofu's encrypted states are refused by name. The opaque
 * `private` blobs of providers are never taken along.
 */
import { PlatformError } from '../../domain/error.ts';
import type { JsonValue } from './json-document.ts';
import { isJsonObject, objectsOf, readJsonDocument, textOf } from './json-document.ts';
import type { StateFile, WantedAttributes } from './state-file.ts';
import type { StatePieces } from './state-pieces.ts';
import { takeApart, textBetween } from './state-pieces.ts';
import { readShownState } from './state-show.ts';
import { readStateVersion3 } from './state-v3.ts';
import { readStateVersion4, readStateVersion4Pieces } from './state-v4.ts';
import { describeProblem } from '../../domain/source-problem.ts';

/** What a JSON document of Terraform's is, told by its own marks. */
export function documentKind(value: JsonValue): 'state' | 'plan' | 'encrypted' | 'other' {
  if (!isJsonObject(value)) return 'other';
  if ('encrypted_data' in value || 'encryption_version' in value) return 'encrypted';
  if ('planned_values' in value || 'resource_changes' in value || 'configuration' in value) return 'plan';
  if ('lineage' in value || 'serial' in value || ('version' in value && ('resources' in value || 'modules' in value))) return 'state';
  if (typeof value['version'] === 'number' && 'terraform_version' in value) return 'state';
  if ('format_version' in value && ('terraform_version' in value || isJsonObject(value['values'] ?? null))) return 'state';
  return 'other';
}

/** Reads a state's text. Throws ROADBED-8050 (not JSON), -8051 (encrypted), -8052 (version), -8053 (not a state). */
export function readState(text: string, file: string): StateFile {
  const document = readJsonDocument(text, file);
  if ('problem' in document) {
    throw new PlatformError({ code: 'ROADBED-8050', class: 'invalid', message: `${file} cannot be read`, why: describeProblem(document.problem), next: document.problem.hint ?? 'fetch the file again' });
  }
  return stateOf(document.value, file);
}

/** A state whose types are known, and whose instances are parsed when it is read. */
export interface OpenedState {
  bytes: Uint8Array;
  types: ReadonlySet<string>;
  /** Instances with the attributes that are wanted. Throws as `readState`. */
  read(wanted: WantedAttributes): StateFile;
}

/** As `readState`, from bytes of UTF-8 (which the caller has made sure of): a large state is never a text of its own. */
export function openState(bytes: Uint8Array, file: string): OpenedState {
  const whole = (): StateFile => readState(textBetween(bytes, bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0, bytes.length), file);
  const pieces = takeApart(bytes);
  if (pieces === undefined || documentKind(pieces.skeleton) !== 'state' || pieces.skeleton['version'] !== 4 || 'format_version' in pieces.skeleton) {
    const state = whole();
    return { bytes, types: new Set(state.instances.map((instance) => instance.type)), read: () => state };
  }
  return { bytes, types: typesOf(pieces), read: (wanted) => fromPieces(pieces, file, wanted) ?? whole() };
}

function typesOf({ skeleton }: StatePieces): Set<string> {
  return new Set(objectsOf(skeleton['resources']).flatMap((resource) => textOf(resource['type']) ?? []));
}

/** Undefined where the plain reader must say what is wrong. */
function fromPieces(pieces: StatePieces, file: string, wanted: WantedAttributes): StateFile | undefined {
  try {
    return readStateVersion4Pieces(pieces, file, wanted);
  } catch {
    return undefined;
  }
}

/** As `readState`, for a document that has been parsed. */
export function stateOf(value: JsonValue, file: string): StateFile {
  const kind = documentKind(value);
  if (kind === 'encrypted') refuseEncrypted(file);
  if (kind === 'plan') throw new PlatformError({ code: 'ROADBED-8053', class: 'invalid', message: `${file} is a plan, not a Terraform state`, why: 'it has what is planned: planned_values, resource_changes or configuration', next: 'give the state, and the plan beside it: roadbed state STATE --plan PLAN' });
  if (kind !== 'state' || !isJsonObject(value)) {
    throw new PlatformError({ code: 'ROADBED-8053', class: 'invalid', message: `${file} is not a Terraform state`, why: 'it has none of the marks of one: version, serial, lineage, or values', next: 'give the output of `terraform state pull` or `terraform show -json`' });
  }
  if ('format_version' in value) return readShownState(value, file);
  switch (value['version']) {
    case 4:
      return readStateVersion4(value, file);
    case 3:
      return readStateVersion3(value);
    default:
      throw new PlatformError({
        code: 'ROADBED-8052',
        class: 'invalid',
        message: `${file} is a state of version ${String(value['version'])}, which is not read`,
        why: 'versions 3 and 4 are read, and the output of `terraform show -json`',
        next: 'let Terraform upgrade it: `terraform state pull > state.json` with a version of its time, then again with a newer one',
      });
  }
}

function refuseEncrypted(file: string): never {
  throw new PlatformError({
    code: 'ROADBED-8051',
    class: 'invalid',
    message: `${file} is encrypted by OpenTofu`,
    why: 'it holds encrypted_data, and only OpenTofu with your key can open it',
    next: 'give the decrypted state on standard input or as a file of yours: `tofu state pull > state.json`',
  });
}
