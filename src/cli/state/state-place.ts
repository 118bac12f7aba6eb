/** One state to be read: a name for people, and bytes. */
export interface StatePlace {
  /** Of a file: what it is opened with. Of an address: what may be printed of it. */
  path: string;
  kind: 'file' | 'remote';
  root: string;
  workspace: string;
  /** The bytes of a state that is elsewhere, bounded in size and time; nothing keeps them. */
  open?: () => AsyncIterable<Uint8Array>;
}
