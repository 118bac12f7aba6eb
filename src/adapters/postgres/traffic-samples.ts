/**
 * The edge's counts by second and revision, for a day.
 *
 * An edge that is replaced in the middle of a second leaves two parts of it; they are added up on reading,
 * so that storing never has to look.
 */
import type { Metrics, MetricsQuery, TrafficSample } from '../../ports/metrics.ts';
import type { Database } from './connect.ts';
import { reading, writing } from './failure.ts';

const KEPT_HOURS = 24;
const PRUNE_EVERY_MS = 60_000;
const MOST_ROWS = 200_000;

interface Row {
  revision: string;
  at: Date;
  requests: string;
  classes: string[];
  errors: string;
  refused: string;
  first_byte: [number, number][];
}

export class TrafficSamples implements Metrics {
  readonly #database: Database;
  readonly #timer: NodeJS.Timeout;
  #pruning: Promise<unknown> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
    this.#timer = setInterval(() => {
      this.#pruning = this.prune().catch((error: unknown) => database.log.warn({ error: String(error) }, 'old traffic samples could not be removed'));
    }, PRUNE_EVERY_MS);
    this.#timer.unref();
  }

  /** One statement for the whole batch. */
  async store(samples: readonly TrafficSample[]): Promise<void> {
    if (samples.length === 0) return;
    await writing(this.#database.pool.query({
      name: 'store_traffic',
      text: `insert into roadbed.traffic_sample (environment, service, revision, at, requests, classes, errors, refused, first_byte)
        select environment, service, revision, at, requests, classes::bigint[], errors, refused, first_byte::json
        from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::text[])
          as s (environment, service, revision, at, requests, classes, errors, refused, first_byte)`,
      values: [
        samples.map((sample) => sample.environment),
        samples.map((sample) => sample.service),
        samples.map((sample) => sample.revision),
        samples.map((sample) => sample.at),
        samples.map((sample) => sample.requests),
        samples.map((sample) => `{${sample.classes.join(',')}}`),
        samples.map((sample) => sample.errors),
        samples.map((sample) => sample.refused ?? 0),
        samples.map((sample) => JSON.stringify(sample.firstByte)),
      ],
    }));
  }

  /** `since` is included, `until` is not; oldest first, 200,000 stored rows at most. */
  async samples(query: MetricsQuery): Promise<TrafficSample[]> {
    const { rows } = await reading(this.#database.pool.query<Row>({
      name: 'read_traffic',
      text: `select revision, at, requests, classes, errors, refused, first_byte from roadbed.traffic_sample
        where environment = $1 and service = $2 and at >= $3::timestamptz and at < coalesce($4::timestamptz, 'infinity') and revision = coalesce($5::text, revision)
        order by at, revision limit ${MOST_ROWS}`,
      values: [query.environment, query.service, query.since, query.until ?? null, query.revision ?? null],
    }));
    const samples: TrafficSample[] = [];
    for (const row of rows) {
      const sample = sampleOf(row, query);
      const last = samples.at(-1);
      if (last !== undefined && last.at === sample.at && last.revision === sample.revision) samples[samples.length - 1] = sum(last, sample);
      else samples.push(sample);
    }
    return samples;
  }

  /** Removes what is older than a day; returns how many rows went. */
  async prune(): Promise<number> {
    const { rowCount } = await this.#database.pool.query('delete from roadbed.traffic_sample where at < now() - make_interval(hours => $1)', [KEPT_HOURS]);
    return rowCount ?? 0;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pruning;
  }
}

function sampleOf(row: Row, query: MetricsQuery): TrafficSample {
  const [informational = 0, success = 0, redirect = 0, client = 0, server = 0] = row.classes.map(Number);
  return {
    service: query.service,
    environment: query.environment,
    revision: row.revision,
    at: row.at.toISOString(),
    requests: Number(row.requests),
    classes: [informational, success, redirect, client, server],
    errors: Number(row.errors),
    ...(Number(row.refused) === 0 ? {} : { refused: Number(row.refused) }),
    firstByte: row.first_byte,
  };
}

function sum(a: TrafficSample, b: TrafficSample): TrafficSample {
  const cells = new Map(a.firstByte);
  for (const [cell, count] of b.firstByte) cells.set(cell, (cells.get(cell) ?? 0) + count);
  const refused = (a.refused ?? 0) + (b.refused ?? 0);
  const add = (index: 0 | 1 | 2 | 3 | 4): number => a.classes[index] + b.classes[index];
  return {
    ...a,
    requests: a.requests + b.requests,
    classes: [add(0), add(1), add(2), add(3), add(4)],
    errors: a.errors + b.errors,
    ...(refused === 0 ? {} : { refused }),
    firstByte: [...cells].sort(([left], [right]) => left - right),
  };
}
