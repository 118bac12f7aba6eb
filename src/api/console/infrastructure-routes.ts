/** Routes of the Infrastructure pages. Each looks through the reader's own rights first: whoever may read a repository may see what it declares. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { drawingQuerySchema, downloadQuerySchema, rootQuerySchema, sourceQuerySchema, type DownloadFormat, type RootQuery, type SourceExcerpt } from '../contract/infrastructure-page.ts';
import { infrastructureFileRoute, reads } from '../contract/routes.ts';
import type { AskedBy, OperationsApiDependencies } from './dependencies.ts';
import type { InfrastructureReads } from './infrastructure-reads.ts';
import { askedRoot, infrastructurePage, linkPattern, rootPage, type AskedRoot } from './pages/infrastructure.ts';
import { notFound } from './problems.ts';
import { valid } from './request-body.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';

type Asked = Context<AskedBy>;

const FILES: Readonly<Record<DownloadFormat, { ending: string; type: string }>> = {
  svg: { ending: 'svg', type: 'image/svg+xml' },
  html: { ending: 'html', type: 'text/html' },
  drawio: { ending: 'drawio', type: 'application/xml' },
  json: { ending: 'json', type: 'application/json' },
  mermaid: { ending: 'mmd', type: 'text/plain' },
  markdown: { ending: 'md', type: 'text/markdown' },
};
const EXCERPT_LINES = 60;

/** What is told of a commit may be kept by the reader's browser, and by nobody between. */
const FOR_EVER = 'private, max-age=86400, immutable';

export function infrastructureRoutes(deps: OperationsApiDependencies): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  const known = (): InfrastructureReads => {
    if (deps.infrastructure === undefined) throw notFound('infrastructure on this server');
    return deps.infrastructure;
  };
  const snapshot = async (context: Asked): Promise<Snapshot> => takeSnapshot(deps.objects(context.env.identity), await deps.readable(context.env.identity), deps.clock.now());
  const root = async (context: Asked, query: RootQuery): Promise<AskedRoot> => askedRoot(await snapshot(context), known(), context.req.param('namespace') ?? '', context.req.param('repository') ?? '', query);

  app.get(reads.infrastructure.path, async (context) => context.json(await infrastructurePage(await snapshot(context), known())));
  app.get(reads.infrastructureRoot.path, async (context) => context.json(await rootPage(known(), await root(context, valid(context.req.query(), rootQuerySchema)))));
  app.get(reads.infrastructureDrawing.path, async (context) => {
    const query = valid(context.req.query(), drawingQuerySchema);
    const asked = await root(context, query);
    return whole(context, await known().drawing(asked, query.diagram, linkPattern(asked.object, asked.commit)), query);
  });
  app.get(reads.infrastructureModules.path, async (context) => {
    const query = valid(context.req.query(), rootQuerySchema);
    return whole(context, await known().modules(await root(context, query)), query);
  });
  app.get(reads.infrastructureSource.path, async (context) => {
    const query = valid(context.req.query(), sourceQuerySchema);
    const asked = await root(context, query);
    const bytes = await known().source(asked.repository, asked.commit, query.file);
    if (bytes === undefined) throw notFound(`file ${query.file.slice(0, 200)} in commit ${asked.commit.slice(0, 7)}`);
    return context.json(excerpt(query.file, new TextDecoder().decode(bytes), query.line));
  });
  app.get(infrastructureFileRoute.path, async (context) => {
    const query = valid(context.req.query(), downloadQuerySchema);
    const asked = await root(context, query);
    const bytes = await known().file(asked, query.format, query.diagram, linkPattern(asked.object, asked.commit));
    const { ending, type } = FILES[query.format];
    const name = `${asked.repository.name}-${asked.root.name}-${asked.commit.slice(0, 7)}`.toLowerCase().replace(/[^a-z0-9.]+/g, '-').replace(/^-|-$/g, '');
    return context.body(bytes as Uint8Array<ArrayBuffer>, 200, { 'content-type': `${type}; charset=utf-8`, 'content-disposition': `attachment; filename="${name}.${ending}"` });
  });
  return app;
}

/** Answers that are JSON already. With a full commit in the address they never change. */
function whole(context: Asked, bytes: Uint8Array, query: RootQuery): Response {
  const fixed = [query.commit, query.compare ?? query.commit].every((commit) => commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit));
  return context.body(bytes as Uint8Array<ArrayBuffer>, 200, { 'content-type': 'application/json', 'cache-control': fixed ? FOR_EVER : 'no-store' });
}

/** The block that begins at a line: to its closing brace at the margin, at most 60 lines. */
function excerpt(file: string, text: string, line: number): SourceExcerpt {
  const lines = text.split(/\r?\n/);
  const from = Math.min(Math.max(1, line), lines.length);
  const rest = lines.slice(from - 1, from - 1 + EXCERPT_LINES);
  const end = rest.findIndex((one) => /^[}\]]/.test(one));
  const shown = end < 0 ? rest : rest.slice(0, end + 1);
  return { file, from, lines: shown.map((one) => one.slice(0, 400)), total: lines.length };
}
