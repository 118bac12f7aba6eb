/**
 * Why a message is refused: one stable word, the status for the client, one sentence.
 *
 * A message that is forwarded must have exactly one reading, so nothing is ever repaired
 * (RFC 9112 11.2). The word is counted, and it stands in the answer, so that whoever wrote the client can find the fault.
 */
export interface Refusal {
  readonly reason: string;
  readonly status: number;
  readonly sentence: string;
}

function refusal(reason: string, status: number, sentence: string): Refusal {
  return Object.freeze({ reason, status, sentence });
}

export const REFUSALS = {
  bareLineFeed: refusal('bare-lf', 400, 'A line ends with LF alone; lines end with CR LF.'),
  bareCarriageReturn: refusal('bare-cr', 400, 'A CR stands without LF.'),
  requestLine: refusal('request-line', 400, 'The request line is not "method SP target SP HTTP/1.1".'),
  method: refusal('method', 400, 'The method is not a token of at most 32 characters.'),
  methodNotAllowed: refusal('method-not-allowed', 405, 'CONNECT and TRACE are not served here.'),
  target: refusal('target', 400, 'The request target holds characters that a URL may not hold, or has a form that does not fit the method.'),
  authority: refusal('authority', 400, 'The authority of the request target is empty, holds user information or is not a host.'),
  version: refusal('version', 505, 'Only HTTP/1.1 and HTTP/1.0 are spoken here.'),
  versionForm: refusal('version-form', 400, 'The version is not written as HTTP/1.1.'),
  hostMissing: refusal('host-missing', 400, 'An HTTP/1.1 request needs a Host field.'),
  hostRepeated: refusal('host-repeated', 400, 'There is more than one Host field.'),
  host: refusal('host', 400, 'The Host field is not a host with an optional port.'),
  fieldName: refusal('field-name', 400, 'A field name is not a token followed directly by a colon.'),
  fieldValue: refusal('field-value', 400, 'A field value holds a control character.'),
  fold: refusal('obs-fold', 400, 'A field line begins with white space (line folding).'),
  contentLength: refusal('content-length', 400, 'Content-Length is not one plain number.'),
  contentLengthRepeated: refusal('content-length-repeated', 400, 'There is more than one Content-Length field.'),
  lengthAndEncoding: refusal('length-and-encoding', 400, 'Content-Length and Transfer-Encoding stand together.'),
  transferEncoding: refusal('transfer-encoding', 501, 'The only transfer coding that is understood is "chunked".'),
  transferEncodingRepeated: refusal('transfer-encoding-repeated', 400, 'There is more than one Transfer-Encoding field.'),
  transferEncodingVersion: refusal('transfer-encoding-http10', 400, 'Transfer-Encoding does not exist in HTTP/1.0.'),
  connection: refusal('connection', 400, 'The Connection field is not a list of tokens.'),
  nominated: refusal('connection-nominates', 400, 'The Connection field nominates a field that may not be removed.'),
  expectation: refusal('expectation', 417, 'The only expectation that is understood is "100-continue".'),
  headTooLarge: refusal('head-too-large', 431, 'The head is larger than 16 KiB.'),
  chunkSize: refusal('chunk-size', 400, 'A chunk size is not 1 to 12 hexadecimal digits followed by CR LF.'),
  chunkExtension: refusal('chunk-extension', 400, 'A chunk extension is longer than 256 bytes or holds a control character.'),
  chunkEnd: refusal('chunk-end', 400, 'Chunk data are not followed by CR LF.'),
  trailer: refusal('trailer', 400, 'A trailer field is malformed.'),
  trailerTooLarge: refusal('trailer-too-large', 400, 'The trailer section is larger than 8 KiB.'),
  statusLine: refusal('status-line', 502, 'The status line of the answer is malformed.'),
  bodyOfBodiless: refusal('body-of-bodiless', 502, 'An answer that has no body announces one.'),
} as const;
