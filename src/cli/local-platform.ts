/** What commands need of the machine they run on rather than of a server; `app` provides it. */
import type { SourceProblem } from '../domain/source-problem.ts';
import type { SourceTree } from '../domain/source-tree.ts';
import type { PriceFiles } from '../engines/price-book/price.ts';
import type { ProviderCatalogue } from '../engines/provider-catalogue/catalogue.ts';
import type { RuleFile } from '../engines/rules/rule.ts';
import type { StateStorage } from '../ports/state-storage.ts';

/** Terraform code, a plan or a state, as found on this machine. */
export type InfrastructureInput =
  | { kind: 'folder'; tree: SourceTree; /** Absolute path of the tree; for links. */ top: string; /** Of the root module, within the tree. */ folder: string; name: string }
  | { kind: 'document'; text: string; file: string; name: string };

export interface InfrastructureFiles {
  /** A folder, a file, or `-` for standard input. `top` bounds what modules may be read; the repository around the folder by default. */
  open(options: { path: string; top?: string }): Promise<InfrastructureInput>;
  /** The bytes of a file, or of standard input (`-`); UTF-8 for sure. */
  readBytes(path: string): Promise<Uint8Array>;
  /** The folder or file as it was at a commit, branch or tag of the repository around it. */
  openAt(options: { path: string; ref: string; top?: string }): Promise<InfrastructureInput>;
  /** The shipped catalogue of resource types, with a platform team's own folder on top. */
  providerCatalogue(ownFolder?: string): Promise<{ catalogue: ProviderCatalogue; problems: SourceProblem[] }>;
  drawPng(svg: string): Promise<Uint8Array>;
  /** States that are kept elsewhere. */
  stateStorage(): Promise<StateStorage>;
  /** The price book that ships, read file by file when asked; with a day, the version of it that is kept in the folder, where there is one. */
  priceFiles(asOf?: { day: string; folder?: string }): Promise<PriceFiles>;
  /** A platform team's own prices and discounts. */
  ownPrices(folder: string): Promise<{ name: string; text: string }[]>;
  /** The shipped rules of an area for the providers of these types, with a platform team's own folder on top. */
  rules(area: string, types: Iterable<string> | 'all', ownFolder?: string): Promise<{ files: RuleFile[]; problems: string[] }>;
}

export interface UpOptions {
  empty: boolean;
  port: number | undefined;
  host: string | undefined;
  /** Public addresses of the console, the one to print first. */
  publicUrls: readonly string[];
  dataDir: string;
  json: boolean;
  open: boolean;
}

export interface PurgeReport {
  processes: number;
  files: string[];
  databases: string;
}

export interface LocalPlatform {
  packageVersion: string;
  /** Runs in the foreground until a signal; answers the exit code. */
  up(options: UpOptions): Promise<number>;
  /** Stops everything below the data directory; with `purge` removes all data and proves that nothing is left. */
  down(options: { dataDir: string; purge: boolean; keepDatabase?: boolean }): Promise<{ stopped: string[]; left: string[] }>;
  /** What a purge removes from a database server elsewhere; undefined when the state is in the data directory. */
  planPurge(options: { dataDir: string }): Promise<{ place: string; databases: string[]; schema: boolean } | undefined>;
  systemdUnit(options: { dataDir: string; user: boolean; publicUrls: readonly string[] }): { path: string; text: string; folders: string[] };
  /** `onScope` is told at once what the archive will not hold. */
  backup(options: { dataDir: string; file: string; onScope: (line: string) => void }): Promise<{ bytes: number; parts: string[]; notCovered: string[] }>;
  restore(options: { dataDir: string; file: string }): Promise<{ parts: string[]; notCovered: string[] }>;
  /** Facts of the machine with a verdict each. */
  doctor(options: { dataDir: string }): Promise<{ name: string; state: 'ok' | 'warning' | 'problem'; fact: string; fix?: string }[]>;
  runPipeline(options: { folder: string; dataDir: string; extensions: string | undefined; onLine: (line: string) => void; signal: AbortSignal }): Promise<{ ok: boolean; message: string }>;
  openInBrowser(url: string): Promise<boolean>;
  infrastructure: InfrastructureFiles;
}
