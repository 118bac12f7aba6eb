/**
 * WOFF 1.0 to the font that is in it (W3C Recommendation "WOFF File Format 1.0"): the tables, inflated,
 * behind the header of an OpenType file. The renderer reads OpenType only, and the font package ships
 * web fonts only, whose names and weights a style sheet is meant to say; here they are written into it.
 */
import { inflateSync } from 'node:zlib';

export interface FontFace {
  family: string;
  /** 100 to 900. */
  weight: number;
}

const SIGNATURE = 0x774f4646;
const HEADER_LENGTH = 44;
const ENTRY_LENGTH = 20;
const TABLE_MAXIMUM = 16 * 1024 * 1024;
/** Name ids of OpenType: family, PostScript name. */
const NAME_IDS = [1, 6];

interface Table {
  tag: string;
  checksum: number;
  data: Buffer;
}

function nameTable(face: FontFace): Buffer {
  const texts = [face.family, `${face.family}-${face.weight}`].map((text) => Buffer.from(text, 'utf16le').swap16());
  const header = Buffer.alloc(6 + texts.length * 12);
  header.writeUInt16BE(texts.length, 2);
  header.writeUInt16BE(header.length, 4);
  let offset = 0;
  texts.forEach((text, index) => {
    [3, 1, 0x409, NAME_IDS[index] ?? 0, text.length, offset].forEach((value, field) => header.writeUInt16BE(value, 6 + index * 12 + field * 2));
    offset += text.length;
  });
  return Buffer.concat([header, ...texts]);
}

function tables(woff: Buffer): Table[] {
  return Array.from({ length: woff.readUInt16BE(12) }, (_, index) => {
    const entry = HEADER_LENGTH + index * ENTRY_LENGTH;
    const start = woff.readUInt32BE(entry + 4);
    const packedLength = woff.readUInt32BE(entry + 8);
    const length = woff.readUInt32BE(entry + 12);
    if (start + packedLength > woff.length || length > TABLE_MAXIMUM) throw new RangeError('a table is outside of the font');
    const packed = woff.subarray(start, start + packedLength);
    const data = packedLength < length ? inflateSync(packed, { maxOutputLength: TABLE_MAXIMUM }) : Buffer.from(packed);
    if (data.length !== length) throw new RangeError('a table has another length than its header says');
    return { tag: woff.toString('latin1', entry, entry + 4), checksum: woff.readUInt32BE(entry + 16), data };
  });
}

function asFace(table: Table, face: FontFace): Table {
  if (table.tag === 'name') return { ...table, data: nameTable(face) };
  if (table.tag === 'OS/2' && table.data.length >= 6) table.data.writeUInt16BE(face.weight, 4);
  return table;
}

/** The OpenType font of `woff`, under the name and weight of `face`. Throws a RangeError or a zlib error when it is not WOFF 1.0. */
export function openType(woff: Buffer, face: FontFace): Buffer {
  if (woff.length < HEADER_LENGTH || woff.readUInt32BE(0) !== SIGNATURE) throw new RangeError('not a WOFF 1.0 font');
  const parts = tables(woff).map((table) => asFace(table, face));
  const power = Math.floor(Math.log2(Math.max(1, parts.length)));
  const header = Buffer.alloc(12 + parts.length * 16);
  header.writeUInt32BE(woff.readUInt32BE(4), 0);
  [parts.length, 2 ** power * 16, power, (parts.length - 2 ** power) * 16].forEach((value, field) => header.writeUInt16BE(value, 4 + field * 2));
  let offset = header.length;
  const bodies = parts.map(({ tag, checksum, data }, index) => {
    const place = 12 + index * 16;
    header.write(tag, place, 'latin1');
    [checksum, offset, data.length].forEach((value, field) => header.writeUInt32BE(value, place + 4 + field * 4));
    const body = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    offset += body.length;
    return body;
  });
  return Buffer.concat([header, ...bodies]);
}
