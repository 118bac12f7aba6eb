/** What the analysis thread answers for a pushed state. Apart from how it is made, which the control plane need not load. */
export interface RecordedPush {
  serial: number;
  lineage: string;
  terraformVersion?: string;
  resources: number;
  /** Hexadecimal. */
  content: string;
  document: Uint8Array;
  documentVersion: number;
}

/** Facts as JSON, then the document: a length of four bytes before each. */
export function packPush({ document, ...facts }: RecordedPush): Uint8Array {
  const head = Buffer.from(JSON.stringify(facts));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, document]);
}

export function unpackPush(bytes: Uint8Array): RecordedPush {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 4 + buffer.readUInt32BE(0);
  return { ...(JSON.parse(buffer.subarray(4, end).toString('utf8')) as Omit<RecordedPush, 'document'>), document: Buffer.from(buffer.subarray(end)) };
}
