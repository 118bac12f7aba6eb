/**
 * States in S3, or in a storage that speaks S3, through Amazon's own client.
 *
 * Keys are listed first, since that tells workspaces and sizes before anything is read. Who may read a key but not
 * list is served too, and told that there may be workspaces that were not seen.
 */
import type { Readable } from 'node:stream';
import { PlatformError } from '../../domain/error.ts';
import type { S3Address } from '../../domain/state-address.ts';
import { shownStateAddress } from '../../domain/state-address.ts';
import type { StateStorageOptions, StoredState } from '../../ports/state-storage.ts';
import { boundedBytes, checkSize, inTime } from './bounded-bytes.ts';
import { loadOfficialClient } from './official-client.ts';
import { s3StateKeys } from './state-keys.ts';
import type { ObjectState, StateKey } from './state-keys.ts';
import { statusOf, storageError } from './storage-error.ts';

const MOST_OBJECTS = 50_000;
const PERMISSION = 's3:GetObject on the state and s3:ListBucket on the bucket (s3:ListBucketVersions and s3:GetObjectVersion for older versions), and kms:Decrypt where it is encrypted with a key of yours';
const CREDENTIALS = 'give them as to the AWS command line: AWS_PROFILE, AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, or a role of the machine';

interface Listed {
  Key?: string;
  Size?: number;
  VersionId?: string;
  LastModified?: Date;
}
interface Listing {
  Contents?: Listed[];
  Versions?: Listed[];
  IsTruncated?: boolean;
  NextContinuationToken?: string;
  NextKeyMarker?: string;
  NextVersionIdMarker?: string;
}
interface S3Client {
  config: { region(): Promise<string> };
  send(command: object, options: { abortSignal: AbortSignal }): Promise<Listing & { Body?: Readable }>;
  destroy(): void;
}
type Command = new (input: Record<string, unknown>) => object;
interface S3Module {
  S3Client: new (settings: Record<string, unknown>) => S3Client;
  GetObjectCommand: Command;
  ListObjectsV2Command: Command;
  ListObjectVersionsCommand: Command;
}

export class S3States {
  readonly #s3: S3Module;
  readonly #client: S3Client;
  readonly #address: S3Address;
  readonly #options: StateStorageOptions;
  readonly #name: string;

  private constructor(s3: S3Module, client: S3Client, address: S3Address, options: StateStorageOptions) {
    this.#s3 = s3;
    this.#client = client;
    this.#address = address;
    this.#options = options;
    this.#name = shownStateAddress(address);
  }

  static async open(address: S3Address, options: StateStorageOptions): Promise<S3States> {
    const s3 = await loadOfficialClient<S3Module>('@aws-sdk/client-s3', options.environment);
    return new S3States(s3, await clientOf(s3, address, options), address, options);
  }

  async find(): Promise<{ states: ObjectState[]; problems: string[] }> {
    const { key, workspacePrefix } = this.#address;
    const [below, others] = [await this.#listed(key.replace(/\/+$/, '')), key === '' || workspacePrefix === '' ? [] : await this.#listed(`${workspacePrefix}/`)];
    if ('denied' in below && (key === '' || key.endsWith('/'))) throw below.denied;
    const unseen = 'denied' in below || 'denied' in others ? [`${this.#name}: its bucket may not be listed (s3:ListBucket), so states of other workspaces were not looked for`] : [];
    const objects = [...('denied' in below ? [{ Key: key }] : below), ...('denied' in others ? [] : others)];
    const sizes = new Map(objects.map((object: Listed) => [object.Key ?? '', object.Size]));
    return { states: s3StateKeys([...sizes.keys()], this.#address).map((found) => this.#state(found, { size: sizes.get(found.key) })), problems: unseen };
  }

  async versions(state: StateKey, most: number): Promise<StoredState[]> {
    const found: Listed[] = [];
    try {
      let marker: Pick<Listing, 'NextKeyMarker' | 'NextVersionIdMarker'> = {};
      for (;;) {
        const at = { ...(marker.NextKeyMarker === undefined ? {} : { KeyMarker: marker.NextKeyMarker }), ...(marker.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: marker.NextVersionIdMarker }) };
        const page = await this.#ask(new this.#s3.ListObjectVersionsCommand({ Bucket: this.#address.bucket, Prefix: state.key, ...at }));
        // Newest first within a key.
        found.push(...(page.Versions ?? []).filter((version) => version.Key === state.key));
        if (page.IsTruncated !== true || found.length >= most) break;
        marker = page;
      }
    } catch (error) {
      throw this.#error(error);
    }
    return found.slice(0, most).reverse().map((version) => this.#state(state, { size: version.Size, version: version.VersionId, writtenAt: version.LastModified?.toISOString() }));
  }

  async #listed(prefix: string): Promise<Listed[] | { denied: PlatformError }> {
    try {
      return await this.#list(prefix);
    } catch (error) {
      if (statusOf(error) === 403) return { denied: this.#error(error) };
      throw this.#error(error);
    }
  }

  async #list(prefix: string): Promise<Listed[]> {
    const found: Listed[] = [];
    let token: string | undefined;
    do {
      const page = await this.#ask(new this.#s3.ListObjectsV2Command({ Bucket: this.#address.bucket, Prefix: prefix, ...(token === undefined ? {} : { ContinuationToken: token }) }));
      found.push(...(page.Contents ?? []));
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      if (found.length > MOST_OBJECTS) throw new PlatformError({ code: 'ROADBED-8808', class: 'usage', message: `more than ${MOST_OBJECTS} objects below s3://${this.#address.bucket}/${prefix}`, next: 'give a longer prefix, or keys' });
    } while (token !== undefined);
    return found;
  }

  async #ask(command: object): Promise<Listing> {
    return await inTime({ name: this.#name, timeoutMs: this.#options.timeoutMs }, (abortSignal) => this.#client.send(command, { abortSignal }));
  }

  #state(at: StateKey, { size, version, writtenAt }: { size?: number | undefined; version?: string | undefined; writtenAt?: string | undefined }): ObjectState {
    const { key, root, workspace } = at;
    const name = `s3://${this.#address.bucket}/${key}${version === undefined ? '' : ` version ${version}`}`;
    return { name, root: `${this.#address.bucket}/${root}`, workspace, at, ...(writtenAt === undefined ? {} : { writtenAt }), read: () => this.#read(name, key, size, version) };
  }

  async *#read(name: string, key: string, size: number | undefined, version: string | undefined): AsyncGenerator<Uint8Array> {
    const { timeoutMs, largestBytes } = this.#options;
    checkSize(name, size, largestBytes);
    const sse = this.#options.environment['AWS_SSE_CUSTOMER_KEY'];
    const command = new this.#s3.GetObjectCommand({ Bucket: this.#address.bucket, Key: key, ...(version === undefined ? {} : { VersionId: version }), ...(sse === undefined || sse === '' ? {} : { SSECustomerAlgorithm: 'AES256', SSECustomerKey: sse }) });
    try {
      yield* boundedBytes({ name, timeoutMs, ...(largestBytes === undefined ? {} : { largestBytes }) }, async (abortSignal) => (await this.#client.send(command, { abortSignal })).Body ?? emptyBody());
    } catch (error) {
      throw this.#error(error, name);
    }
  }

  #error(error: unknown, name = this.#name): PlatformError {
    return storageError(error, name, PERMISSION, CREDENTIALS);
  }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

async function clientOf(s3: S3Module, address: S3Address, { environment, timeoutMs }: StateStorageOptions): Promise<S3Client> {
  const { region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'], endpoint, profile } = address;
  // Storages that are not Amazon's have no name for each bucket.
  const elsewhere = endpoint ?? environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  const settings = { followRegionRedirects: true, maxAttempts: 3, requestHandler: { connectionTimeout: Math.min(timeoutMs, 10_000), requestTimeout: timeoutMs }, ...(profile === undefined ? {} : { profile }), ...(elsewhere === undefined ? {} : { endpoint: elsewhere, forcePathStyle: true }) };
  const client = new s3.S3Client({ ...settings, ...(region === undefined ? {} : { region }) });
  try {
    await client.config.region();
    return client;
  } catch {
    // No region anywhere: the bucket's own follows from the first answer.
    return new s3.S3Client({ ...settings, region: 'us-east-1' });
  }
}
