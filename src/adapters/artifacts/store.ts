/**
 * Artifacts on disk, each under the digest of its canonical archive.
 *
 *     <folder>/<2 digits>/<hex>.tar               the archive
 *     <folder>/<2 digits>/<hex>.sbom.json         CycloneDX
 *     <folder>/<2 digits>/<hex>.provenance.json   DSSE envelope
 *     <unpackFolder>/<hex>/                       read-only, shared by all replicas and revisions
 *
 * `unpackFolder` must be reachable for the users that programs run as; `folder` need not be. Every name
 * appears only when what it names is whole, so a killed writer leaves at most a `.tmp-` to be swept.
 */
import { constants } from 'node:fs';
import { access, chmod, mkdir, open, readFile, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import { pathProblem } from '../../formats/archive/entry.ts';
import type { Artifact, ArtifactFiles, Artifacts, ArtifactVerification } from '../../ports/artifacts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Signer } from '../../ports/secrets.ts';
import { removeFolder } from '../held-folder/held-folder.ts';
import { isTemporary, publish, syncFolder, temporaryBeside, writeDurably } from './durable.ts';
import { excluder } from './exclude.ts';
import { listFolder, megabytes, writeArchive, type PackLimits } from './pack.ts';
import { badAttachment, digestHex, tooLarge, unknownArtifact } from './problem.ts';
import { readArchive, unpackArchive } from './unpack.ts';
import { checkProvenance } from './verify.ts';

const ARTIFACT_MEDIA_TYPE = 'application/vnd.roadbed.artifact.v1+tar';
const DEFAULT_LIMITS: PackLimits = { bytes: 500_000_000, entries: 100_000 };
const LARGEST_ATTACHMENT = 50_000_000;
const DEFAULT_READ = 1_048_576;
/** An artifact may be minutes old before its release names it. */
const COLLECT_AFTER_MS = 3_600_000;

export interface ArtifactStoreOptions {
  /** Absolute; made if absent. */
  folder: string;
  unpackFolder: string;
  signer: Pick<Signer, 'verify'>;
  clock: Clock;
  limits?: PackLimits;
  /** How old an artifact without a release must be before it is collected. Default one hour. */
  collectAfterMs?: number;
}

export function createArtifactStore(options: ArtifactStoreOptions): Artifacts & ArtifactFiles {
  return new ArtifactStore(options);
}

class ArtifactStore implements Artifacts, ArtifactFiles {
  readonly #options: ArtifactStoreOptions;
  readonly #unpacking = new Map<string, Promise<string>>();

  constructor(options: ArtifactStoreOptions) {
    this.#options = options;
  }

  async pack(folder: string, exclude: readonly string[]): Promise<Artifact> {
    const limits = this.#options.limits ?? DEFAULT_LIMITS;
    const entries = await listFolder(folder, excluder(exclude), limits);
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    const temporary = temporaryBeside(join(this.#options.folder, 'x'));
    const output = await open(temporary, 'wx', 0o600);
    try {
      const { digest, size } = await writeArchive(folder, entries, output);
      if (size > limits.bytes + entries.length * 2_048) throw tooLarge(megabytes(size), megabytes(limits.bytes));
      await output.sync();
      await this.#keep(temporary, digest);
      return { digest, size, mediaType: ARTIFACT_MEDIA_TYPE };
    } finally {
      await output.close();
      await rm(temporary, { force: true });
    }
  }

  async #keep(temporary: string, digest: string): Promise<void> {
    const path = this.#path(digest, '.tar');
    await this.#shard(digest);
    await publish(temporary, path);
  }

  async #shard(digest: string): Promise<void> {
    const created = await mkdir(join(this.#options.folder, digestHex(digest).slice(0, 2)), { recursive: true, mode: 0o700 });
    if (created !== undefined) await syncFolder(this.#options.folder);
  }

  #path(digest: string, suffix: string): string {
    const hex = digestHex(digest);
    return join(this.#options.folder, hex.slice(0, 2), `${hex}${suffix}`);
  }

  async has(digest: string): Promise<boolean> {
    return exists(this.#path(digest, '.tar'));
  }

  unpack(digest: string): Promise<string> {
    const running = this.#unpacking.get(digest);
    if (running !== undefined) return running;
    const started = this.#unpackOnce(digest).finally(() => this.#unpacking.delete(digest));
    this.#unpacking.set(digest, started);
    return started;
  }

  async #unpackOnce(digest: string): Promise<string> {
    const target = join(this.#options.unpackFolder, digestHex(digest));
    if (await exists(target)) return target;
    if (!(await this.has(digest))) throw unknownArtifact(digest);
    await mkdir(this.#options.unpackFolder, { recursive: true, mode: 0o755 });
    // Whatever the umask says: programs of other users run from here.
    await chmod(this.#options.unpackFolder, 0o755);
    const temporary = temporaryBeside(target);
    await unpackArchive(this.#path(digest, '.tar'), digest, temporary);
    try {
      await rename(temporary, target);
    } catch (error) {
      await removeFolder(temporary);
      if (!(await exists(target))) throw error;
    }
    return target;
  }

  async read(digest: string, path: string, maxBytes = DEFAULT_READ): Promise<Uint8Array | undefined> {
    if (pathProblem(path) !== undefined) return undefined;
    const root = await this.unpack(digest);
    try {
      const real = await realpath(join(root, path));
      if (!real.startsWith(`${await realpath(root)}${sep}`)) return undefined;
      const status = await stat(real);
      return status.isFile() && status.size <= maxBytes ? new Uint8Array(await readFile(real)) : undefined;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  }

  async attach(digest: string, kind: 'sbom' | 'provenance', document: string): Promise<void> {
    if (!(await this.has(digest))) throw unknownArtifact(digest);
    if (Buffer.byteLength(document) > LARGEST_ATTACHMENT) throw badAttachment(`it is larger than ${megabytes(LARGEST_ATTACHMENT)}`);
    try {
      JSON.parse(document);
    } catch {
      throw badAttachment('it is not JSON');
    }
    await writeDurably(this.#path(digest, `.${kind}.json`), document);
  }

  async attachment(digest: string, kind: 'sbom' | 'provenance'): Promise<string | undefined> {
    try {
      return await readFile(this.#path(digest, `.${kind}.json`), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async verify(digest: string): Promise<ArtifactVerification> {
    if (!(await this.has(digest))) return { ok: false, digest, problem: 'there is no such artifact' };
    try {
      const actual = await readArchive(this.#path(digest, '.tar'), () => undefined);
      if (actual !== digest) return { ok: false, digest, problem: `the stored bytes have the digest ${actual}` };
    } catch (error) {
      return { ok: false, digest, problem: `the stored bytes are not readable as an archive: ${error instanceof PlatformError ? error.message : (error as Error).message}` };
    }
    return { digest, ...(await checkProvenance(digest, await this.attachment(digest, 'provenance'), this.#options.signer)) };
  }

  async collect(keep: ReadonlySet<string>): Promise<number> {
    const kept = new Set([...keep].map(digestHex));
    const before = this.#options.clock.now() - (this.#options.collectAfterMs ?? COLLECT_AFTER_MS);
    let removed = 0;
    for (const shard of await names(this.#options.folder)) {
      const folder = join(this.#options.folder, shard);
      if (isTemporary(shard)) await removeOld(folder, before);
      else for (const name of await names(folder)) {
        const hex = name.slice(0, 64);
        if (isTemporary(name)) await removeOld(join(folder, name), before);
        else if (name === `${hex}.tar` && !kept.has(hex) && (await isOlder(join(folder, name), before))) {
          await this.#remove(`sha256:${hex}`);
          removed += 1;
        }
      }
    }
    for (const name of await names(this.#options.unpackFolder)) if (isTemporary(name)) await removeOld(join(this.#options.unpackFolder, name), before);
    return removed;
  }

  async #remove(digest: string): Promise<void> {
    for (const suffix of ['.tar', '.sbom.json', '.provenance.json']) await rm(this.#path(digest, suffix), { force: true });
    await removeFolder(join(this.#options.unpackFolder, digestHex(digest)));
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(() => true, () => false);
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}

async function isOlder(path: string, before: number): Promise<boolean> {
  return (await stat(path)).mtimeMs < before;
}

async function removeOld(path: string, before: number): Promise<void> {
  if (await isOlder(path, before)) await removeFolder(path);
}
