/** COPY FROM STDIN with text that is there as a whole, in pieces of whole lines: the fastest way into a table, one batch at a time. */
import pg from 'pg';

interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

class CopyIn extends pg.Query {
  readonly #data: readonly Buffer[];

  constructor(statement: string, data: readonly Buffer[], done: (error: Error | undefined) => void) {
    super(statement, done);
    this.#data = data;
  }

  /** Called by the driver when the server is ready for data. */
  handleCopyInResponse(connection: CopyConnection): void {
    for (const piece of this.#data) connection.sendCopyFromChunk(piece);
    connection.endCopyFrom();
  }
}

/** `lines`: COPY's text format. Rejects as any statement does. */
export function copyIn(client: pg.Client, statement: string, lines: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(statement, lines, (error) => (error ? reject(error) : resolve())));
  });
}

const SPECIAL = /["\\\n\r\t]/;

/** An array of texts in COPY's text format; `\N` for none. An empty text is null. */
export function copyArray(values: readonly (string | undefined)[]): string {
  if (values.length === 0) return '\\N';
  let elements = '';
  for (const value of values) elements += `${elements === '' ? '' : ','}${value === undefined || value === '' ? 'NULL' : SPECIAL.test(value) ? escaped(value) : `"${value}"`}`;
  return `{${elements}}`;
}

function escaped(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? character);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
