/**
 * X.509 v3 certificates for EC P-256 keys (RFC 5280): just enough to make a CA and a server certificate.
 *
 * Written by hand because Node signs but does not issue, the libraries that do bring a decorator runtime
 * and a dozen packages, and openssl is not on every machine. Only encoding: Node's own X509Certificate
 * and TLS stack read the result, and the tests check it with them.
 */
import { createHash } from 'node:crypto';
import { TRUE, bitString, objectIdentifier, octetString, positiveInteger, sequence, setOf, tagged, time, utf8String } from './der.ts';

export type AlternativeName = { dns: string } | { ip: string };

export interface CertificateRequest {
  /** At most 20 bytes, random. */
  serial: Buffer;
  subject: string;
  issuer: string;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Buffer;
  issuerPublicKey: Buffer;
  isAuthority: boolean;
  names: readonly AlternativeName[];
}

const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/** PEM of the certificate. `sign` gives the DER signature (ECDSA, SHA-256) of what it is given, by the issuer's key. */
export function issueCertificate(request: CertificateRequest, sign: (toBeSigned: Buffer) => Buffer): string {
  const body = sequence(
    tagged(0xa0, positiveInteger(Buffer.from([2]))),
    positiveInteger(request.serial),
    ECDSA_WITH_SHA256,
    commonName(request.issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    commonName(request.subject),
    request.publicKey,
    tagged(0xa3, sequence(...extensions(request))),
  );
  const certificate = sequence(body, ECDSA_WITH_SHA256, bitString(sign(body)));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function commonName(name: string): Buffer {
  return sequence(setOf(sequence(objectIdentifier('2.5.4.3'), utf8String(name))));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [TRUE] : []), octetString(value));
}

function extensions({ isAuthority, names, publicKey, issuerPublicKey }: CertificateRequest): Buffer[] {
  const keyId = (key: Buffer): Buffer => createHash('sha1').update(key.subarray(-65)).digest();
  const identifiers = [
    extension('2.5.29.14', octetString(keyId(publicKey))),
    extension('2.5.29.35', sequence(tagged(0x80, keyId(issuerPublicKey)))),
  ];
  if (isAuthority) {
    return [
      extension('2.5.29.19', sequence(TRUE, positiveInteger(Buffer.from([0]))), true),
      extension('2.5.29.15', bitString(Buffer.from([0b00000110]), 1), true),
      ...identifiers,
    ];
  }
  return [
    extension('2.5.29.19', sequence(), true),
    extension('2.5.29.15', bitString(Buffer.from([0b10000000]), 7), true),
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', sequence(...names.map(generalName))),
    ...identifiers,
  ];
}

function generalName(name: AlternativeName): Buffer {
  return 'dns' in name ? tagged(0x82, Buffer.from(name.dns, 'ascii')) : tagged(0x87, addressBytes(name.ip));
}

/** An IPv4 or IPv6 address as bytes; throws on anything else. */
export function addressBytes(address: string): Buffer {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  if (groups.length !== 8 || groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) throw new Error(`not an IP address: ${address}`);
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
