/**
 * DSSE: the envelope in which statements are signed (secure-systems-lab/dsse, protocol and envelope v1).
 *
 * The signature covers type and payload together (pre-authentication encoding), so neither can be swapped.
 */
import type { Statement } from './statement.ts';

export const IN_TOTO_PAYLOAD = 'application/vnd.in-toto+json';
const LARGEST_ENVELOPE = 1_048_576;

export interface Envelope {
  payloadType: string;
  payload: Uint8Array;
  signatures: { keyid: string; sig: Uint8Array }[];
}

/** Exactly the part of ports/secrets `Signer` that signing needs. */
export interface EnvelopeSigner {
  keyId(): string;
  sign(payload: Uint8Array): Promise<Uint8Array>;
}

/** `DSSEv1 <length> <type> <length> <payload>`: the bytes that are signed. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `), payload]);
}

/** The statement, signed, as JSON text. */
export async function signStatement(statement: Statement, signer: EnvelopeSigner): Promise<string> {
  const payload = Buffer.from(JSON.stringify(statement));
  const keyid = signer.keyId();
  const sig = await signer.sign(preAuthenticationEncoding(IN_TOTO_PAYLOAD, payload));
  return JSON.stringify({ payloadType: IN_TOTO_PAYLOAD, payload: payload.toString('base64'), signatures: [{ keyid, sig: Buffer.from(sig).toString('base64') }] });
}

/** Reads an envelope; undefined when the text is none. */
export function parseEnvelope(text: string): Envelope | undefined {
  if (text.length > LARGEST_ENVELOPE) return undefined;
  let value: { payloadType?: unknown; payload?: unknown; signatures?: unknown } | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { payloadType, payload, signatures } = value;
  if (typeof payloadType !== 'string' || typeof payload !== 'string' || !isBase64(payload) || !Array.isArray(signatures)) return undefined;
  const read = signatures.flatMap((one: { keyid?: unknown; sig?: unknown } | null) =>
    typeof one?.keyid === 'string' && typeof one.sig === 'string' && isBase64(one.sig) ? [{ keyid: one.keyid, sig: new Uint8Array(Buffer.from(one.sig, 'base64')) }] : [],
  );
  return read.length === signatures.length && read.length > 0 ? { payloadType, payload: new Uint8Array(Buffer.from(payload, 'base64')), signatures: read } : undefined;
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
}
