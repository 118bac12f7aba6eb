/** Time comes through here, so that a clock that goes back can be injected. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch; may go back. */
  now(): number;
  /** Never goes back; milliseconds from an arbitrary start. For measuring and deadlines. */
  monotonic(): number;
}
