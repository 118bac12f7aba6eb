/**
 * Reads the protobuf request bodies that kubectl 1.32 and newer send for reviews and namespaces.
 *
 * Only the envelope and four small messages are known; unknown fields are skipped, as protobuf asks.
 * Field numbers: k8s.io/api generated.proto of authorization/v1, authentication/v1, core/v1 and
 * apimachinery runtime (Unknown) and meta/v1 (ObjectMeta).
 */

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

export class ProtobufError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtobufError';
  }
}

type Field = { number: number; value: bigint | Buffer };

function readFields(message: Buffer): Field[] {
  const fields: Field[] = [];
  let offset = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[offset++];
      if (byte === undefined) throw new ProtobufError('the message ends inside a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new ProtobufError('a number is too long');
  };
  while (offset < message.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    if (wireType === 0) {
      fields.push({ number, value: varint() });
    } else if (wireType === 2) {
      const length = Number(varint());
      if (length > message.length - offset) throw new ProtobufError('the message ends inside a field');
      fields.push({ number, value: message.subarray(offset, offset + length) });
      offset += length;
    } else {
      throw new ProtobufError(`wire type ${wireType} is not used by these messages`);
    }
  }
  return fields;
}

function bytes(fields: readonly Field[], number: number): Buffer | undefined {
  const value = fields.findLast((field) => field.number === number)?.value;
  return typeof value === 'bigint' ? undefined : value;
}

function text(fields: readonly Field[], number: number): string | undefined {
  return bytes(fields, number)?.toString('utf8');
}

function stringMap(fields: readonly Field[], number: number): Record<string, string> | undefined {
  const entries = fields
    .filter((field): field is { number: number; value: Buffer } => field.number === number && typeof field.value !== 'bigint')
    .map((field) => readFields(field.value))
    .map((entry) => [text(entry, 1) ?? '', text(entry, 2) ?? ''] as const);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The given fields of a message as an object; absent and empty ones are left out. */
function pick(message: Buffer | undefined, names: Record<number, string>): Record<string, string> {
  if (message === undefined) return {};
  const fields = readFields(message);
  return Object.fromEntries(
    Object.entries(names).flatMap(([number, name]) => {
      const value = text(fields, Number(number));
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
}

function metadata(message: Buffer | undefined): Record<string, unknown> {
  if (message === undefined) return {};
  const fields = readFields(message);
  const labels = stringMap(fields, 11);
  const annotations = stringMap(fields, 12);
  return {
    ...pick(message, { 1: 'name', 2: 'generateName', 3: 'namespace' }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

const RESOURCE_ATTRIBUTES = { 1: 'namespace', 2: 'verb', 3: 'group', 4: 'version', 5: 'resource', 6: 'subresource', 7: 'name' };

function accessReviewSpec(spec: Buffer): Record<string, unknown> {
  const fields = readFields(spec);
  const resource = bytes(fields, 1);
  const path = bytes(fields, 2);
  return {
    ...(resource === undefined ? {} : { resourceAttributes: pick(resource, RESOURCE_ATTRIBUTES) }),
    ...(path === undefined ? {} : { nonResourceAttributes: pick(path, { 1: 'path', 2: 'verb' }) }),
  };
}

/**
 * The object in a `application/vnd.kubernetes.protobuf` body: apiVersion, kind, metadata and, for the
 * review kinds, spec. Throws ProtobufError when the bytes are no such message.
 */
export function decodeKubernetesProtobuf(body: Buffer): Record<string, unknown> {
  if (!body.subarray(0, 4).equals(MAGIC)) throw new ProtobufError('the body does not begin with the magic bytes "k8s\\0"');
  const envelope = readFields(body.subarray(4));
  const { apiVersion = '', kind = '' } = pick(bytes(envelope, 1), { 1: 'apiVersion', 2: 'kind' });
  const object = readFields(bytes(envelope, 2) ?? Buffer.alloc(0));
  const spec = bytes(object, 2) ?? Buffer.alloc(0);
  const decoded = { apiVersion, kind, metadata: metadata(bytes(object, 1)) };
  switch (kind) {
    case 'SelfSubjectAccessReview':
      return { ...decoded, spec: accessReviewSpec(spec) };
    case 'SelfSubjectRulesReview':
      return { ...decoded, spec: pick(spec, { 1: 'namespace' }) };
    case 'SelfSubjectReview':
    case 'Namespace':
      return decoded;
    default:
      throw new ProtobufError(`${kind === '' ? 'a message without a kind' : kind} is accepted as JSON only`);
  }
}
