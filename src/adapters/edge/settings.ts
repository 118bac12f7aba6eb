/**
 * Limits and time-outs of the edge, in milliseconds and bytes.
 *
 * One sweep every `sweep` ms enforces all of them: a timer per socket costs on every read and write.
 * The idle time towards upstreams is below the 5 s after which servers in Node close a connection, so
 * that the edge closes first; towards clients it is above that of usual balancers.
 */
export interface EdgeSettings {
  sweep: number;
  /** From the first byte of a request to the end of its head; single bytes do not extend it. */
  head: number;
  /** Between two pieces of a request body. */
  bodyIdle: number;
  /** Without a request on a kept connection. */
  clientIdle: number;
  connect: number;
  /** From the end of the request to the head of the answer. */
  answerHead: number;
  /** Without a byte of an answer's body; not for event streams. */
  answerIdle: number;
  /** A client that takes nothing of its answer. */
  clientStalled: number;
  /** Reading on after an answer that closes, so that the client gets to read it. */
  linger: number;
  upstreamIdle: number;
  /** A draining process closes idle client connections after so long without a request. */
  drainIdle: number;
  /** A draining process ends at last. */
  drainDeadline: number;
  connectAttempts: number;
  /** Waiting before the n-th further attempt when it goes to the endpoint that has just refused. */
  retryDelay: number;
  /** Avoid an endpoint that refused for so long, while there are others. */
  avoid: number;
  /** Answer a client that half-closes before its answer, instead of treating it as gone. */
  allowHalfClose: boolean;
  /** Repeat a GET, HEAD or OPTIONS without body once when a reused connection closes without a byte. */
  repeatSafe: boolean;
}

export const DEFAULT_SETTINGS: EdgeSettings = {
  sweep: 250,
  head: 10_000,
  bodyIdle: 30_000,
  clientIdle: 75_000,
  connect: 1_000,
  answerHead: 60_000,
  answerIdle: 300_000,
  clientStalled: 60_000,
  linger: 5_000,
  upstreamIdle: 4_000,
  drainIdle: 1_000,
  drainDeadline: 300_000,
  connectAttempts: 3,
  retryDelay: 100,
  avoid: 1_000,
  allowHalfClose: false,
  repeatSafe: false,
};
