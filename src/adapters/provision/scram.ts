/**
 * PostgreSQL's stored form of a password (SCRAM-SHA-256, RFC 5802 and 7677), made on this side, so that the
 * password itself is in no statement and can stand in no log of the server.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const ITERATIONS = 4_096;

/** `SCRAM-SHA-256$4096:<salt>$<stored key>:<server key>`. The password must be ASCII, so that no normalisation is needed. */
export function scramVerifier(password: string, salt: Uint8Array = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const key = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString('base64')}$${storedKey}:${key('Server Key').toString('base64')}`;
}
