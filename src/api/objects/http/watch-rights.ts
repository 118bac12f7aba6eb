/**
 * A watch lives for an hour, its right may end before: each is asked again every second, from memory.
 *
 * Who signed out, whose token expired or was revoked, and whose role was taken away gets the error that a new
 * request would get, as the last event of the stream.
 */
import type { Identity } from '../../../ports/identity.ts';
import { asObjectApiError, unauthorized } from '../failure.ts';
import { PlatformError } from '../../../domain/error.ts';
import type { ObjectService, Target } from '../service.ts';
import { errorLine } from './watch-stream.ts';
import type { WatchStream } from './watch-stream.ts';

const ASK_AGAIN_MS = 1_000;

/** Ends `stream` once `identity` may no longer watch `target`; the refusal leaves its audit row. */
export function endWithRights(service: ObjectService, identity: Identity, target: Target, stream: WatchStream): void {
  const timer = setInterval(() => {
    if (!service.foundation.identities.isLive(identity)) stream.finish(errorLine(unauthorized()));
    else if (!service.decide(identity, 'watch', target).allowed) void refuse();
  }, ASK_AGAIN_MS);
  stream.onClose(() => clearInterval(timer));

  async function refuse(): Promise<void> {
    clearInterval(timer);
    try {
      await service.authorise(identity, 'watch', target);
      // Granted again at this very moment: the client asks anew.
      stream.finish();
    } catch (error) {
      stream.finish(error instanceof PlatformError ? errorLine(asObjectApiError(error)) : undefined);
    }
  }
}
