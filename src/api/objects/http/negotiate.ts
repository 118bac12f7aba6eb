/** Which form of an answer a client wants: the first media range of its Accept header that can be made. */
import { notAcceptable } from '../failure.ts';

export type Form =
  | { kind: 'json' }
  | { kind: 'table'; version: string }
  | { kind: 'metadata' }
  /** Aggregated discovery; the version must be the one asked for. */
  | { kind: 'discovery'; version: 'v2' | 'v2beta1' };

const JSON_FORM: Form = { kind: 'json' };
const known = new Map<string, Form>();

/** `offers`: which special forms the endpoint has beside plain JSON. Throws 406. */
export function negotiate(accept: string | undefined, offers: 'objects' | 'discovery' | 'json'): Form {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json') return JSON_FORM;
  const cacheKey = `${offers} ${accept}`;
  const cached = known.get(cacheKey);
  if (cached !== undefined) return cached;
  const form = choose(accept, offers);
  if (known.size < 200) known.set(cacheKey, form);
  return form;
}

function choose(accept: string, offers: 'objects' | 'discovery' | 'json'): Form {
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (type === '*/*' || type === 'application/*') return JSON_FORM;
    if (type !== 'application/json') continue;
    const options = Object.fromEntries(parameters.map((parameter) => parameter.split('=', 2) as [string, string]));
    const form = formOf(options, offers);
    if (form !== undefined) return form;
  }
  throw notAcceptable();
}

function formOf({ as, g, v }: Record<string, string>, offers: 'objects' | 'discovery' | 'json'): Form | undefined {
  if (as === undefined) return JSON_FORM;
  if (offers === 'objects' && g === 'meta.k8s.io' && (v === 'v1' || v === 'v1beta1')) {
    if (as === 'Table') return { kind: 'table', version: v };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { kind: 'metadata' };
  }
  if (offers === 'discovery' && as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1')) {
    return { kind: 'discovery', version: v };
  }
  return undefined;
}
