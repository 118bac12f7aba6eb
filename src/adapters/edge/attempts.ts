/**
 * Where a request goes whose connection never came about: nothing was sent, so it may go anywhere.
 *
 * First to another endpoint of the same revision, then to the heaviest other revision. The turn of the round robin
 * is left alone, or the shares of the others would shift; the connect error stays with the revision that refused.
 */
import type { CompiledRoute, Target } from './routes.ts';
import { chooseEndpoint } from './routes.ts';
import type { Endpoint } from './upstream.ts';

export interface Attempt {
  target: Target;
  /** Undefined: everything was tried, so only the same again is left. */
  endpoint: Endpoint | undefined;
}

/** The next attempt after `failed`; `tried` are the endpoints that refused. */
export function nextAttempt(route: CompiledRoute, failed: Target, tried: readonly Endpoint[], now: number): Attempt {
  const sibling = chooseEndpoint(failed, tried, now);
  if (sibling !== undefined) return { target: failed, endpoint: sibling };
  const untried = route.targets.filter((target) => target.weight > 0 && target.endpoints.some((endpoint) => !tried.includes(endpoint)));
  const heaviest = untried.reduce<Target | undefined>((best, target) => (best === undefined || target.weight > best.weight ? target : best), undefined);
  return heaviest === undefined ? { target: failed, endpoint: undefined } : { target: heaviest, endpoint: chooseEndpoint(heaviest, tried, now) };
}
