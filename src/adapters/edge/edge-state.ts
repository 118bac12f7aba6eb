/**
 * What all connections of one worker share: the table, the settings, the coarse clock, the counts.
 *
 * Also the words of the edge's own answers, because they name what the worker knows (the hosts).
 */
import type { Refusal } from '../../formats/http1/refusal.ts';
import type { LocalAnswer } from './local-answer.ts';
import { RouteBook } from './routes.ts';
import type { EdgeSettings } from './settings.ts';
import type { Clock } from './upstream.ts';

interface Swept {
  sweep(now: number): void;
  cut(): void;
}

export class EdgeState implements Clock {
  readonly settings: EdgeSettings;
  readonly book = new RouteBook();
  readonly clients = new Set<Swept>();
  readonly refusals = new Map<string, number>();
  port = 0;
  draining = false;
  now = performance.now();

  constructor(settings: EdgeSettings) {
    this.settings = settings;
  }

  /** Moves the coarse clock on and enforces every time-out. */
  sweep(): void {
    this.now = performance.now();
    for (const client of this.clients) client.sweep(this.now);
    for (const endpoint of this.book.endpoints.values()) for (const connection of endpoint.open) connection.sweep(this.now);
  }

  countRefusal(reason: string): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }

  unknownHost(host: string): LocalAnswer {
    const hosts = [...this.book.table.hosts.keys()].sort();
    const known = hosts.length === 0 ? 'No service is routed here yet.' : 'These hosts are routed here:';
    return { status: 404, reason: 'unknown-host', title: `Nothing is served at ${host === '' ? 'a request without host' : host}`, sentences: [`This is the edge of Roadbed. ${known}`], hosts };
  }

  nobodyServes(host: string): LocalAnswer {
    return {
      status: 503,
      reason: 'no-endpoints',
      title: `${host} has no running revision`,
      sentences: ['The route exists, but no revision behind it takes requests now. Try again in a moment.'],
      headers: { 'Retry-After': '1' },
    };
  }

  unreachable(): LocalAnswer {
    return { status: 502, reason: 'connect-failed', title: 'The service cannot be reached', sentences: ['No process of the service accepted a connection. The request was not delivered.'], headers: { 'Retry-After': '1' } };
  }

  brokenAnswer(refusal: Refusal | undefined): LocalAnswer {
    const why = refusal === undefined ? 'The service closed the connection before it answered. The request may have been carried out.' : `The service gave a malformed answer (${refusal.reason}): ${refusal.sentence}`;
    return { status: 502, reason: refusal === undefined ? 'upstream-closed' : 'upstream-malformed', title: 'The service did not answer properly', sentences: [why] };
  }

  noAnswer(): LocalAnswer {
    return { status: 504, reason: 'answer-timeout', title: 'The service did not answer in time', sentences: ['The request was delivered, and no answer came. It may have been carried out.'] };
  }

  tooSlow(reason: string): LocalAnswer {
    return { status: 408, reason, title: 'The request did not arrive in time', sentences: ['Its head or its body stopped arriving.'] };
  }

  refused(refusal: Refusal | undefined): LocalAnswer {
    const allow = refusal?.status === 405 ? { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } : undefined;
    return {
      status: refusal?.status ?? 400,
      reason: refusal?.reason ?? 'malformed',
      title: 'The request is malformed',
      sentences: [refusal?.sentence ?? 'It cannot be read.'],
      ...(allow === undefined ? {} : { headers: allow }),
    };
  }
}
