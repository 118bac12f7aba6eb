/** One request and its answer: reading bodies within bounds, writing answers in one piece. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProtobufError, decodeKubernetesProtobuf } from '../../../formats/kubernetes-protobuf/decode.ts';
import { readYaml } from '../../../formats/yaml-source/read.ts';
import type { Identity } from '../../../ports/identity.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../failure.ts';

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  /** Decoded, without the query. */
  path: string;
  query: URLSearchParams;
  identity: Identity;
}

const BODY_LIMIT = 3 * 1024 * 1024;
/** The YAML reader takes a hundred times as long as that of JSON: a body of 3 MB would hold everybody up for half a minute. */
const YAML_LIMIT = 128 * 1024;

export function sendJson(response: ServerResponse, status: number, body: string | Buffer, headers: Record<string, string | string[]> = {}): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': typeof body === 'string' ? Buffer.byteLength(body) : body.length,
    'cache-control': 'no-cache, private',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(body);
}

export function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body), 'x-content-type-options': 'nosniff' });
  response.end(body);
}

/** `Warning` headers as clients print them. */
export function warningHeaders(warnings: readonly string[]): Record<string, string[]> {
  if (warnings.length === 0) return {};
  return { warning: warnings.slice(0, 50).map((text) => `299 - "${text.replace(/[^\x20-\x7e]/g, '?').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`) };
}

/** The whole body; throws 413 above the limit. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > BODY_LIMIT) return Promise.reject(tooLarge(BODY_LIMIT));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > BODY_LIMIT) {
        request.removeAllListeners('data');
        request.resume();
        reject(tooLarge(BODY_LIMIT));
        return;
      }
      chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(badRequest('the request ended inside its body'));
    });
  });
}

export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export interface ParsedBody {
  value: unknown;
  /** The text when it was JSON: duplicated fields are looked for in it. */
  json?: string;
}

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** A body that is an object: JSON, YAML or, for the few messages that need it, protobuf. Throws 400 or 415. */
export async function readObject(request: IncomingMessage): Promise<ParsedBody> {
  const type = mediaType(request);
  if (type !== '' && !OBJECT_TYPES.includes(type)) throw unsupportedMediaType(OBJECT_TYPES);
  const body = await readBody(request);
  if (type === 'application/vnd.kubernetes.protobuf') {
    try {
      return { value: decodeKubernetesProtobuf(body) };
    } catch (error) {
      if (error instanceof ProtobufError) throw badRequest(error.message);
      throw error;
    }
  }
  return type === 'application/yaml' ? { value: fromYaml(body.toString('utf8')) } : fromJson(body.toString('utf8'));
}

export function fromJson(text: string): ParsedBody {
  try {
    const value: unknown = JSON.parse(text);
    if (mayNamePrototype(text)) refusePrototype(value, 0);
    return { value, json: text };
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest(`the body is not valid JSON: ${error.message}`);
    throw error;
  }
}

/** YAML 1.2 of which JSON is a part; aliases are bounded, so a small text cannot become a huge object. */
export function fromYaml(text: string): unknown {
  if (/^\s*[{[]/.test(text)) {
    try {
      return fromJson(text).value;
    } catch {
      // Flow style YAML looks like JSON; the YAML parser decides.
    }
  }
  if (text.length > YAML_LIMIT) throw badRequest(`a body in YAML may have at most ${YAML_LIMIT} characters; larger ones are sent as JSON`);
  const [document, ...others] = readYaml(text, 'the body', { mostBytes: YAML_LIMIT * 4 });
  const [problem] = document?.problems ?? [];
  if (problem !== undefined) throw badRequest(`the body is not valid YAML: line ${problem.line}, column ${problem.column}: ${problem.message}`);
  if (others.length > 0) throw badRequest('the body is not valid YAML: it has more than one document');
  refusePrototype(document?.value, 0);
  return document?.value ?? null;
}

function mayNamePrototype(text: string): boolean {
  return text.includes('__proto__') || (text.includes('\\u') && /\\u00[57]/i.test(text));
}

function refusePrototype(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > 200) throw badRequest('the body is nested too deeply');
  if (Object.hasOwn(value, '__proto__')) throw badRequest('no field may be named __proto__');
  for (const child of Object.values(value)) refusePrototype(child, depth + 1);
}
