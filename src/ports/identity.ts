/** Who is asking. Tokens are stored as hashes only. */
export interface Identity {
  issuer: string;
  /** `user:alice`, `service:rollout-controller`, `anonymous`. */
  subject: string;
  tokenId?: string;
  expiresAt?: string;
}

export interface IssuedToken {
  id: string;
  /** Shown once. */
  token: string;
  prefix: string;
}

export interface Identities {
  /** Undefined for a forged, unknown or expired token. */
  authenticate(token: string): Promise<Identity | undefined>;
  /** Whether the token that the identity came with is still good; from memory, for streams that ask every second. True without a token. */
  isLive(identity: Identity): boolean;
  /** `ephemeral`: dies with this process. */
  issue(subject: string, options: { expiresAt?: string; description?: string; ephemeral?: boolean; name?: string }): Promise<IssuedToken>;
  revoke(id: string): Promise<void>;
  /** One-time login link: a code that is exchanged for a console session once, within minutes. */
  issueLoginCode(subject: string): Promise<string>;
  redeemLoginCode(code: string): Promise<string | undefined>;
}
