/**
 * States in Azure Blob Storage, through Microsoft's own clients.
 *
 * Credentials are those of Terraform's azurerm backend where they are given (ARM_ACCESS_KEY, ARM_SAS_TOKEN), a
 * connection string, or else whatever @azure/identity finds: the command line's login, a managed or workload identity.
 */
import type { Readable } from 'node:stream';
import { PlatformError } from '../../domain/error.ts';
import type { AzureBlobAddress } from '../../domain/state-address.ts';
import { shownStateAddress } from '../../domain/state-address.ts';
import type { StateStorageOptions, StoredState } from '../../ports/state-storage.ts';
import { boundedBytes, checkSize, inTime } from './bounded-bytes.ts';
import { loadOfficialClient } from './official-client.ts';
import { azureStateKeys } from './state-keys.ts';
import type { ObjectState, StateKey } from './state-keys.ts';
import { storageError } from './storage-error.ts';

const MOST_BLOBS = 50_000;
const PERMISSION = 'the role Storage Blob Data Reader on the container, or an access key or SAS token with read and list';
const CREDENTIALS = 'log in with `az login`, or set ARM_ACCESS_KEY, ARM_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING';

interface Blob {
  name: string;
  versionId?: string;
  properties: { contentLength?: number; lastModified?: Date };
}
interface BlobClient {
  withVersion(version: string): BlobClient;
  download(offset: number, count: undefined, options: object): Promise<{ readableStreamBody?: Readable }>;
}
interface Container {
  listBlobsFlat(options: object): { byPage(settings: object): AsyncIterableIterator<{ segment: { blobItems: Blob[] } }> };
  getBlobClient(name: string): BlobClient;
}
interface Service {
  getContainerClient(name: string): Container;
}
interface BlobModule {
  BlobServiceClient: { new (url: string, credential: unknown, options: object): Service; fromConnectionString(text: string, options: object): Service };
  StorageSharedKeyCredential: new (account: string, key: string) => unknown;
}
interface IdentityModule {
  DefaultAzureCredential: new () => unknown;
}

export class AzureStates {
  readonly #container: Container;
  readonly #address: AzureBlobAddress;
  readonly #options: StateStorageOptions;
  readonly #name: string;

  private constructor(container: Container, address: AzureBlobAddress, options: StateStorageOptions) {
    this.#container = container;
    this.#address = address;
    this.#options = options;
    this.#name = shownStateAddress(address);
  }

  static async open(address: AzureBlobAddress, options: StateStorageOptions): Promise<AzureStates> {
    const service = await serviceOf(address, options);
    return new AzureStates(service.getContainerClient(address.container), address, options);
  }

  async find(): Promise<{ states: ObjectState[]; problems: string[] }> {
    const blobs = await this.#list({ prefix: this.#address.key.replace(/\/+$/, '') });
    const sizes = new Map(blobs.map((blob) => [blob.name, blob.properties.contentLength]));
    return { states: azureStateKeys([...sizes.keys()], this.#address).map((found) => this.#state(found, { size: sizes.get(found.key) })), problems: [] };
  }

  async versions(state: StateKey, most: number): Promise<StoredState[]> {
    const blobs = (await this.#list({ prefix: state.key, includeVersions: true })).filter((blob) => blob.name === state.key && blob.versionId !== undefined);
    // A version's id is the moment it was written.
    blobs.sort((a, b) => ((a.versionId ?? '') < (b.versionId ?? '') ? -1 : 1));
    return blobs.slice(-most).map((blob) => this.#state(state, { size: blob.properties.contentLength, version: blob.versionId, writtenAt: blob.properties.lastModified?.toISOString() }));
  }

  async #list(query: { prefix: string; includeVersions?: boolean }): Promise<Blob[]> {
    const { prefix, ...rest } = query;
    try {
      return await inTime({ name: this.#name, timeoutMs: this.#options.timeoutMs }, async (abortSignal) => {
        const found: Blob[] = [];
        for await (const page of this.#container.listBlobsFlat({ ...rest, ...(prefix === '' ? {} : { prefix }), abortSignal }).byPage({ maxPageSize: 1000 })) {
          found.push(...page.segment.blobItems);
          if (found.length > MOST_BLOBS) throw new PlatformError({ code: 'ROADBED-8808', class: 'usage', message: `more than ${MOST_BLOBS} blobs below ${this.#name}`, next: 'give a longer prefix' });
        }
        return found;
      });
    } catch (error) {
      throw storageError(error, this.#name, PERMISSION, CREDENTIALS);
    }
  }

  #state(at: StateKey, { size, version, writtenAt }: { size?: number | undefined; version?: string | undefined; writtenAt?: string | undefined }): ObjectState {
    const { key, root, workspace } = at;
    const { account, container } = this.#address;
    const name = `azurerm://${account}/${container}/${key}${version === undefined ? '' : ` version ${version}`}`;
    return { name, root: `${account}/${container}/${root}`, workspace, at, ...(writtenAt === undefined ? {} : { writtenAt }), read: () => this.#read(name, key, size, version) };
  }

  async *#read(name: string, key: string, size: number | undefined, version: string | undefined): AsyncGenerator<Uint8Array> {
    const { timeoutMs, largestBytes } = this.#options;
    checkSize(name, size, largestBytes);
    const blob = this.#container.getBlobClient(key);
    try {
      yield* boundedBytes({ name, timeoutMs, ...(largestBytes === undefined ? {} : { largestBytes }) }, async (abortSignal) => (await (version === undefined ? blob : blob.withVersion(version)).download(0, undefined, { abortSignal })).readableStreamBody ?? emptyBody());
    } catch (error) {
      throw storageError(error, name, PERMISSION, CREDENTIALS);
    }
  }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

async function serviceOf(address: AzureBlobAddress, { environment }: StateStorageOptions): Promise<Service> {
  const blobs = await loadOfficialClient<BlobModule>('@azure/storage-blob', environment, ['@azure/storage-blob', '@azure/identity']);
  const options = { retryOptions: { maxTries: 3 } };
  const { AZURE_STORAGE_CONNECTION_STRING: connection } = environment;
  // One of another account would read another state.
  if (connection !== undefined && new RegExp(`(?:^|;)AccountName=${address.account}(?:;|$)`, 'i').test(connection)) return blobs.BlobServiceClient.fromConnectionString(connection, options);
  const url = address.endpoint ?? `https://${address.account}.blob.core.windows.net`;
  const key = environment['ARM_ACCESS_KEY'] ?? environment['AZURE_STORAGE_KEY'];
  if (key !== undefined && key !== '') return new blobs.BlobServiceClient(url, new blobs.StorageSharedKeyCredential(address.account, key), options);
  const token = environment['ARM_SAS_TOKEN'] ?? environment['AZURE_STORAGE_SAS_TOKEN'];
  if (token !== undefined && token !== '') return new blobs.BlobServiceClient(`${url}?${token.replace(/^\?/, '')}`, undefined, options);
  const { DefaultAzureCredential } = await loadOfficialClient<IdentityModule>('@azure/identity', environment, ['@azure/storage-blob', '@azure/identity']);
  return new blobs.BlobServiceClient(url, new DefaultAzureCredential(), options);
}
