/**
 * Which revision a request goes to on a route that keeps people in one place.
 *
 * A request without identifier goes in turn. Only for a cookie that is the edge's own (`roadbed-...`)
 * a random one is set: setting a cookie of the application (say, its session) would break it.
 */
import type { RequestHead } from '../../formats/http1/request-head.ts';
import { fieldText } from './forward-head.ts';
import type { CompiledRoute, Target } from './routes.ts';
import { chooseByIdentifier, chooseNext } from './routes.ts';
import { randomHex } from './trace-context.ts';

const OWN_COOKIE = 'roadbed-';

/** The value of one cookie in a Cookie field, or undefined. */
export function cookieValue(field: string, name: string): string | undefined {
  for (const pair of field.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

/** `setCookie` gets a whole Set-Cookie line when one is to be added to the answer. */
export function chooseSticky(route: CompiledRoute, sticky: NonNullable<CompiledRoute['sticky']>, head: RequestHead, bytes: Buffer, setCookie: (line: string) => void): Target | undefined {
  if (sticky.kind === 'header') {
    const value = fieldText(head, bytes, sticky.name.toLowerCase());
    return value === undefined || value === '' ? chooseNext(route) : chooseByIdentifier(route, value);
  }
  const field = fieldText(head, bytes, 'cookie');
  const value = field === undefined ? undefined : cookieValue(field, sticky.name);
  if (value !== undefined && value !== '') return chooseByIdentifier(route, value);
  if (!sticky.name.startsWith(OWN_COOKIE)) return chooseNext(route);
  const identifier = randomHex(32);
  setCookie(`Set-Cookie: ${sticky.name}=${identifier}; Path=/; HttpOnly; SameSite=Lax\r\n`);
  return chooseByIdentifier(route, identifier);
}
