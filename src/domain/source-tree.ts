/** Files as engines see them: a list and a read, from a commit or a folder; nothing else of the world. */
export interface SourceTree {
  /** Paths of regular files, relative, with `/`. */
  list(): Promise<string[]>;
  /** Bytes of a regular file, bounded; undefined when absent, a link, or too large. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Why a path that is listed, or stands there unlisted, was not read; undefined when nothing is known against it. */
  refusal?(path: string): string | undefined;
}
