/**
 * Console sessions: the cookie holds a token of its own, issued like any other and stored as a hash.
 *
 * So a session survives a restart of the control plane, shows among the access tokens, is revoked by
 * signing out, and needs no second table. The cookie's name carries the port, because cookies are
 * shared by all ports of a host.
 */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import type { Identities, Identity } from '../../ports/identity.ts';
import { originOf } from './request-guard.ts';

const HOURS = 12;

export interface Sessions {
  /** The cookie line of a new session for the subject. */
  open(request: IncomingMessage, subject: string, latest?: string): Promise<string>;
  identify(request: IncomingMessage): Promise<Identity | undefined>;
  /** Revokes the session; answers the cookie line that removes it. */
  close(request: IncomingMessage): Promise<string>;
}

export function createSessions(identities: Identities, clock: Clock, publicOrigins: readonly string[]): Sessions {
  const attributesFor = (request: IncomingMessage): string => `Path=/; HttpOnly; SameSite=Strict${originOf(request.headers.host, publicOrigins)?.startsWith('https:') === true ? '; Secure' : ''}`;
  const identify = async (request: IncomingMessage): Promise<Identity | undefined> => {
    const token = cookie(request, cookieName(request));
    return token === undefined ? undefined : identities.authenticate(token);
  };
  return {
    async open(request, subject, latest) {
      const limit = new Date(clock.now() + HOURS * 3_600_000).toISOString();
      const expiresAt = latest !== undefined && latest < limit ? latest : limit;
      const issued = await identities.issue(subject, { expiresAt, description: 'console session' });
      const maxAge = Math.max(0, Math.floor((Date.parse(expiresAt) - clock.now()) / 1000));
      return `${cookieName(request)}=${issued.token}; Max-Age=${maxAge}; ${attributesFor(request)}`;
    },
    identify,
    async close(request) {
      const identity = await identify(request);
      if (identity?.tokenId !== undefined) await identities.revoke(identity.tokenId);
      return `${cookieName(request)}=; Max-Age=0; ${attributesFor(request)}`;
    },
  };
}

function cookieName(request: IncomingMessage): string {
  const port = /:(\d+)$/.exec(request.headers.host ?? '')?.[1] ?? 'default';
  return `roadbed_session_${port}`;
}

function cookie(request: IncomingMessage, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined && value !== '') return value;
  }
  return undefined;
}
