/**
 * Which state a folder of Terraform code has, by what its `backend` block or its last `init` says.
 *
 * Only the place is taken: keys, profiles' files and endpoints of its own that stand in code get nobody's credentials,
 * since code may be anybody's. Nothing is guessed: what is missing (given to `terraform init` elsewhere), or differs
 * between code and the last `init`, is an error that names it. Settings: developer.hashicorp.com/terraform/language/backend.
 */
import { PlatformError } from '../../domain/error.ts';
import type { StateAddress } from '../../domain/state-address.ts';
import { azureAddress, googleAddress, s3Address } from '../../domain/state-address.ts';
import { isJsonObject, readJsonDocument } from '../../formats/terraform/json-document.ts';
import type { FreeBody } from '../terraform/configuration/declarations.ts';
import { configurationFiles } from '../terraform/configuration/folder-files.ts';
import { readModule } from '../terraform/configuration/read-module.ts';
import { literalText } from '../terraform/configuration/syntax.ts';

export interface Backend {
  type: string;
  /** Texts that are written out. */
  settings: Readonly<Record<string, string>>;
  /** Settings that are not: variables, functions. */
  undetermined: readonly string[];
  /** `main.tf:3`, or `.terraform/terraform.tfstate`. */
  where: string;
}

/** Of the local backend: paths relative to the folder, as written. */
export interface LocalBackend {
  kind: 'local';
  path: string;
  workspaceFolder: string;
}

const NEEDED: Readonly<Record<string, readonly string[]>> = { s3: ['bucket', 'key'], gcs: ['bucket'], azurerm: ['storage_account_name', 'container_name', 'key'], http: ['address'], local: [] };
const PLACE: Readonly<Record<string, readonly string[]>> = { s3: ['bucket', 'key', 'workspace_key_prefix'], gcs: ['bucket', 'prefix'], azurerm: ['storage_account_name', 'container_name', 'key'], http: ['address'], local: ['path', 'workspace_dir'] };
/** Settings that would send a request elsewhere. */
const OWN_ENDPOINTS = ['endpoint', 'endpoints', 'storage_custom_endpoint', 'metadata_host'];

/** The backend of the code; `files` are those of the root module's folder, by name. Undefined where none is declared. */
export function backendInCode(files: ReadonlyMap<string, Uint8Array>): Backend | undefined {
  const chosen = configurationFiles([...files.keys()], 'auto');
  const { settings } = readModule('', chosen, files);
  if (settings.cloud !== undefined) return { type: 'cloud', settings: {}, undetermined: [], where: placeText(settings.cloud.place) };
  if (settings.backend === undefined) return undefined;
  const { type, body, place } = settings.backend;
  const texts: Record<string, string> = {};
  const undetermined: string[] = body.blocks.map((block) => block.type);
  for (const [name, { expression }] of (body satisfies FreeBody).attributes) {
    const text = literalText(expression);
    if (text !== undefined) Object.defineProperty(texts, name, { value: text, enumerable: true });
    else if (expression.kind !== 'null' && expression.kind !== 'boolean') undetermined.push(name);
  }
  return { type, settings: texts, undetermined, where: placeText(place) };
}

function placeText({ file, start }: { file: { path: string; locate(offset: number): { line: number } }; start: number }): string {
  return `${file.path}:${file.locate(start).line}`;
}

/** What `terraform init` wrote to `.terraform/terraform.tfstate`: the whole of it, also what the code leaves out. */
export function backendInitialised(text: string): Backend | undefined {
  const document = readJsonDocument(text, '.terraform/terraform.tfstate');
  if ('problem' in document || !isJsonObject(document.value)) return undefined;
  const { backend } = document.value;
  if (!isJsonObject(backend) || typeof backend['type'] !== 'string') return undefined;
  const config = isJsonObject(backend['config']) ? backend['config'] : {};
  const texts = Object.entries(config).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '');
  const nested = Object.entries(config).filter(([, value]) => typeof value === 'object' && value !== null && Object.values(value).some((one) => one !== null && one !== ''));
  return { type: backend['type'], settings: Object.fromEntries(texts), undetermined: nested.map(([name]) => name), where: '.terraform/terraform.tfstate' };
}

/** The one that holds, of what the code says and what it was initialised with. Throws ROADBED-8815 where they differ. */
export function backendInForce(folder: string, code: Backend | undefined, initialised: Backend | undefined): Backend | undefined {
  if (code === undefined || initialised === undefined) return code ?? initialised;
  const different = code.type !== initialised.type ? 'type' : (PLACE[code.type] ?? []).find((name) => code.settings[name] !== undefined && code.settings[name] !== initialised.settings[name]);
  if (different !== undefined) {
    throw new PlatformError({ code: 'ROADBED-8815', class: 'conflict', message: `${folder} was initialised with another backend than its code says`, why: `${different} differs between ${code.where} and ${initialised.where}`, next: 'run `terraform init`, or give the address of the state' });
  }
  return initialised;
}

/** Where that backend keeps its states. Throws ROADBED-8813 for what is not said, -8814 for a backend that is not read. */
export function placeOfBackend(folder: string, { type, settings, undetermined, where }: Backend): StateAddress | LocalBackend {
  const shown = `${folder} keeps its state in the backend "${type}" (${where})`;
  const needed = NEEDED[type];
  if (needed === undefined || !Object.hasOwn(NEEDED, type)) throw new PlatformError({ code: 'ROADBED-8814', class: 'usage', message: shown, why: 'states are read from s3, gcs, azurerm, http and local', next: 'fetch it yourself: `terraform state pull > state.tfstate`, and give that' });
  const unsaid = [...new Set([...needed.filter((name) => settings[name] === undefined), ...(PLACE[type] ?? []).filter((name) => undetermined.includes(name))])];
  if (unsaid.length > 0) throw new PlatformError({ code: 'ROADBED-8813', class: 'invalid', message: `${shown}, which does not say where`, why: `${unsaid.join(', ')} ${unsaid.length > 1 ? 'are' : 'is'} not written out there`, next: 'run `terraform init` in the folder, or give the address of the state' });
  const own = OWN_ENDPOINTS.find((name) => settings[name] !== undefined || undetermined.includes(name));
  const of = (name: string): string => settings[name] ?? '';
  if (own !== undefined && type !== 'local' && type !== 'http') throw new PlatformError({ code: 'ROADBED-8816', class: 'forbidden', message: `${shown}, at an endpoint of its own`, why: `your credentials are not sent to an endpoint that code names (${own})`, next: `if you trust it, give the address itself: ${pasteable(type, of)}?endpoint=https://...` });
  switch (type) {
    case 's3':
      return s3Address({ bucket: of('bucket'), key: of('key'), workspacePrefix: settings['workspace_key_prefix'] ?? 'env:', ...(settings['region'] === undefined ? {} : { region: settings['region'] }), ...(settings['profile'] === undefined ? {} : { profile: settings['profile'] }) });
    case 'gcs':
      return googleAddress({ bucket: of('bucket'), prefix: of('prefix') });
    case 'azurerm':
      return azureAddress({ account: of('storage_account_name'), container: of('container_name'), key: of('key') });
    case 'http':
      return { kind: 'http', url: checkedUrl(of('address'), shown), trusted: false };
    default:
      return { kind: 'local', path: settings['path'] ?? 'terraform.tfstate', workspaceFolder: settings['workspace_dir'] ?? 'terraform.tfstate.d' };
  }
}

function pasteable(type: string, of: (name: string) => string): string {
  return type === 's3' ? `s3://${of('bucket')}/${of('key')}` : type === 'gcs' ? `gs://${of('bucket')}/${of('prefix')}` : `azurerm://${of('storage_account_name')}/${of('container_name')}/${of('key')}`;
}

function checkedUrl(address: string, shown: string): string {
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw new PlatformError({ code: 'ROADBED-8813', class: 'invalid', message: `${shown}, whose address is none`, why: 'it does not begin with http:// or https://', next: 'give the address of the state' });
}
