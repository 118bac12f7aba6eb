/**
 * Malformed requests, at least one for each rule of the edge: bytes, the rule's word, the status.
 *
 * `laxOracle` marks those that a plain `node:http` server takes (or answers otherwise) by its own documented
 * lenience; the edge refuses all of them.
 */
export interface MalformedRequest {
  name: string;
  bytes: string;
  reason: string;
  status: number;
  laxOracle?: true;
}

const HOST = 'Host: a.dev.localhost\r\n';
const get = (lines: string): string => `GET / HTTP/1.1\r\n${HOST}${lines}\r\n`;
const post = (lines: string, body = ''): string => `POST / HTTP/1.1\r\n${HOST}${lines}\r\n${body}`;
const chunked = (body: string): string => post('Transfer-Encoding: chunked\r\n', body);
const line = (requestLine: string): string => `${requestLine}\r\n${HOST}\r\n`;

function refused(name: string, bytes: string, reason: string, status = 400): MalformedRequest {
  return { name, bytes, reason, status };
}

function lax(name: string, bytes: string, reason: string, status = 400): MalformedRequest {
  return { name, bytes, reason, status, laxOracle: true };
}

export const MALFORMED_REQUESTS: readonly MalformedRequest[] = [
  refused('a bare LF after the request line', `GET / HTTP/1.1\n${HOST}\r\n`, 'bare-lf'),
  refused('a bare LF after a field', 'GET / HTTP/1.1\r\nHost: a.dev.localhost\n\r\n', 'bare-lf'),
  refused('a bare LF as the empty line', `GET / HTTP/1.1\r\n${HOST}\n`, 'bare-lf'),
  lax('a bare LF before the request line', `\nGET / HTTP/1.1\r\n${HOST}\r\n`, 'bare-lf'),
  refused('a bare CR in a value', get('X-A: b\rc\r\n'), 'bare-cr'),
  refused('a bare CR as line end', get('X-A: b\rX-B: c\r\n'), 'bare-cr'),
  lax('a bare CR before the request line', `\rGET / HTTP/1.1\r\n${HOST}\r\n`, 'bare-cr'),
  lax('two spaces after the method', line('GET  / HTTP/1.1'), 'request-line'),
  lax('two spaces before the version', line('GET /  HTTP/1.1'), 'request-line'),
  refused('a tab after the method', line('GET\t/ HTTP/1.1'), 'method'),
  refused('a space after the version', line('GET / HTTP/1.1 '), 'request-line'),
  refused('a space before the method', line(' GET / HTTP/1.1'), 'method'),
  refused('no target', line('GET HTTP/1.1'), 'request-line'),
  refused('no version (HTTP/0.9)', 'GET /\r\n\r\n', 'request-line'),
  refused('a method of 33 characters', line(`${'A'.repeat(33)} / HTTP/1.1`), 'method'),
  refused('a method with a separator', line('GE(T / HTTP/1.1'), 'method'),
  refused('no method', line('/ HTTP/1.1'), 'method'),
  lax('version 2.0', line('GET / HTTP/2.0'), 'version', 505),
  lax('version 1.2', line('GET / HTTP/1.2'), 'version', 505),
  lax('version 0.9', line('GET / HTTP/0.9'), 'version', 505),
  refused('a lower case version', line('GET / http/1.1'), 'version-form'),
  refused('a version without a dot', line('GET / HTTP/11'), 'version-form'),
  refused('another protocol', line('GET / ICE/1.0'), 'version-form'),
  lax('# in the target', line('GET /a#b HTTP/1.1'), 'target'),
  refused('a byte above 0x7e in the target', line('GET /\xe9 HTTP/1.1'), 'target'),
  refused('DEL in the target', line('GET /\x7f HTTP/1.1'), 'target'),
  refused('NUL in the target', line('GET /\x00 HTTP/1.1'), 'target'),
  lax('a quotation mark in the target', line('GET /"a" HTTP/1.1'), 'target'),
  lax('a backslash in the path', line('GET /a\\b HTTP/1.1'), 'target'),
  lax('user information in the target', line('GET http://me@a.dev.localhost/ HTTP/1.1'), 'authority'),
  lax('an absolute target without host', line('GET http:///x HTTP/1.1'), 'authority'),
  lax('an absolute target of another scheme', line('GET ftp://a.dev.localhost/ HTTP/1.1'), 'target'),
  lax('* with GET', line('GET * HTTP/1.1'), 'target'),
  refused('a target without a slash', line('GET index.html HTTP/1.1'), 'target'),
  refused('CONNECT', 'CONNECT a.dev.localhost:443 HTTP/1.1\r\nHost: a.dev.localhost:443\r\n\r\n', 'method-not-allowed', 405),
  lax('TRACE', line('TRACE / HTTP/1.1'), 'method-not-allowed', 405),
  refused('no Host', 'GET / HTTP/1.1\r\nAccept: */*\r\n\r\n', 'host-missing'),
  lax('two Host lines', get('Host: b.dev.localhost\r\n'), 'host-repeated'),
  lax('two equal Host lines', get(HOST), 'host-repeated'),
  lax('an empty Host', 'GET / HTTP/1.1\r\nHost: \r\n\r\n', 'host'),
  lax('a slash in Host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 'host'),
  lax('@ in Host', 'GET / HTTP/1.1\r\nHost: me@a.dev.localhost\r\n\r\n', 'host'),
  lax('a space in Host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 'host'),
  lax('a list in Host', 'GET / HTTP/1.1\r\nHost: a.dev.localhost, b\r\n\r\n', 'host'),
  lax('a port that is no number in Host', 'GET / HTTP/1.1\r\nHost: a.dev.localhost:80x\r\n\r\n', 'host'),
  refused('a space before the colon', get('X-A : b\r\n'), 'field-name'),
  refused('a space before the colon of Content-Length', post('Content-Length : 3\r\n', 'abc'), 'field-name'),
  refused('an empty field name', get(': b\r\n'), 'field-name'),
  refused('a field without colon', get('X-A\r\n'), 'bare-cr'),
  refused('a separator in a field name', get('X(A): b\r\n'), 'field-name'),
  refused('a byte above 0x7e in a field name', get('X-\xe9: b\r\n'), 'field-name'),
  refused('a space at the start of the first line', `GET / HTTP/1.1\r\n Host: a.dev.localhost\r\n\r\n`, 'obs-fold'),
  refused('a folded line with a space', get('X-A: b\r\n c\r\n'), 'obs-fold'),
  refused('a folded line with a tab', get('X-A: b\r\n\tc\r\n'), 'obs-fold'),
  refused('a folded Transfer-Encoding', post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'), 'obs-fold'),
  refused('NUL in a value', get('X-A: b\x00c\r\n'), 'field-value'),
  refused('an escape character in a value', get('X-A: \x1b[2J\r\n'), 'field-value'),
  refused('DEL in a value', get('X-A: \x7f\r\n'), 'field-value'),
  refused('two Content-Length lines', post('Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd'), 'content-length-repeated'),
  refused('two equal Content-Length lines', post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'), 'content-length-repeated'),
  refused('a list in Content-Length', post('Content-Length: 3, 3\r\n', 'abc'), 'content-length'),
  refused('a sign in Content-Length', post('Content-Length: +3\r\n', 'abc'), 'content-length'),
  refused('a negative Content-Length', post('Content-Length: -3\r\n', 'abc'), 'content-length'),
  refused('a hexadecimal Content-Length', post('Content-Length: 0x3\r\n', 'abc'), 'content-length'),
  refused('an empty Content-Length', post('Content-Length: \r\n', 'abc'), 'content-length'),
  refused('a space inside Content-Length', post('Content-Length: 3 3\r\n', 'abc'), 'content-length'),
  lax('a Content-Length of 16 digits', post('Content-Length: 0000000000000003\r\n', 'abc'), 'content-length'),
  refused('Content-Length before Transfer-Encoding', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 'length-and-encoding'),
  refused('Transfer-Encoding before Content-Length', post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'), 'length-and-encoding'),
  lax('a coding before chunked', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 'transfer-encoding', 501),
  refused('a coding after chunked', post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'), 'transfer-encoding', 501),
  refused('xchunked', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), 'transfer-encoding', 501),
  refused('identity', post('Transfer-Encoding: identity\r\n'), 'transfer-encoding', 501),
  refused('a quoted chunked', post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n'), 'transfer-encoding', 501),
  refused('an empty Transfer-Encoding', post('Transfer-Encoding: \r\n', '0\r\n\r\n'), 'transfer-encoding', 501),
  lax('two Transfer-Encoding lines', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 'transfer-encoding-repeated'),
  refused('a vertical tab before chunked', post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'), 'field-value'),
  lax('Transfer-Encoding in HTTP/1.0', `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 'transfer-encoding-http10'),
  refused('a chunk size with 0x', chunked('0x3\r\nabc\r\n0\r\n\r\n'), 'chunk-size'),
  refused('a chunk size with a sign', chunked('+3\r\nabc\r\n0\r\n\r\n'), 'chunk-size'),
  refused('a space before the chunk size', chunked(' 3\r\nabc\r\n0\r\n\r\n'), 'chunk-size'),
  lax('a space after the chunk size', chunked('3 \r\nabc\r\n0\r\n\r\n'), 'chunk-size'),
  refused('no chunk size', chunked('\r\nabc\r\n0\r\n\r\n'), 'chunk-size'),
  refused('a negative chunk size', chunked('-1\r\nabc\r\n0\r\n\r\n'), 'chunk-size'),
  lax('a chunk size of 13 digits', chunked('0000000000003\r\nabc\r\n0\r\n\r\n'), 'chunk-size'),
  refused('a bare LF after the chunk size', chunked('3\nabc\r\n0\r\n\r\n'), 'chunk-size'),
  refused('a bare CR after the chunk size', chunked('3\rabc\r\n0\r\n\r\n'), 'chunk-size'),
  refused('no CRLF after chunk data', chunked('3\r\nabcd\r\n0\r\n\r\n'), 'chunk-end'),
  refused('a bare LF after chunk data', chunked('3\r\nabc\n0\r\n\r\n'), 'chunk-end'),
  lax('a chunk extension of 257 bytes', chunked(`3;${'x'.repeat(257)}\r\nabc\r\n0\r\n\r\n`), 'chunk-extension'),
  refused('a control in a chunk extension', chunked('3;a=\x01\r\nabc\r\n0\r\n\r\n'), 'chunk-extension'),
  refused('a bare LF in a chunk extension', chunked('3;a\nabc\r\n0\r\n\r\n'), 'chunk-extension'),
  refused('a space in a trailer name', chunked('0\r\nX-A : b\r\n\r\n'), 'trailer'),
  refused('a folded trailer', chunked('0\r\nX-A: b\r\n c\r\n\r\n'), 'obs-fold'),
  refused('a control in a trailer value', chunked('0\r\nX-A: \x00\r\n\r\n'), 'trailer'),
  refused('a bare LF after a trailer', chunked('0\r\nX-A: b\n\r\n'), 'trailer'),
  lax('trailers of more than 8 KiB', chunked(`0\r\nX-A: ${'b'.repeat(9_000)}\r\n\r\n`), 'trailer-too-large'),
  refused('a head of more than 16 KiB', get(`X-A: ${'b'.repeat(17_000)}\r\n`), 'head-too-large', 431),
  refused('a target of more than 16 KiB', line(`GET /${'a'.repeat(17_000)} HTTP/1.1`), 'head-too-large', 431),
  lax('Connection nominates Host', get('Connection: host\r\n'), 'connection-nominates'),
  lax('Connection nominates Content-Length', post('Content-Length: 3\r\nConnection: content-length\r\n', 'abc'), 'connection-nominates'),
  lax('Connection nominates Transfer-Encoding', post('Transfer-Encoding: chunked\r\nConnection: close, transfer-encoding\r\n', '0\r\n\r\n'), 'connection-nominates'),
  lax('Connection nominates Cookie', get('Connection: Cookie\r\n'), 'connection-nominates'),
  lax('Connection nominates Authorization', get('Connection: authorization\r\n'), 'connection-nominates'),
  lax('Connection nominates traceparent', get('Connection: traceparent\r\n'), 'connection-nominates'),
  lax('Connection nominates X-Forwarded-For', get('Connection: x-forwarded-for\r\n'), 'connection-nominates'),
  lax('Connection is not a list of tokens', get('Connection: a b\r\n'), 'connection'),
  lax('another expectation', get('Expect: 200-ok\r\n'), 'expectation', 417),
  lax('two expectations', get('Expect: 100-continue\r\nExpect: 100-continue\r\n'), 'expectation', 417),
  refused('a TLS client hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'method'),
];
