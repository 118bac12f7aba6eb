/**
 * The type of a thing by its full name, for exports that have one table a type and no column for it
 * (Steampipe, CloudQuery): `arn:aws:ec2:...:instance/i-1` is `ec2:instance`, as AWS Resource Explorer writes it.
 */

/** Services whose ARNs name the thing alone. */
const BARE: Readonly<Record<string, string>> = { s3: 'bucket', sqs: 'queue', sns: 'topic' };
/** A balancer's kind is part of its type. */
const WITH_KIND = new Set(['loadbalancer', 'listener']);

export function typeOfName(name: string): string | undefined {
  if (name.startsWith('arn:')) return typeOfArn(name);
  if (/^\/subscriptions\//i.test(name)) return typeOfResourceId(name);
  const link = /^(?:https:\/\/[\w.-]*googleapis\.com\/compute\/v1|\/\/compute\.googleapis\.com)\/projects\/.+\/([a-zA-Z]+)\/[^/]+$/.exec(name);
  return link?.[1] === undefined ? undefined : `compute.googleapis.com/${singular(link[1])}`;
}

function typeOfArn(arn: string): string | undefined {
  const [, , service = '', , , ...rest] = arn.split(':');
  if (service === '' || rest.length === 0) return undefined;
  const bare = BARE[service];
  if (bare !== undefined && rest.length === 1 && !rest[0]?.includes('/')) return `${service}:${bare}`;
  const [first = '', kind = ''] = (rest[0] ?? '').split('/');
  if (rest.length === 1 && !rest[0]?.includes('/')) return undefined;
  return WITH_KIND.has(first) && /^(app|net|gwy)$/.test(kind) ? `${service}:${first}/${kind}` : `${service}:${first}`;
}

/** The provider with every second part after it; a group or subscription by itself is one too. */
function typeOfResourceId(id: string): string | undefined {
  const [, within] = /\/providers\/(.+)$/i.exec(id) ?? [];
  if (within === undefined) return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(id) ? 'microsoft.resources/subscriptions/resourcegroups' : undefined;
  const parts = within.split('/');
  return [parts[0], ...parts.filter((_, at) => at % 2 === 1)].join('/').toLowerCase();
}

/** `addresses` is `Address`, `firewalls` is `Firewall`. */
function singular(plural: string): string {
  const one = plural.endsWith('sses') ? plural.slice(0, -2) : plural.endsWith('ies') ? `${plural.slice(0, -3)}y` : plural.replace(/s$/, '');
  return one.charAt(0).toUpperCase() + one.slice(1);
}
