/** Folders in which pipeline runs work: the checked-out commit, a home, and caches that outlive the run. */
export interface Workspace {
  /** Absolute; the commit's files, then whatever the steps made of them. */
  folder: string;
  /** Absolute; the steps' HOME. */
  home: string;
  /** Absolute folders that steps may write besides `folder`: the home and the caches. */
  writable: string[];
}

export interface WorkspaceRequest {
  namespace: string;
  repository: string;
  run: string;
  /** Named folders that are kept between the runs of a repository, at paths in the workspace or `~/` in the home. */
  caches: readonly { name: string; path: string }[];
  /** Run whose restart point, if it was kept, becomes this run's workspace. */
  takeOver?: string;
  /** Unpacks the commit into a folder that does not exist yet. */
  unpack(folder: string): Promise<void>;
}

export interface Workspaces {
  /** Idempotent, also after a kill half-way. Throws ROADBED-2106 when a cache lies where the commit has a file. */
  prepare(request: WorkspaceRequest): Promise<Workspace>;
  /** Whether anything of the run is kept. */
  exists(namespace: string, run: string): Promise<boolean>;
  /** Keeps workspace and home as they are now, in place of an earlier restart point; `done` are the steps whose work they hold. False: it could not be kept. */
  keepPoint(namespace: string, run: string, done: readonly string[]): Promise<boolean>;
  /** The steps whose work the restart point of a run holds; undefined when there is none. */
  pointOf(namespace: string, run: string): Promise<string[] | undefined>;
  /** Leaves nothing of a run but its restart point; idempotent. */
  reduceToPoint(namespace: string, run: string): Promise<void>;
  /** A folder inside the workspace as steps left it; throws ROADBED-2107 when it is missing or leads out of the workspace. */
  inside(namespace: string, run: string, path: string): Promise<string>;
  /** Writes a file of the platform below a folder that steps have written to; never through a link. */
  write(folder: string, path: string, content: string): Promise<void>;
  /** Idempotent. */
  remove(namespace: string, run: string): Promise<void>;
  /** Removes least recently used caches of a repository until all together are within `bytes`. Answers what is left. */
  boundCaches(namespace: string, repository: string, bytes: number): Promise<number>;
  /** Everything of a repository that is gone. */
  removeCaches(namespace: string, repository: string): Promise<void>;
}
