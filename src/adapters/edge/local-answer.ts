/**
 * Answers that the edge gives itself: no such host, nobody to serve, refused, timed out.
 *
 * They explain themselves in one or two sentences; plain text, or a small page when the client asks
 * for HTML. Whatever came from outside is escaped. The one-word reason also stands in
 * `X-Roadbed-Reason`, so that scripts need not read prose.
 */
export interface LocalAnswer {
  status: number;
  reason: string;
  title: string;
  sentences: string[];
  /** Named below the sentences, each as a link when the page is HTML. */
  hosts?: string[];
  headers?: Record<string, string>;
}

const PHRASES: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};
const MOST_HOSTS = 100;
const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

function page(answer: LocalAnswer, port: number): string {
  const link = (host: string): string => `<li><a href="http://${escape(host)}:${port}/">${escape(host)}</a></li>`;
  const hosts = answer.hosts === undefined || answer.hosts.length === 0 ? '' : `<ul>${answer.hosts.slice(0, MOST_HOSTS).map(link).join('')}</ul>`;
  const style = 'body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}';
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(answer.title)}</title><style>${style}</style></head><body><main><h1>${escape(answer.title)}</h1>${answer.sentences
    .map((sentence) => `<p>${escape(sentence)}</p>`)
    .join('')}${hosts}</main></body></html>\n`;
}

function plain(answer: LocalAnswer): string {
  return `${[answer.title, ...answer.sentences, ...(answer.hosts ?? []).slice(0, MOST_HOSTS).map((host) => `  ${host}`)].join('\n')}\n`;
}

/** The whole answer as one string. `html`: the client accepts HTML; `port`: where the edge listens, for links. */
export function localAnswerText(answer: LocalAnswer, options: { html: boolean; port: number; close: boolean; keepAlive10: boolean; withoutBody: boolean; date: string }): string {
  const body = options.html ? page(answer, options.port) : plain(answer);
  const connection = options.close ? 'Connection: close\r\n' : options.keepAlive10 ? 'Connection: keep-alive\r\n' : '';
  const extra = Object.entries(answer.headers ?? {})
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const type = options.html ? 'text/html' : 'text/plain';
  const head = `HTTP/1.1 ${answer.status} ${PHRASES[answer.status] ?? 'Error'}\r\nDate: ${options.date}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nX-Roadbed-Reason: ${answer.reason}\r\n${extra}${connection}\r\n`;
  return options.withoutBody ? head : head + body;
}
