/** Content-addressed artifacts with their SBOM and signed provenance. */
export interface Artifact {
  /** `sha256:<hex>` of the canonical archive: same files, same digest. */
  digest: string;
  size: number;
  mediaType: string;
}

export interface ArtifactVerification {
  ok: boolean;
  digest: string;
  keyId?: string;
  builder?: string;
  commit?: string;
  problem?: string;
}

export interface Artifacts {
  /** Packs a folder; deterministic. Links that leave the folder are refused. */
  pack(folder: string, exclude: readonly string[]): Promise<Artifact>;
  /** Unpacks into a read-only folder shared by all who use the digest; idempotent. Answers its path. */
  unpack(digest: string): Promise<string>;
  attach(digest: string, kind: 'sbom' | 'provenance', document: string): Promise<void>;
  attachment(digest: string, kind: 'sbom' | 'provenance'): Promise<string | undefined>;
  verify(digest: string): Promise<ArtifactVerification>;
  has(digest: string): Promise<boolean>;
  /** Removes what is in no release of `keep`. */
  collect(keep: ReadonlySet<string>): Promise<number>;
}

/** Reading single files of an artifact: a Score file's sources, what says how to start it, its lock file. */
export interface ArtifactFiles {
  /** Bytes of a regular file; undefined when it is absent or larger than `maxBytes` (default 1 MiB). Never leaves the artifact. */
  read(digest: string, path: string, maxBytes?: number): Promise<Uint8Array | undefined>;
}
