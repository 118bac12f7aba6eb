/**
 * The edge's side towards workloads: an endpoint with its idle connections, and one connection.
 *
 * One request at a time on a connection, no pipelining. A byte that arrives when no answer is
 * expected destroys the connection: it could only become part of somebody else's answer. The newest
 * idle connection is used first, so that old ones age out before the other side closes them.
 *
 * All connections of a process read into one buffer (`onread`): it spares a 64 KiB allocation for each
 * read, which is the largest part of the price of a small answer. What outlives the callback is copied.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { AnswerHead, BODY } from '../../formats/http1/answer-head.ts';
import { ChunkedBody } from '../../formats/http1/chunked.ts';
import type { Refusal } from '../../formats/http1/refusal.ts';
import { REFUSALS } from '../../formats/http1/refusal.ts';
import type { EdgeSettings } from './settings.ts';

const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);
const ANSWER = new AnswerHead();

/** What a connection tells the one whose request it carries. Bytes are valid only during the call. */
export interface Exchange {
  /** The request was HEAD. */
  readonly headRequest: boolean;
  /** Wants an upgrade; a 101 is an offence otherwise. */
  readonly wantsUpgrade: boolean;
  /** The receiver cannot read chunks: report only their data. */
  readonly unchunk: boolean;
  /** The whole request was written, so the connection can serve another one. */
  readonly requestDone: boolean;
  onConnected(): void;
  onConnectFailed(): void;
  onInterim(head: AnswerHead, bytes: Buffer): void;
  /** `complete`: the answer ends with these bytes; `onAnswerDone` follows. */
  onAnswerHead(head: AnswerHead, bytes: Buffer, from: number, to: number, complete: boolean): void;
  onAnswerBody(bytes: Buffer, from: number, to: number): void;
  onAnswerDone(): void;
  onUpgraded(head: AnswerHead, bytes: Buffer, from: number, to: number): void;
  /** No (further) answer will come. `refusal` when the answer was malformed. */
  onBroken(refusal: Refusal | undefined): void;
  onUpstreamDrain(): void;
}

/** Coarse time of the process in milliseconds, moved on by the sweep. */
export interface Clock {
  now: number;
}

/** Each socket needs an error listener from birth to death; what is to be done is done when it closes. */
export function ignoreUntilClose(): void {}

export class Endpoint {
  readonly host: string;
  readonly port: number;
  readonly idle: UpstreamConnection[] = [];
  readonly open = new Set<UpstreamConnection>();
  /** Taken out of the table, or weight 0: nothing is kept open for it. */
  retired = false;
  avoidUntil = 0;

  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }

  /** The newest idle connection that still may be used. */
  takeIdle(): UpstreamConnection | undefined {
    for (;;) {
      const connection = this.idle.pop();
      if (connection === undefined || connection.usable) return connection;
    }
  }

  closeIdle(): void {
    for (const connection of this.idle.splice(0)) connection.destroy();
  }
}

const CONNECTING = 0;
const IDLE = 1;
const AWAITING = 2;
const BODY_LENGTH = 3;
const BODY_CHUNKED = 4;
const BODY_CLOSE = 5;
const TUNNEL = 6;
const CLOSED = 7;

export class UpstreamConnection {
  readonly endpoint: Endpoint;
  readonly socket: Socket;
  deadline: number;
  /** Has carried a request before. */
  reused = false;
  #exchange: Exchange | undefined;
  #state = CONNECTING;
  #left = 0;
  #chunked: ChunkedBody | undefined;
  #pending: Buffer | undefined;
  #keepAlive = true;
  #idleTime: number;
  #paused = false;
  readonly #clock: Clock;
  readonly #settings: EdgeSettings;

  constructor(endpoint: Endpoint, exchange: Exchange, clock: Clock, settings: EdgeSettings) {
    this.endpoint = endpoint;
    this.#exchange = exchange;
    this.#clock = clock;
    this.#settings = settings;
    this.#idleTime = settings.upstreamIdle;
    this.deadline = clock.now + settings.connect;
    endpoint.open.add(this);
    this.socket = connect({
      host: endpoint.host,
      port: endpoint.port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      allowHalfOpen: true,
      onread: { buffer: READ_BUFFER, callback: (length) => this.#onRead(length) },
    });
    this.socket.once('connect', () => this.#onConnect());
    this.socket.on('end', () => this.#onEnd());
    this.socket.on('drain', () => this.#exchange?.onUpstreamDrain());
    this.socket.on('error', ignoreUntilClose);
    this.socket.on('close', () => this.#onClose());
  }

  get usable(): boolean {
    return this.#state === IDLE && !this.socket.destroyed;
  }

  /** Takes an idle connection for a request. */
  assign(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#state = AWAITING;
    this.reused = true;
    this.deadline = Infinity;
  }

  pause(): void {
    this.#paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }

  /** The sweep's call: closes what is idle or connecting for too long. */
  sweep(now: number): void {
    if (now >= this.deadline) this.socket.destroy();
  }

  /** Ends the exchange without a further word to its owner. */
  destroy(): void {
    this.#leavePool();
    this.#exchange = undefined;
    this.#state = CLOSED;
    this.socket.destroy();
  }

  #leavePool(): void {
    const place = this.#state === IDLE ? this.endpoint.idle.indexOf(this) : -1;
    if (place >= 0) this.endpoint.idle.splice(place, 1);
  }

  #onConnect(): void {
    if (this.#state !== CONNECTING) return;
    this.#state = AWAITING;
    this.deadline = Infinity;
    this.#exchange?.onConnected();
  }

  #onRead(length: number): boolean {
    let bytes: Buffer = READ_BUFFER;
    let end = length;
    if (this.#pending !== undefined) {
      bytes = Buffer.concat([this.#pending, READ_BUFFER.subarray(0, length)]);
      end = bytes.length;
      this.#pending = undefined;
    }
    this.#consume(bytes, 0, end);
    return !this.#paused;
  }

  #consume(bytes: Buffer, from: number, end: number): void {
    switch (this.#state) {
      case AWAITING:
        this.#answerHead(bytes, from, end);
        return;
      case BODY_LENGTH:
      case BODY_CHUNKED:
      case BODY_CLOSE:
        this.#answerBody(bytes, from, end);
        return;
      case TUNNEL:
        this.#exchange?.onAnswerBody(bytes, from, end);
        return;
      default:
        this.destroy();
    }
  }

  #answerHead(bytes: Buffer, start: number, end: number): void {
    let from = start;
    for (;;) {
      const exchange = this.#exchange;
      if (exchange === undefined) return;
      const after = ANSWER.parse(bytes, from, end, exchange.headRequest);
      if (after === 0) {
        this.#pending = Buffer.from(bytes.subarray(from, end));
        return;
      }
      if (after < 0) return this.#broken(ANSWER.refusal);
      if (ANSWER.status >= 200) return this.#finalHead(exchange, bytes, after, end);
      if (ANSWER.status === 101) return this.#upgrade(exchange, bytes, after, end);
      exchange.onInterim(ANSWER, bytes);
      from = after;
      if (from >= end) return;
    }
  }

  #upgrade(exchange: Exchange, bytes: Buffer, after: number, end: number): void {
    if (!exchange.wantsUpgrade || ANSWER.upgrade === '') return this.#broken(REFUSALS.bodyOfBodiless);
    this.#state = TUNNEL;
    exchange.onUpgraded(ANSWER, bytes, after, end);
  }

  #finalHead(exchange: Exchange, bytes: Buffer, after: number, end: number): void {
    this.#keepAlive = ANSWER.keepAlive && ANSWER.body !== BODY.close;
    if (ANSWER.keepAliveTimeout >= 0) this.#idleTime = Math.min(this.#settings.upstreamIdle, (ANSWER.keepAliveTimeout - 1) * 1_000);
    let bodyEnd = after;
    let complete = false;
    if (ANSWER.body === BODY.none) complete = true;
    else if (ANSWER.body === BODY.length) {
      bodyEnd = Math.min(end, after + ANSWER.contentLength);
      this.#left = ANSWER.contentLength - (bodyEnd - after);
      this.#state = BODY_LENGTH;
      complete = this.#left === 0;
    } else if (ANSWER.body === BODY.close) {
      bodyEnd = end;
      this.#state = BODY_CLOSE;
    } else {
      this.#startChunked();
      if (exchange.unchunk) {
        exchange.onAnswerHead(ANSWER, bytes, after, after, false);
        if (after < end) this.#answerBody(bytes, after, end);
        return;
      }
      bodyEnd = this.#chunked?.scan(bytes, after, end) ?? -1;
      if (bodyEnd < 0) return this.#broken(this.#chunked?.refusal);
      complete = this.#chunked?.done === true;
    }
    if (complete && bodyEnd < end) this.#keepAlive = false;
    exchange.onAnswerHead(ANSWER, bytes, after, bodyEnd, complete);
    if (complete) this.#answerDone(exchange);
  }

  #startChunked(): void {
    this.#chunked ??= new ChunkedBody();
    this.#chunked.reset();
    this.#state = BODY_CHUNKED;
  }

  #answerBody(bytes: Buffer, from: number, end: number): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    let bodyEnd = end;
    let complete = false;
    if (this.#state === BODY_LENGTH) {
      bodyEnd = Math.min(end, from + this.#left);
      this.#left -= bodyEnd - from;
      complete = this.#left === 0;
    } else if (this.#state === BODY_CHUNKED && this.#chunked !== undefined) {
      const report = exchange.unchunk ? (start: number, stop: number): void => exchange.onAnswerBody(bytes, start, stop) : undefined;
      bodyEnd = this.#chunked.scan(bytes, from, end, report);
      if (bodyEnd < 0) return this.#broken(this.#chunked.refusal);
      complete = this.#chunked.done;
    }
    if (complete && bodyEnd < end) this.#keepAlive = false;
    if (this.#state !== BODY_CHUNKED || !exchange.unchunk) exchange.onAnswerBody(bytes, from, bodyEnd);
    if (complete && this.#exchange === exchange) this.#answerDone(exchange);
  }

  /** Back into the pool before the owner hears of it, so that its next request finds this connection. */
  #answerDone(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    const reusable = this.#keepAlive && exchange.requestDone && !this.endpoint.retired && this.#idleTime > 0 && !this.socket.destroyed;
    if (reusable) {
      this.#state = IDLE;
      this.deadline = this.#clock.now + this.#idleTime;
      this.resume();
      this.endpoint.idle.push(this);
    } else this.destroy();
    exchange.onAnswerDone();
  }

  #onEnd(): void {
    const exchange = this.#exchange;
    if (this.#state === BODY_CLOSE && exchange !== undefined) {
      this.#keepAlive = false;
      this.#answerDone(exchange);
    } else if (this.#state !== TUNNEL) this.#broken(undefined);
  }

  #onClose(): void {
    this.endpoint.open.delete(this);
    this.#leavePool();
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    const connecting = this.#state === CONNECTING;
    this.#exchange = undefined;
    this.#state = CLOSED;
    if (connecting) {
      this.endpoint.avoidUntil = this.#clock.now + this.#settings.avoid;
      exchange.onConnectFailed();
    } else exchange.onBroken(undefined);
  }

  #broken(refusal: Refusal | undefined): void {
    const exchange = this.#exchange;
    const connecting = this.#state === CONNECTING;
    if (connecting && exchange !== undefined) {
      this.socket.destroy();
      return;
    }
    this.destroy();
    exchange?.onBroken(refusal);
  }
}
