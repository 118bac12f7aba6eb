/** Hashes and ciphers. `bcrypt` and `uuid` draw random numbers when Terraform runs: unknown here. */
import { constants, createHash, privateDecrypt } from 'node:crypto';
import { stringValue } from '../value/construct.ts';
import { STRING } from '../value/type.ts';
import { FunctionError, textOf, type FunctionDefinition } from './definition.ts';

export type HashName = 'md5' | 'sha1' | 'sha256' | 'sha512';

/** The digest of bytes or of a text's UTF-8. */
export function digest(algorithm: HashName, data: Uint8Array | string, encoding: 'hex' | 'base64'): string {
  return createHash(algorithm).update(data).digest(encoding);
}

const NAMESPACES: Record<string, string> = {
  dns: '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  url: '6ba7b811-9dad-11d1-80b4-00c04fd430c8',
  oid: '6ba7b812-9dad-11d1-80b4-00c04fd430c8',
  x500: '6ba7b814-9dad-11d1-80b4-00c04fd430c8',
};

/** RFC 9562, version 5. */
function uuidVersion5(namespace: string, name: string): string {
  const id = Object.hasOwn(NAMESPACES, namespace) ? NAMESPACES[namespace] : namespace;
  if (id === undefined || !/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(id)) {
    throw new FunctionError(`uuidv5() doesn't support namespace ${namespace}`, 0);
  }
  const bytes = createHash('sha1').update(Buffer.from(id.replaceAll('-', ''), 'hex')).update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** PKCS #1 v1.5; the padding is taken off here, because the library answers a wrong one with random bytes. */
function rsaDecrypt(ciphertext: string, privateKey: string): string {
  if (!/^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/.test(ciphertext)) throw new FunctionError('failed to decode input: cipher text must be base64-encoded', 0);
  let padded: Buffer;
  try {
    padded = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, Buffer.from(ciphertext, 'base64'));
  } catch {
    throw new FunctionError('failed to decrypt: the key or the text does not fit', 1);
  }
  const end = padded.indexOf(0, 2);
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10) throw new FunctionError('failed to decrypt: decryption error', 0);
  return padded.subarray(end + 1).toString('utf8');
}

const ofText = (name: string, algorithm: HashName, encoding: 'hex' | 'base64'): FunctionDefinition => ({
  name,
  parameters: [{ name: 'str', type: STRING }],
  returns: STRING,
  call: ([value]) => stringValue(digest(algorithm, textOf(value), encoding)),
});

export const HASH_FUNCTIONS: readonly FunctionDefinition[] = [
  ofText('md5', 'md5', 'hex'),
  ofText('sha1', 'sha1', 'hex'),
  ofText('sha256', 'sha256', 'hex'),
  ofText('sha512', 'sha512', 'hex'),
  ofText('base64sha256', 'sha256', 'base64'),
  ofText('base64sha512', 'sha512', 'base64'),
  { name: 'uuidv5', parameters: [{ name: 'namespace', type: STRING }, { name: 'name', type: STRING }], returns: STRING, call: ([namespace, name]) => stringValue(uuidVersion5(textOf(namespace), textOf(name))) },
  { name: 'rsadecrypt', parameters: [{ name: 'ciphertext', type: STRING }, { name: 'privatekey', type: STRING }], returns: STRING, call: ([text, key]) => stringValue(rsaDecrypt(textOf(text), textOf(key))) },
];
