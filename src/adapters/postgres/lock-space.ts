/**
 * The advisory locks of Roadbed: one first key ("road" in ASCII), the second says what for.
 *
 * Locks are counted per database, so two installations on one server do not meet. Nothing else may take
 * WRITE: whoever holds it holds up every write of every replica. (Migration 0001 names it as a number.)
 */
export const LOCK_SPACE = 1919902052;

export const LOCKS = { write: 1, migration: 2, seal: 3, prune: 4, token: 5, findings: 6, states: 7, bills: 9 } as const;

/** First keys of locks whose second key is a number of their own: leases by name, processes by chance. */
export const LEASE_SPACE = 1919902053;
export const PROCESS_SPACE = 1919902054;
