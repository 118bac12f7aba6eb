/** The five delivery metrics of a scope, from the event log. */
import type { DeliveryMetrics, DeliveryMetricsScope } from '../../api/contract/delivery-metrics.ts';
import { DELIVERY_EVENT_KINDS } from '../../engines/dora/deployments.ts';
import { deliveryMetrics } from '../../engines/dora/metrics.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Events } from '../../ports/events.ts';

const MONTH_MS = 30 * 86_400_000;
/** Rows before the window are needed to pair beginnings with ends. */
const LOOK_BACK_MS = 30 * 86_400_000;
const MOST_ROWS = 100_000;

export function deliveryReports(events: Events, clock: Clock): (scope: DeliveryMetricsScope) => Promise<DeliveryMetrics> {
  return async (scope) => {
    const until = scope.until ?? new Date(clock.now() + 1).toISOString();
    const since = scope.since ?? new Date(clock.now() - MONTH_MS).toISOString();
    const rows = await events.query({
      kinds: [...DELIVERY_EVENT_KINDS],
      since: new Date(Date.parse(since) - LOOK_BACK_MS).toISOString(),
      limit: MOST_ROWS,
      ...(scope.namespace === undefined ? {} : { namespace: scope.namespace }),
    });
    const { namespace, service, environment } = scope;
    return deliveryMetrics(rows, { since, until, ...(namespace === undefined ? {} : { namespace }), ...(service === undefined ? {} : { service }), ...(environment === undefined ? {} : { environment }) });
  };
}
