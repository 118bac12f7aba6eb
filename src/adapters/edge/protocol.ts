/**
 * The words between the control plane and the edge, and between the edge's primary and its workers.
 *
 * Control: one JSON object a line over a unix socket (0600, in a 0700 folder). `v` is the version of
 * this protocol: an edge may be older or newer than the control plane that adopts it, and answers
 * an unknown version with an error instead of guessing.
 */
import type { RouteTable, TrafficCounters } from '../../ports/traffic.ts';
import type { EdgeReport } from './edge-server.ts';

export const PROTOCOL_VERSION = 1;
/** A table of some 50,000 endpoints. */
export const MESSAGE_LIMIT = 16 * 1_024 * 1_024;

export interface EdgeHealth {
  pid: number;
  startTime: string;
  host: string;
  port: number;
  epoch: string;
  tableVersion: number;
  /** The table in force is also on disk. */
  persisted: boolean;
  workers: { pid: number; ready: boolean; draining: boolean }[];
  draining: boolean;
}

export interface ControlOperations {
  health: { params: Record<string, never>; result: EdgeHealth };
  applyTable: { params: { table: RouteTable }; result: { version: number; persisted: boolean } };
  readTable: { params: Record<string, never>; result: RouteTable };
  counters: { params: Record<string, never>; result: TrafficCounters };
  inFlight: { params: { revision: string }; result: number };
  /** New workers take over one after the other, old ones drain. */
  replaceWorkers: { params: Record<string, never>; result: { replaced: number } };
  /** Drains and ends the edge; the answer comes before the end. */
  stop: { params: Record<string, never>; result: Record<string, never> };
}

export type ControlOperation = keyof ControlOperations;

export interface ControlRequest {
  v: number;
  id: number;
  op: string;
  params: unknown;
}

export interface ControlFault {
  code: string;
  class: string;
  message: string;
  why?: string;
  next?: string;
}

export type ControlReply = { v: number; id: number; ok: true; result: unknown } | { v: number; id: number; ok: false; error: ControlFault };

export type ToWorker = { kind: 'table'; table: RouteTable } | { kind: 'report'; id: number } | { kind: 'drain' };

export type FromWorker =
  | { kind: 'listening'; port: number }
  | { kind: 'listenFailed'; code: string; message: string }
  | { kind: 'applied'; version: number }
  | { kind: 'report'; id: number; report: EdgeReport }
  | { kind: 'log'; line: string };
