/** States in Google Cloud Storage, through Google's own client. */
import type { Readable } from 'node:stream';
import { PlatformError } from '../../domain/error.ts';
import type { GoogleStorageAddress } from '../../domain/state-address.ts';
import { shownStateAddress } from '../../domain/state-address.ts';
import type { StateStorageOptions, StoredState } from '../../ports/state-storage.ts';
import { boundedBytes, checkSize, inTime } from './bounded-bytes.ts';
import { loadOfficialClient } from './official-client.ts';
import { googleStateKeys } from './state-keys.ts';
import type { ObjectState, StateKey } from './state-keys.ts';
import { storageError } from './storage-error.ts';

const MOST_OBJECTS = 50_000;
const PERMISSION = 'storage.objects.get and storage.objects.list (the role Storage Object Viewer) on the bucket';
const CREDENTIALS = 'give them as to other Google tools: `gcloud auth application-default login`, or GOOGLE_APPLICATION_CREDENTIALS';

interface StoredFile {
  name: string;
  metadata: { size?: string | number; generation?: string | number; updated?: string };
  createReadStream(): Readable;
}
interface Bucket {
  getFiles(query: object): Promise<[StoredFile[], object | null | undefined]>;
  file(name: string, options: object): StoredFile;
}
interface GoogleModule {
  Storage: new (settings: object) => { bucket(name: string): Bucket };
}

export class GoogleStates {
  readonly #bucket: Bucket;
  readonly #address: GoogleStorageAddress;
  readonly #options: StateStorageOptions;
  readonly #name: string;

  private constructor(bucket: Bucket, address: GoogleStorageAddress, options: StateStorageOptions) {
    this.#bucket = bucket;
    this.#address = address;
    this.#options = options;
    this.#name = shownStateAddress(address);
  }

  static async open(address: GoogleStorageAddress, options: StateStorageOptions): Promise<GoogleStates> {
    const { Storage } = await loadOfficialClient<GoogleModule>('@google-cloud/storage', options.environment);
    const storage = new Storage({ retryOptions: { maxRetries: 3, totalTimeout: Math.ceil(options.timeoutMs / 1000) }, ...(address.endpoint === undefined ? {} : { apiEndpoint: address.endpoint }) });
    return new GoogleStates(storage.bucket(address.bucket), address, options);
  }

  async find(): Promise<{ states: ObjectState[]; problems: string[] }> {
    const files = await this.#list({ prefix: this.#address.prefix.replace(/\/+$/, '') });
    const sizes = new Map(files.map((file) => [file.name, Number(file.metadata.size ?? 0)]));
    return { states: googleStateKeys([...sizes.keys()], this.#address).map((found) => this.#state(found, { size: sizes.get(found.key) })), problems: [] };
  }

  async versions(state: StateKey, most: number): Promise<StoredState[]> {
    const files = (await this.#list({ prefix: state.key, versions: true })).filter((file) => file.name === state.key);
    // Generations are numbers of 16 digits and grow with time.
    const generation = (file: StoredFile): bigint => BigInt(file.metadata.generation ?? 0);
    files.sort((a, b) => (generation(a) < generation(b) ? -1 : 1));
    return files.slice(-most).map((file) => this.#state(state, { size: Number(file.metadata.size ?? 0), generation: String(file.metadata.generation ?? ''), writtenAt: file.metadata.updated }));
  }

  async #list(query: object): Promise<StoredFile[]> {
    const found: StoredFile[] = [];
    let next: object | null | undefined = { ...query, autoPaginate: false, maxResults: 1000 };
    try {
      while (next !== null && next !== undefined) {
        const asked: object = next;
        const [files, more] = await inTime({ name: this.#name, timeoutMs: this.#options.timeoutMs }, () => this.#bucket.getFiles(asked));
        found.push(...files);
        if (found.length > MOST_OBJECTS) throw new PlatformError({ code: 'ROADBED-8808', class: 'usage', message: `more than ${MOST_OBJECTS} objects below ${this.#name}`, next: 'give a longer prefix' });
        next = more;
      }
    } catch (error) {
      throw storageError(error, this.#name, PERMISSION, CREDENTIALS);
    }
    return found;
  }

  #state(at: StateKey, { size, generation, writtenAt }: { size?: number | undefined; generation?: string; writtenAt?: string | undefined }): ObjectState {
    const { key, root, workspace } = at;
    const name = `gs://${this.#address.bucket}/${key}${generation === undefined ? '' : ` generation ${generation}`}`;
    return { name, root: root === '' ? this.#address.bucket : `${this.#address.bucket}/${root}`, workspace, at, ...(writtenAt === undefined ? {} : { writtenAt }), read: () => this.#read(name, key, size, generation) };
  }

  async *#read(name: string, key: string, size: number | undefined, generation: string | undefined): AsyncGenerator<Uint8Array> {
    const { timeoutMs, largestBytes, environment } = this.#options;
    checkSize(name, size, largestBytes);
    const own = environment['GOOGLE_ENCRYPTION_KEY'];
    const file = this.#bucket.file(key, { ...(generation === undefined ? {} : { generation }), ...(own === undefined || own === '' ? {} : { encryptionKey: Buffer.from(own, 'base64') }) });
    try {
      yield* boundedBytes({ name, timeoutMs, ...(largestBytes === undefined ? {} : { largestBytes }) }, async (signal) => {
        const stream = file.createReadStream();
        signal.addEventListener('abort', () => stream.destroy(), { once: true });
        return stream;
      });
    } catch (error) {
      throw storageError(error, name, PERMISSION, CREDENTIALS);
    }
  }
}
