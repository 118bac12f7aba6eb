/**
 * The platform's own certificate authority and the object API's server certificate, made at first start.
 *
 * kubectl sends no token over plain HTTP, so TLS is there from the first minute. The folder is private;
 * the CA lasts ten years, the server's certificate a year and is made anew a month before its end or when
 * the machine answers to another name.
 */
import { X509Certificate, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '../../formats/x509/certificate.ts';
import type { AlternativeName } from '../../formats/x509/certificate.ts';
import type { Clock } from '../../ports/clock.ts';
import { PlatformError } from '../../domain/error.ts';

export interface Certificates {
  /** PEM of the CA: what clients must trust. */
  authority: string;
  /** PEM of the server's certificate and key. */
  certificate: string;
  key: string;
}

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const SERVER_DAYS = 365;
const RENEW_DAYS = 30;
/** Clocks of clients may be behind. */
const BACKDATE_MS = 3_600_000;
const SERIAL_BYTES = 16;

/** Reads what is in `folder`, makes what is missing or near its end. Throws ROADBED-1130 when the folder cannot be used. */
export function ensureCertificates(folder: string, clock: Clock, names: readonly string[] = []): Certificates {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    const authority = ensureAuthority(folder, clock.now());
    return ensureServer(folder, authority, alternativeNames(names), clock.now());
  } catch (error) {
    throw new PlatformError({
      code: 'ROADBED-1130',
      class: 'failed',
      message: `The certificates in ${folder} cannot be read or written.`,
      why: error instanceof Error ? error.message : String(error),
      next: `check who owns ${folder}`,
      cause: error,
    });
  }
}

interface Authority {
  pem: string;
  key: KeyObject;
}

function daysLeft(pem: string, now: number): number {
  return (Date.parse(new X509Certificate(pem).validTo) - now) / DAY_MS;
}

function ensureAuthority(folder: string, now: number): Authority {
  const [certificatePath, keyPath] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  if (existsSync(certificatePath) && existsSync(keyPath)) {
    const pem = readFileSync(certificatePath, 'utf8');
    if (daysLeft(pem, now) > RENEW_DAYS) return { pem, key: createPrivateKey(readFileSync(keyPath)) };
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const name = `Roadbed CA ${randomBytes(4).toString('hex')}`;
  const pem = issueCertificate(
    { serial: serial(), subject: name, issuer: name, notBefore: now - BACKDATE_MS, notAfter: now + AUTHORITY_DAYS * DAY_MS, publicKey: spki, issuerPublicKey: spki, isAuthority: true, names: [] },
    (bytes) => sign('sha256', bytes, privateKey),
  );
  write(keyPath, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  write(certificatePath, pem, 0o644);
  return { pem, key: privateKey };
}

function ensureServer(folder: string, authority: Authority, names: readonly AlternativeName[], now: number): Certificates {
  const [certificatePath, keyPath] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  const issuer = new X509Certificate(authority.pem);
  if (existsSync(certificatePath) && existsSync(keyPath)) {
    const certificate = readFileSync(certificatePath, 'utf8');
    const known = new X509Certificate(certificate);
    if (daysLeft(certificate, now) > RENEW_DAYS && known.checkIssued(issuer) && known.verify(issuer.publicKey) && covers(known, names)) {
      return { authority: authority.pem, certificate, key: readFileSync(keyPath, 'utf8') };
    }
  }
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = issueCertificate(
    {
      serial: serial(),
      subject: 'roadbed-api',
      issuer: issuer.subject.replace(/^CN=/, ''),
      notBefore: now - BACKDATE_MS,
      notAfter: Math.min(now + SERVER_DAYS * DAY_MS, Date.parse(issuer.validTo)),
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      issuerPublicKey: createPublicKey(authority.key).export({ type: 'spki', format: 'der' }),
      isAuthority: false,
      names,
    },
    (bytes) => sign('sha256', bytes, authority.key),
  );
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  write(keyPath, key, 0o600);
  write(certificatePath, certificate, 0o644);
  return { authority: authority.pem, certificate, key };
}

function serial(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function alternativeNames(further: readonly string[]): AlternativeName[] {
  const host = hostname().toLowerCase();
  const dns = ['localhost', ...(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(host) ? [host] : []), ...further.filter((name) => !isAddress(name))];
  const addresses = ['127.0.0.1', '::1', ...further.filter(isAddress)];
  return [...[...new Set(dns)].map((name) => ({ dns: name })), ...[...new Set(addresses)].map((ip) => ({ ip }))];
}

function isAddress(name: string): boolean {
  return name.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
}

function covers(certificate: X509Certificate, names: readonly AlternativeName[]): boolean {
  return names.every((name) => ('dns' in name ? certificate.checkHost(name.dns) !== undefined : certificate.checkIP(name.ip) !== undefined));
}

/** Never half written: a crash leaves the old file or the new one. */
function write(path: string, text: string, mode: number): void {
  writeFileSync(`${path}.new`, text, { mode });
  chmodSync(`${path}.new`, mode);
  renameSync(`${path}.new`, path);
}
