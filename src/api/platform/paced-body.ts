/**
 * The body of a large upload, which must keep coming: who sends a byte a minute would hold a place that others wait for.
 */
import { PlatformError } from '../../domain/error.ts';

export interface Pace {
  /** Before anything must have come. */
  patienceMs: number;
  /** Over the whole time behind that. */
  bytesPerSecond: number;
}

/** Slower than any line that a bill or a state is sent over. */
const PACE: Pace = { patienceMs: 30_000, bytesPerSecond: 64 * 1024 };

/** The pieces as they come. Throws ROADBED-5029 when they come too slowly. */
export async function* pacedBody<Piece extends Uint8Array>(body: AsyncIterable<Piece>, { patienceMs, bytesPerSecond }: Pace = PACE): AsyncGenerator<Piece> {
  const began = performance.now();
  const pieces = body[Symbol.asyncIterator]();
  let received = 0;
  for (;;) {
    const left = patienceMs + (received / bytesPerSecond) * 1000 - (performance.now() - began);
    const piece = await within(pieces.next(), left);
    if (piece.done === true) return;
    received += piece.value.length;
    yield piece.value;
  }
}

async function within<Answer>(asked: Promise<Answer>, milliseconds: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new PlatformError({ code: 'ROADBED-5029', class: 'timed-out', message: 'The upload comes too slowly.', why: 'Others wait for the place that it holds.', next: 'send it over a faster line, or packed', retry: 'backoff' })), Math.max(0, milliseconds));
  });
  // Whoever is late may fail later, when nobody listens any more.
  asked.catch(() => undefined);
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
