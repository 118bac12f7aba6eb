/** Where the body of one request ends: by its length, by its chunks, or at once. Reused for all requests of a connection. */
import { ChunkedBody } from '../../formats/http1/chunked.ts';
import type { Refusal } from '../../formats/http1/refusal.ts';
import type { RequestHead } from '../../formats/http1/request-head.ts';

export class RequestBody {
  /** All of it has come in; also when there is none. */
  done = true;
  #left = 0;
  #inChunks = false;
  #chunked: ChunkedBody | undefined;

  /** Begins after a head; returns where the part of the body in `bytes` ends, or -1 when it is refused. */
  start(head: RequestHead, bytes: Buffer, after: number): number {
    this.#inChunks = head.chunked;
    if (head.chunked) {
      this.#chunked ??= new ChunkedBody();
      this.#chunked.reset();
    } else this.#left = Math.max(0, head.contentLength);
    return this.take(bytes, after);
  }

  /** Goes on; returns where the part of the body in `bytes` ends, or -1 when it is refused. */
  take(bytes: Buffer, from: number): number {
    if (this.#inChunks && this.#chunked !== undefined) {
      const end = this.#chunked.scan(bytes, from, bytes.length);
      this.done = end >= 0 && this.#chunked.done;
      return end;
    }
    const end = Math.min(bytes.length, from + this.#left);
    this.#left -= end - from;
    this.done = this.#left === 0;
    return end;
  }

  get refusal(): Refusal | undefined {
    return this.#chunked?.refusal;
  }

  /** What follows cannot be told apart from the body any more: the connection cannot carry another request. */
  abandon(): void {
    this.done = false;
  }
}
