/** Deploys: every deployment and return of the last days, as rows that the counts elsewhere rest on. */
import type { EventRow } from '../../../domain/event.ts';
import type { DeploysPage } from '../../contract/pages.ts';
import { deploysOf } from './summaries.ts';

/** `payments` of `v1:service:payments@prod`. */
function serviceOf(row: EventRow): string {
  return /^v1:service:(.+)@[^@]+$/.exec(row.subject)?.[1] ?? row.subject;
}

/** Newest first; rows of other kinds than deployments are left out. */
export function deploysPage(rows: readonly EventRow[], since: string, until: string): DeploysPage {
  const deploys = rows.flatMap((row) => deploysOf([row]).map((deploy) => ({ ...deploy, service: serviceOf(row), ...(row.namespace === undefined ? {} : { namespace: row.namespace }) })));
  return { since, until, deploys: deploys.toSorted((a, b) => b.at.localeCompare(a.at)) };
}
