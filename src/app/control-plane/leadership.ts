/**
 * Leads while the lease is held. The lease lives on a connection, so it dies with the database server; that must
 * stop the reconcilers, as another replica may lead by now, and nothing else: services go on, and the lease is
 * asked for again for as long as this control plane lives.
 */
import type pg from 'pg';
import type { Logger } from 'pino';
import { acquireLease, type Lease } from '../../adapters/postgres/lease.ts';

const LEASE = 'reconcilers';

export interface LeadershipOptions {
  connection: pg.ClientConfig;
  log: Logger;
  lead(): Promise<void>;
  /** Ends what `lead` began; called before the next `lead`. */
  follow(): Promise<void>;
}

export interface Leadership {
  /** Gives the lease up, and asks for it no more. Does not call `follow`. */
  stop(): Promise<void>;
}

export function keepLeading({ connection, log, lead, follow }: LeadershipOptions): Leadership {
  const stopping = new AbortController();
  let held: Lease | undefined;

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const lease = await acquireLease(LEASE, { connection, log, signal: stopping.signal });
      held = lease;
      if (stopping.signal.aborted) return lease.release();
      await lead();
      await new Promise<void>((resolve) => {
        lease.onLost(resolve);
        stopping.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      if (stopping.signal.aborted) return;
      log.warn({}, 'the lease of the reconcilers was lost; it is asked for again');
      await follow();
    }
  };
  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) log.error({ error: String(error) }, 'the reconcilers cannot be led');
  });

  return {
    stop: async () => {
      stopping.abort();
      await running;
      await held?.release();
    },
  };
}
