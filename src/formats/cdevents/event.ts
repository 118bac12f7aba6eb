/** The form of a CDEvent (0.6.0-draft) and its CloudEvents binding: structured and as HTTP headers. */
export const CDEVENTS_VERSION = '0.6.0-draft';

export interface CDEventReference {
  id: string;
  source?: string;
}

export interface CDEvent {
  context: {
    specversion: string;
    id: string;
    /** URI reference of what emitted it. */
    source: string;
    /** `dev.cdevents.<subject>.<predicate>.<version>`. */
    type: string;
    timestamp: string;
    chainId?: string;
    /** The event that led to this one. */
    links?: { linkType: 'PATH'; from: { contextId: string } }[];
  };
  subject: { id: string; source?: string; content: Record<string, unknown> };
  customData?: Record<string, unknown>;
  customDataContentType?: string;
}

export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: CDEvent;
}

/** Structured mode: the whole CDEvent is the data, `subject` is the CDEvent's subject. */
export function toCloudEvent(event: CDEvent): CloudEvent {
  return {
    specversion: '1.0', id: event.context.id, source: event.context.source, type: event.context.type, subject: event.subject.id,
    time: event.context.timestamp, datacontenttype: 'application/json', data: event,
  };
}

/** Binary mode over HTTP: the attributes as headers; the body is the CDEvent. */
export function cloudEventHeaders(event: CDEvent): Record<string, string> {
  const { datacontenttype, data, ...attributes } = toCloudEvent(event);
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, headerValue(value)]);
  return { ...Object.fromEntries(headers), 'content-type': datacontenttype };
}

/** Space, quote, percent and everything beyond printable ASCII is percent-encoded, so no value can end its line. */
function headerValue(text: string): string {
  return [...text.toWellFormed()].map((character) => (/[\x21\x23\x24\x26-\x7e]/.test(character) ? character : encodeURIComponent(character))).join('').replaceAll('"', '%22');
}
