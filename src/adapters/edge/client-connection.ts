/**
 * One client connection: its requests, one after the other, each with its own choice of a revision.
 *
 * The connection reads a head, chooses, sends it on, passes both bodies through with back-pressure,
 * and starts again. It owns the request until the answer is complete; the upstream connection only
 * reports. A second request that arrives early waits unread. Nothing that was sent is ever sent again: only
 * a connection that never came about is tried elsewhere. FIN before the answer counts as "gone away", because a closed
 * and a half-closed client look alike.
 */
import type { Socket } from 'node:net';
import type { AnswerHead } from '../../formats/http1/answer-head.ts';
import { BODY } from '../../formats/http1/answer-head.ts';
import type { Refusal } from '../../formats/http1/refusal.ts';
import { hostOf, RequestHead } from '../../formats/http1/request-head.ts';
import { nextAttempt } from './attempts.ts';
import type { EdgeState } from './edge-state.ts';
import { answerText, fieldText, forwardedPrefix, requestText } from './forward-head.ts';
import type { LocalAnswer } from './local-answer.ts';
import { localAnswerText } from './local-answer.ts';
import { RequestBody } from './request-body.ts';
import { COUNT } from './revision-stats.ts';
import type { CompiledRoute, Target } from './routes.ts';
import { chooseEndpoint, chooseNext } from './routes.ts';
import { chooseSticky } from './sticky.ts';
import { joinTunnel } from './tunnel.ts';
import type { Endpoint, Exchange } from './upstream.ts';
import { ignoreUntilClose, UpstreamConnection } from './upstream.ts';

const REQUEST = new RequestHead();
const ONE_STRING_LIMIT = 16_384;
const NOTHING = Buffer.alloc(0);

const READING = 0;
const CONNECTING = 1;
const EXCHANGING = 2;
const TUNNEL = 3;
const LINGER = 4;
const CLOSED = 5;

export class ClientConnection implements Exchange {
  readonly socket: Socket;
  headRequest = false;
  wantsUpgrade = false;
  unchunk = false;
  deadline: number;
  readonly #edge: EdgeState;
  readonly #forwarded: string;
  /** Set on a service's own port: requests are for it, whatever their Host line says. */
  readonly #host: string | undefined;
  #phase = READING;
  #pending: Buffer | undefined;
  #idleSince: number;
  #keepAlive = true;
  #minor = 1;
  #html = false;
  #expecting = false;
  readonly #body = new RequestBody();
  #route: CompiledRoute | undefined;
  #target: Target | undefined;
  #upstream: UpstreamConnection | undefined;
  #tried: Endpoint[] = [];
  #attempts = 0;
  #head = '';
  #firstBody: Buffer = NOTHING;
  #repeatable = false;
  #answered = false;
  #answerCloses = false;
  #streams = false;
  #startedAt = 0;
  #cookie = '';

  constructor(socket: Socket, edge: EdgeState, host?: string) {
    this.socket = socket;
    this.#edge = edge;
    this.#host = host;
    this.#forwarded = forwardedPrefix(socket.remoteAddress ?? 'unknown');
    this.#idleSince = edge.now;
    this.deadline = edge.now + edge.settings.clientIdle;
    edge.clients.add(this);
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.on('end', () => this.#onEnd());
    socket.on('drain', () => this.#onDrain());
    socket.on('error', ignoreUntilClose);
    socket.on('close', () => this.#onClose());
  }

  get requestDone(): boolean {
    return this.#body.done;
  }

  // --- from the client ---

  #onData(bytes: Buffer): void {
    if (this.#phase === READING) {
      this.#readHead(this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]));
    } else if (this.#phase === EXCHANGING && !this.#body.done) this.#forwardBody(bytes);
    else if (this.#phase === CONNECTING || this.#phase === EXCHANGING) this.#hold(bytes);
  }

  /** Bytes that may not be read yet: they wait, and so does the sender. */
  #hold(bytes: Buffer): void {
    this.#pending = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    this.socket.pause();
  }

  #readHead(bytes: Buffer): void {
    const after = REQUEST.parse(bytes, 0, bytes.length);
    if (after === 0) {
      if (this.#pending === undefined) this.deadline = this.#edge.now + this.#edge.settings.head;
      this.#pending = bytes;
      return;
    }
    this.#pending = undefined;
    this.#answered = false;
    this.#startedAt = performance.now();
    this.headRequest = false;
    if (after < 0) this.#refuse(REQUEST.refusal);
    else this.#begin(bytes, after);
  }

  #begin(bytes: Buffer, after: number): void {
    const head = REQUEST;
    this.#minor = head.minor;
    this.#keepAlive = head.keepAlive;
    this.headRequest = head.method === 'HEAD';
    this.wantsUpgrade = head.upgrade !== '';
    this.unchunk = head.minor === 0;
    this.#expecting = head.expectContinue;
    this.#streams = false;
    this.#cookie = '';
    const bodyEnd = this.#body.start(head, bytes, after);
    if (bodyEnd < 0) return this.#refuse(this.#body.refusal);
    const host = this.#host ?? hostOf(head.authority);
    const route = this.#edge.book.find(host, head.target);
    const target = route === undefined ? undefined : this.#choose(route, bytes);
    if (route === undefined || target === undefined) {
      this.#html = fieldText(head, bytes, 'accept')?.includes('text/html') === true;
      if (bodyEnd < bytes.length && this.#body.done) this.#hold(bytes.subarray(bodyEnd));
      return this.#respond(route === undefined ? this.#edge.unknownHost(host) : this.#edge.nobodyServes(host));
    }
    this.#head = requestText(head, bytes, this.#forwarded);
    this.#repeatable = this.#edge.settings.repeatSafe && (head.method === 'GET' || head.method === 'HEAD' || head.method === 'OPTIONS') && after === bodyEnd && this.#body.done;
    this.#route = route;
    this.#target = target;
    target.stats.inFlight += 1;
    target.stats.add(COUNT.bytesIn, bodyEnd);
    if (bodyEnd < bytes.length) this.#hold(bytes.subarray(bodyEnd));
    this.#attempts = 0;
    if (this.#tried.length > 0) this.#tried = [];
    this.#firstBody = after < bodyEnd ? bytes.subarray(after, bodyEnd) : NOTHING;
    this.#connect(chooseEndpoint(target, this.#tried, this.#edge.now), true);
  }

  #choose(route: CompiledRoute, bytes: Buffer): Target | undefined {
    if (route.sticky === undefined) return chooseNext(route);
    return chooseSticky(route, route.sticky, REQUEST, bytes, (cookie) => (this.#cookie = cookie));
  }

  #forwardBody(bytes: Buffer): void {
    this.#expecting = false;
    const end = this.#body.take(bytes, 0);
    if (end < 0) return this.#refuse(this.#body.refusal);
    this.#target?.stats.add(COUNT.bytesIn, end);
    this.#awaitNext();
    const taken = this.#upstream?.socket.write(end === bytes.length ? bytes : bytes.subarray(0, end));
    if (end < bytes.length) this.#hold(bytes.subarray(end));
    else if (taken === false && !this.#body.done) this.socket.pause();
  }

  #awaitNext(): void {
    const { settings, now } = this.#edge;
    if (!this.#answered) this.deadline = now + (this.#body.done ? settings.answerHead : settings.bodyIdle);
  }

  // --- to the upstream ---

  #connect(endpoint: Endpoint | undefined, mayReuse: boolean): void {
    if (endpoint === undefined) return this.#respond(this.#edge.unreachable());
    this.#attempts += 1;
    const idle = mayReuse ? endpoint.takeIdle() : undefined;
    if (idle !== undefined) {
      this.#upstream = idle;
      idle.assign(this);
      this.#send(idle);
      return;
    }
    this.#phase = CONNECTING;
    this.deadline = Infinity;
    if (!this.#body.done) this.socket.pause();
    this.#tried.push(endpoint);
    this.#upstream = new UpstreamConnection(endpoint, this, this.#edge, this.#edge.settings);
  }

  /** Head and a small body leave as one latin1 string: one write instead of two. */
  #send(upstream: UpstreamConnection): void {
    this.#phase = EXCHANGING;
    this.#awaitNext();
    const body = this.#firstBody;
    let taken: boolean;
    if (body.length <= ONE_STRING_LIMIT) taken = upstream.socket.write(body.length === 0 ? this.#head : this.#head + body.toString('latin1'), 'latin1');
    else {
      upstream.socket.write(this.#head, 'latin1');
      taken = upstream.socket.write(body);
    }
    this.#firstBody = NOTHING;
    if (!this.#repeatable) this.#head = '';
    if (!this.#body.done && taken) this.socket.resume();
    else if (!this.#body.done) this.socket.pause();
  }

  onConnected(): void {
    if (this.#upstream !== undefined) this.#send(this.#upstream);
  }

  /** Nothing was sent, so the request may go elsewhere: first within its revision, then to another one. */
  onConnectFailed(): void {
    const { settings, now } = this.#edge;
    const target = this.#target;
    this.#upstream = undefined;
    if (target === undefined || this.#route === undefined) return;
    target.stats.add(COUNT.connectErrors, 1);
    if (this.#attempts >= settings.connectAttempts) return this.#respond(this.#edge.unreachable());
    const next = nextAttempt(this.#route, target, this.#tried, now);
    next.target.stats.add(COUNT.retries, 1);
    if (next.target !== target) target.stats.add(COUNT.failedOver, 1);
    target.stats.inFlight -= 1;
    next.target.stats.inFlight += 1;
    this.#target = next.target;
    if (next.endpoint !== undefined) return this.#connect(next.endpoint, true);
    const again = this.#tried[this.#attempts % this.#tried.length];
    setTimeout(() => {
      if (this.#phase === CONNECTING && this.#upstream === undefined) this.#connect(again, true);
    }, settings.retryDelay * this.#attempts);
  }

  onUpstreamDrain(): void {
    if (this.#phase === EXCHANGING && !this.#body.done) this.socket.resume();
  }

  // --- from the upstream ---

  onInterim(head: AnswerHead, bytes: Buffer): void {
    if (this.#minor === 1) this.socket.write(answerText(head, bytes, '', '', false), 'latin1');
  }

  onAnswerHead(head: AnswerHead, bytes: Buffer, from: number, to: number, complete: boolean): void {
    const target = this.#target;
    if (target === undefined) return;
    this.#answered = true;
    this.#streams = head.eventStream;
    this.deadline = this.#streams ? Infinity : this.#edge.now + this.#edge.settings.answerIdle;
    const unread = !this.#body.done && (complete || this.#expecting);
    const unchunk = this.unchunk && head.body === BODY.chunked;
    this.#answerCloses = !this.#keepAlive || this.#edge.draining || head.body === BODY.close || unread || unchunk;
    const connection = this.#answerCloses ? 'Connection: close\r\n' : this.#minor === 0 ? 'Connection: keep-alive\r\n' : '';
    const text = answerText(head, bytes, this.#cookie === '' ? target.revisionLine : target.revisionLine + this.#cookie, connection, unchunk);
    if (to - from <= ONE_STRING_LIMIT) this.#write(to > from ? text + bytes.toString('latin1', from, to) : text, text.length + to - from);
    else {
      this.socket.write(text, 'latin1');
      this.onAnswerBody(bytes, from, to);
    }
    target.stats.answered(head.status);
    if (!this.#streams) target.stats.tookFirstByte((performance.now() - this.#startedAt) * 1_000);
  }

  #write(data: string | Buffer, length: number): void {
    this.#target?.stats.add(COUNT.bytesOut, length);
    const taken = typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
    if (taken) return;
    this.#upstream?.pause();
    if (!this.#streams) this.deadline = this.#edge.now + this.#edge.settings.clientStalled;
  }

  onAnswerBody(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    if (!this.#streams) this.deadline = this.#edge.now + this.#edge.settings.answerIdle;
    this.#write(to - from <= ONE_STRING_LIMIT / 4 ? bytes.toString('latin1', from, to) : Buffer.from(bytes.subarray(from, to)), to - from);
  }

  onAnswerDone(): void {
    const target = this.#target;
    this.#upstream = undefined;
    if (target !== undefined && !this.#streams) target.stats.tookTotal((performance.now() - this.#startedAt) * 1_000);
    this.#leave();
    this.#finish(this.#answerCloses);
  }

  onUpgraded(head: AnswerHead, bytes: Buffer, from: number, to: number): void {
    const target = this.#target;
    const upstream = this.#upstream;
    if (target === undefined || upstream === undefined) return;
    this.#phase = TUNNEL;
    this.#answered = true;
    this.#streams = true;
    this.deadline = Infinity;
    this.socket.setKeepAlive(true, 60_000);
    target.stats.answered(head.status);
    this.socket.write(answerText(head, bytes, `${target.revisionLine}Upgrade: ${head.upgrade}\r\n`, 'Connection: Upgrade\r\n', false), 'latin1');
    if (to > from) this.socket.write(Buffer.from(bytes.subarray(from, to)));
    const early = this.#pending;
    this.#pending = undefined;
    joinTunnel(this.socket, upstream.socket, early, (into, out) => {
      target.stats.add(COUNT.bytesIn, into);
      target.stats.add(COUNT.bytesOut, out);
    });
  }

  onBroken(refusal: Refusal | undefined): void {
    const reused = this.#upstream?.reused === true;
    this.#upstream = undefined;
    if (this.#phase === TUNNEL) this.#leave();
    else if (this.#answered) {
      this.#target?.stats.add(COUNT.upstreamResets, 1);
      this.#leave();
      this.#close(true);
    } else if (this.#repeatable && reused && refusal === undefined && this.#target !== undefined) {
      this.#repeatable = false;
      this.#target.stats.add(COUNT.retries, 1);
      this.#connect(chooseEndpoint(this.#target, [], this.#edge.now), false);
    } else this.#respond(this.#edge.brokenAnswer(refusal));
  }

  // --- ends ---

  /** The request no longer counts as in flight. */
  #leave(): void {
    if (this.#target === undefined) return;
    this.#target.stats.inFlight -= 1;
    this.#target = undefined;
    this.#route = undefined;
  }

  #refuse(refusal: Refusal | undefined): void {
    this.#html = false;
    this.#keepAlive = false;
    this.#body.abandon();
    this.#respond(this.#edge.refused(refusal));
  }

  /** An answer of the edge itself; when the answer of the upstream has begun, only a cut is honest. */
  #respond(answer: LocalAnswer): void {
    this.#upstream?.destroy();
    this.#upstream = undefined;
    const target = this.#target;
    if (this.#answered) {
      this.#leave();
      this.#close(true);
      return;
    }
    if (target !== undefined && answer.status >= 500) {
      target.stats.answered(answer.status);
      target.stats.tookFirstByte((performance.now() - this.#startedAt) * 1_000);
    } else this.#edge.countRefusal(answer.reason);
    const close = !this.#body.done || !this.#keepAlive || this.#edge.draining;
    const date = new Date().toUTCString();
    this.socket.write(localAnswerText(answer, { html: this.#html, port: this.#edge.port, close, keepAlive10: this.#minor === 0, withoutBody: this.headRequest, date }));
    this.#leave();
    this.#finish(close);
  }

  #finish(close: boolean): void {
    const { settings, now } = this.#edge;
    if (this.#phase === CLOSED) return;
    if (close || !this.#body.done) {
      this.#phase = LINGER;
      this.#pending = undefined;
      this.deadline = now + settings.linger;
      this.socket.end();
      this.socket.resume();
      return;
    }
    this.#phase = READING;
    this.#idleSince = now;
    this.deadline = now + settings.clientIdle;
    if (this.#pending !== undefined && !this.socket.writableNeedDrain) process.nextTick(() => this.#readNext());
    else if (this.#pending === undefined && this.socket.isPaused()) this.socket.resume();
  }

  /** Reads on, beginning with what came early. */
  #readNext(): void {
    if (this.#phase !== READING) return;
    const bytes = this.#pending;
    this.#pending = undefined;
    this.socket.resume();
    if (bytes !== undefined) this.#readHead(bytes);
  }

  #onDrain(): void {
    if (this.#phase === EXCHANGING) {
      if (this.#answered) this.deadline = this.#streams ? Infinity : this.#edge.now + this.#edge.settings.answerIdle;
      this.#upstream?.resume();
    } else if (this.#phase === TUNNEL) this.#upstream?.resume();
    else if (this.#phase === READING && this.socket.isPaused()) this.#readNext();
  }

  #onEnd(): void {
    if (this.#phase === TUNNEL) return;
    if (this.#phase === READING) this.socket.end();
    else if (this.#phase === LINGER) this.socket.destroy();
    else if (this.#edge.settings.allowHalfClose && this.#body.done) this.#keepAlive = false;
    else this.#close(false);
  }

  #onClose(): void {
    this.#edge.clients.delete(this);
    if (this.#target !== undefined && this.#phase !== TUNNEL) this.#target.stats.add(COUNT.clientAborts, 1);
    this.#phase = CLOSED;
    this.#leave();
    this.#upstream?.destroy();
    this.#upstream = undefined;
  }

  #close(reset: boolean): void {
    if (reset) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  /** The sweep's call. */
  sweep(now: number): void {
    const { settings, draining } = this.#edge;
    if (draining && this.#phase === READING && this.#pending === undefined && now - this.#idleSince >= settings.drainIdle) this.#finish(true);
    if (now < this.deadline) return;
    if (this.#phase === READING && this.#pending !== undefined) {
      this.#body.abandon();
      this.#respond(this.#edge.tooSlow('head-timeout'));
    } else if (this.#phase === READING || this.#phase === LINGER) this.socket.destroy();
    else if (!this.#body.done && !this.#answered) this.#respond(this.#edge.tooSlow('body-timeout'));
    else if (!this.#answered) this.#respond(this.#edge.noAnswer());
    else this.#close(true);
  }

  /** Ends whatever is open, at the end of a drain. */
  cut(): void {
    this.socket.destroy();
  }
}
