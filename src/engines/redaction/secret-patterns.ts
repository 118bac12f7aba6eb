/**
 * What looks like a secret: by the name of an attribute, and by the value itself.
 *
 * States mark hardly anything as sensitive, so both are asked. Values are recognised by the forms that
 * issuers give them and, for the rest, by how random they look: 24 characters and more of small and
 * large letters and digits with at least 3.8 bits a character, which ids in hexadecimal, arns and
 * words do not reach.
 */
const SECRET_NAME = /pass(word|wd|phrase)?$|password|secret|token|private_?key|connection_?string|access_?key|user_?data|custom_?data|kube_?config|client_?secret|credential|(^|_)sas(_|$)|content(_base64)?$|api_?key|auth_?(key|header)|primary_key|secondary_key|ses_smtp|certificate_?(body|chain|pem)|_pem$|environment$|env_?vars?|variables$|(^|\.)sensitive/i;

const SECRET_VALUES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{18,}|xox[abprs]-[\w-]{10,}|sk_live_\w{16,}|npm_[A-Za-z0-9]{30,}|hv[sb]\.[\w-]{20,}|AIza[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,})/g,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/gi,
  /\b(?:AccountKey|SharedAccessKey|sig|Password|Pwd)=[^;&\s"']{8,}/gi,
];
const RANDOM_LOOKING = /[A-Za-z0-9+/=_-]{24,}/g;
const LEAST_BITS = 3.8;

/** `path` is dotted; any step may give it away. */
export function isSecretName(path: string): boolean {
  return path.split('.').some((step, at, steps) => SECRET_NAME.test(step) && !/(_arn|_id|_name|_enabled|_count|_length|_version)$/.test(step) && !(/^environment$/i.test(step) && TAG_MAP.test(steps[at - 1] ?? '')));
}

/** A tag `environment` is one word; an attribute of that name holds variables. */
const TAG_MAP = /(^|_)(tags|tags_all|labels)$/;

/** `text` with every part that looks like a secret replaced by `mark(part)`. */
export function replaceSecrets(text: string, mark: (secret: string) => string): string {
  if (text.length < 16) return text.includes('://') || text.includes('=') ? SECRET_VALUES.reduce((at, pattern) => at.replace(pattern, mark), text) : text;
  const known = SECRET_VALUES.reduce((at, pattern) => at.replace(pattern, mark), text);
  return known.replace(RANDOM_LOOKING, (part) => (looksRandom(part) ? mark(part) : part));
}

/** Only the forms that issuers give to secrets: for names of things, which may be long and mixed. */
export function replaceKnownSecrets(text: string, mark: (secret: string) => string): string {
  return SECRET_VALUES.reduce((at, pattern) => at.replace(pattern, mark), text);
}

function looksRandom(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/\d/.test(text)) return false;
  if (text.split(/[/_=-]/).every((word) => word.length < 20)) return false;
  return bitsPerCharacter(text) >= LEAST_BITS;
}

/** Shannon's entropy of the characters. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
