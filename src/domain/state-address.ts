/**
 * Where a Terraform state is kept, as people write it and as a `backend` block says it.
 *
 * An address names a place and nothing secret: whoever may read there is settled by the official client of the
 * storage, from the environment. `s3://bucket/key`, `gs://bucket/prefix`, `azurerm://account/container/key`, the https
 * address of an Azure blob, and any other http(s) address as Terraform's http backend. Settings that are no secret
 * may follow as a query (`?region=eu-west-1`). Everything is checked here, so that an adapter can take it as it is.
 */
import { PlatformError } from './error.ts';

export interface S3Address {
  kind: 's3';
  bucket: string;
  /** A state, or a prefix of states; empty for the whole bucket. */
  key: string;
  /** Before the workspace's name: `env:` unless the backend says otherwise. */
  workspacePrefix: string;
  region?: string;
  profile?: string;
  /** Of a storage that speaks S3 and is not Amazon's. */
  endpoint?: string;
}

export interface GoogleStorageAddress {
  kind: 'google';
  bucket: string;
  /** The folder of `<workspace>.tfstate`, one such object, or a prefix of folders. */
  prefix: string;
  endpoint?: string;
}

export interface AzureBlobAddress {
  kind: 'azure';
  account: string;
  container: string;
  key: string;
  endpoint?: string;
}

export interface HttpAddress {
  kind: 'http';
  /** May hold a user, a password and a query; never to be printed. */
  url: string;
  /** Whether a person gave it: what code says gets no credentials of the environment. */
  trusted: boolean;
}

export type StateAddress = S3Address | GoogleStorageAddress | AzureBlobAddress | HttpAddress;

const SCHEME = /^(s3|gs|azurerm|https?):\/\//i;
const S3_BUCKET = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i;
const GOOGLE_BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
const AZURE_ACCOUNT = /^[a-z0-9]{3,24}$/;
const AZURE_CONTAINER = /^(?:\$root|\$web|[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9])$/;
const AZURE_HOST = /^([a-z0-9]{3,24})\.blob\.(?:core\.windows\.net|core\.chinacloudapi\.cn|core\.usgovcloudapi\.net|storage\.azure\.net)$/;
const LONGEST_KEY = 1024;

/** Whether an argument is an address rather than a path of this machine. */
export function isStateAddress(text: string): boolean {
  return SCHEME.test(text);
}

/** Throws ROADBED-8801 for an address that is none. */
export function parseStateAddress(text: string): StateAddress {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') return webAddress(text);
  const rest = text.replace(SCHEME, '');
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  const settings = new Settings(text, question < 0 ? '' : rest.slice(question + 1));
  const [first = '', ...others] = path.split('/');
  if (scheme === 's3') return s3Address({ bucket: first, key: others.join('/'), workspacePrefix: settings.take('workspace_key_prefix') ?? 'env:', ...settings.optional('region'), ...settings.optional('profile'), ...settings.endpoint() }, settings);
  if (scheme === 'gs') return googleAddress({ bucket: first, prefix: others.join('/'), ...settings.endpoint() }, settings);
  if (scheme === 'azurerm') return azureAddress({ account: first, container: others[0] ?? '', key: others.slice(1).join('/'), ...settings.endpoint() }, settings);
  throw noAddress(text, 'it begins with no known scheme');
}

/** What may be printed of an address: no user, no password, no query. */
export function shownStateAddress(address: StateAddress): string {
  switch (address.kind) {
    case 's3':
      return `s3://${address.bucket}/${address.key}`;
    case 'google':
      return `gs://${address.bucket}/${address.prefix}`;
    case 'azure':
      return `azurerm://${address.account}/${address.container}/${address.key}`;
    case 'http': {
      if (!URL.canParse(address.url)) return 'the address given';
      const { protocol, host, pathname } = new URL(address.url);
      return `${protocol}//${host}${pathname}`;
    }
  }
}

/** Throws ROADBED-8801 for a bucket or key that cannot be one. */
export function s3Address(place: Omit<S3Address, 'kind'>, settings?: Settings): S3Address {
  const shown = `s3://${place.bucket}/${place.key}`;
  if (!S3_BUCKET.test(place.bucket)) throw noAddress(shown, `${JSON.stringify(place.bucket)} is no name of a bucket`);
  if (place.region !== undefined && !/^[a-z0-9-]{1,40}$/.test(place.region)) throw noAddress(shown, 'the region is none');
  checkKey(shown, place.key);
  checkKey(shown, place.workspacePrefix);
  settings?.done();
  return { kind: 's3', ...place };
}

export function googleAddress(place: Omit<GoogleStorageAddress, 'kind'>, settings?: Settings): GoogleStorageAddress {
  const shown = `gs://${place.bucket}/${place.prefix}`;
  if (!GOOGLE_BUCKET.test(place.bucket)) throw noAddress(shown, `${JSON.stringify(place.bucket)} is no name of a bucket`);
  checkKey(shown, place.prefix);
  settings?.done();
  return { kind: 'google', ...place };
}

export function azureAddress(place: Omit<AzureBlobAddress, 'kind'>, settings?: Settings): AzureBlobAddress {
  const shown = `azurerm://${place.account}/${place.container}/${place.key}`;
  if (!AZURE_ACCOUNT.test(place.account)) throw noAddress(shown, `${JSON.stringify(place.account)} is no storage account`);
  if (!AZURE_CONTAINER.test(place.container)) throw noAddress(shown, `${JSON.stringify(place.container)} is no container`);
  checkKey(shown, place.key);
  settings?.done();
  return { kind: 'azure', ...place };
}

/** An Azure blob by its https address; one that carries a signature needs no client and is read as it is. */
function webAddress(text: string): StateAddress {
  if (!URL.canParse(text)) throw noAddress('the address given', 'it is no http(s) address');
  const url = new URL(text);
  const account = AZURE_HOST.exec(url.hostname)?.[1];
  if (account === undefined || url.protocol !== 'https:' || url.searchParams.has('sig')) return { kind: 'http', url: text, trusted: true };
  const [container = '', ...key] = url.pathname.slice(1).split('/').map(decoded);
  return azureAddress({ account, container, key: key.join('/'), endpoint: url.origin });
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** Settings after the question mark. One that is not known is refused: it may be a key with a `?` in it, or a secret. */
class Settings {
  readonly #address: string;
  readonly #values: URLSearchParams;

  constructor(address: string, query: string) {
    this.#address = address.split('?', 1)[0] ?? '';
    this.#values = new URLSearchParams(query);
  }

  take(name: string): string | undefined {
    const value = this.#values.get(name) ?? undefined;
    this.#values.delete(name);
    return value;
  }

  optional<Name extends 'region' | 'profile'>(name: Name): Partial<Record<Name, string>> {
    const value = this.take(name);
    return (value === undefined || value === '' ? {} : { [name]: value }) as Partial<Record<Name, string>>;
  }

  endpoint(): { endpoint?: string } {
    const value = this.take('endpoint');
    if (value === undefined || value === '') return {};
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '') throw noAddress(this.#address, 'its endpoint is no http(s) address without user and query');
    return { endpoint: value.replace(/\/+$/, '') };
  }

  done(): void {
    const [name] = this.#values.keys();
    if (name !== undefined) throw noAddress(this.#address, `${JSON.stringify(name)} is no setting of it`);
  }
}

function checkKey(shown: string, key: string): void {
  if (key.length > LONGEST_KEY) throw noAddress(`${shown.slice(0, 60)}...`, `its key is longer than ${LONGEST_KEY} characters`);
  if (/[\u0000-\u001f\u007f]/.test(key)) throw noAddress(JSON.stringify(shown), 'its key holds a control character');
}

function noAddress(shown: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-8801', class: 'usage', message: `${shown} is no address of a state`, why, next: 'write s3://bucket/key, gs://bucket/prefix, azurerm://account/container/key or https://...; settings follow as ?region=eu-west-1' });
}
