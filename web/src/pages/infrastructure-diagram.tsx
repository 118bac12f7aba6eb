/** The diagrams of a root: levels and views to switch between, the picture, the files to save. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { DiagramEntry, DownloadFormat, RootContent, RootPage } from '../../../src/api/contract/infrastructure-page.ts';
import { changedSearch } from '../data/address.ts';
import { infrastructureDrawing, infrastructureOverlay, infrastructureSource, rootPath, type AskedRoot } from '../data/reads.ts';
import { RequestProblem } from '../data/request.ts';
import { Explorer } from '../diagram/explorer.tsx';
import { OVERLAYS } from '../diagram/overlay.ts';
import { Choice } from '../ui/field.tsx';
import { CopyCli } from '../ui/copy.tsx';
import { Glyph } from '../ui/glyph.tsx';
import { Panel, Section } from '../ui/page.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { docsCommand } from './infrastructure-command.ts';
import styles from './infrastructure.module.css';

const route = getRouteApi('/infrastructure/$namespace/$repository');
const FORMATS: [DownloadFormat, string][] = [['svg', 'SVG'], ['html', 'HTML'], ['drawio', 'draw.io'], ['mermaid', 'Mermaid'], ['json', 'JSON'], ['markdown', 'Markdown']];
const OVERLAY_WORDS: [string, string][] = [['', 'No overlay'], ['drift', 'Overlay: drift'], ['waste', 'Overlay: waste'], ['cost', 'Overlay: cost a month']];
/** Words for levels and views, in the order in which people go deeper. */
const KINDS: [key: string, word: string][] = [
  ['context network', 'Context'], ['container network', 'Services'], ['resource network', 'Network'], ['resource module', 'By module'], ['resource owner', 'By owner'], ['modules module', 'Module calls'],
];

/** The root exactly as it is shown: with full commits, so that the answer never changes. */
export function exactly({ root, commit, compared }: RootPage): AskedRoot {
  return { namespace: root.namespace, repository: root.repository, root: root.name, commit: commit.commit, compare: compared?.commit };
}

function kindOf(diagram: DiagramEntry): string {
  return diagram.level === 'modules' ? 'modules module' : `${diagram.level} ${diagram.level === 'resource' ? diagram.view : 'network'}`;
}

export function RootDiagram({ data, content, stale }: { data: RootPage; content: RootContent; stale: boolean }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { diagrams } = content;
  const shown = diagrams.find((diagram) => diagram.id === search.diagram) ?? diagrams[0];
  const asked = exactly(data);
  const laid = useQuery(infrastructureOverlay({ namespace: asked.namespace, repository: asked.repository, root: asked.root }, true)).data?.overlay;
  const kind = OVERLAYS.find((one) => one === search.overlay);
  const overlay = useMemo(() => (laid === undefined || kind === undefined ? undefined : { data: laid, kind }), [laid, kind]);
  const query = useQuery(infrastructureDrawing(asked, shown?.id ?? '', shown !== undefined));
  const open = (diagram: string): void => void navigate({ search: (present) => changedSearch(present, { diagram, part: undefined }), resetScroll: false });
  const choose = (part: string | undefined): void => void navigate({ search: (present) => changedSearch(present, { part }), replace: true, resetScroll: false });
  const saved = (format: DownloadFormat): string => `/roadbed/v1${rootPath(asked, '/file', { format, ...(shown === undefined ? {} : { diagram: shown.id }) })}`;
  return (
    <Section
      title={shown?.title ?? 'Diagram'}
      actions={
        <span className={styles.files}>
          <span className={styles.quiet}>Save as</span>
          {FORMATS.map(([format, label]) => (
            <a key={format} className={styles.file} href={saved(format)} download="">
              <Glyph name="download" size={13} /> {label}
            </a>
          ))}
          <CopyCli compact command={docsCommand(data, ['--diagram', shown?.id ?? '', '--format', 'svg', '--out', 'infrastructure.svg'])} />
        </span>
      }
    >
      <Panel flush>
        {query.data === undefined ? (
          query.error === null ? <div className={styles.waiting} role="status"><strong>The picture is being drawn</strong></div> : <ProblemPanel problem={query.error instanceof RequestProblem ? query.error.problem : { code: 'ROADBED-5091', message: 'The picture could not be read.' }} onRetry={() => void query.refetch()} />
        ) : (
          <Explorer
            drawing={query.data}
            part={search.part}
            stale={stale || query.isPlaceholderData}
            titleOf={(id) => diagrams.find((diagram) => diagram.id === id)?.title}
            onOpen={open}
            onChoose={choose}
            code={(place) => <Code asked={asked} place={place} />}
            overlay={overlay}
            switches={
              <>
                <Switches diagrams={diagrams} shown={shown} onOpen={open} />
                {laid === undefined ? null : <Choice label="Overlay" hideLabel value={kind ?? ''} options={OVERLAY_WORDS} onChange={(wanted) => void navigate({ search: (present) => changedSearch(present, { overlay: wanted }), replace: true, resetScroll: false })} />}
              </>
            }
          />
        )}
      </Panel>
    </Section>
  );
}

function Switches({ diagrams, shown, onOpen }: { diagrams: readonly DiagramEntry[]; shown: DiagramEntry | undefined; onOpen: (id: string) => void }) {
  const kind = shown === undefined ? '' : kindOf(shown);
  const same = diagrams.filter((diagram) => kindOf(diagram) === kind);
  return (
    <span className={styles.switches}>
      <span className={styles.levels} role="group" aria-label="Level and view">
        {KINDS.map(([key, word]) => {
          const first = diagrams.find((diagram) => kindOf(diagram) === key);
          return first === undefined ? null : (
            <button key={key} type="button" className={styles.level} aria-pressed={key === kind} onClick={() => onOpen(first.id)}>
              {word}
            </button>
          );
        })}
      </span>
      {same.length < 2 ? null : (
        <span className={styles.which}>
          <Choice label="Part of it" hideLabel value={shown?.id ?? ''} options={same.map((diagram) => [diagram.id, diagram.title])} onChange={onOpen} />
        </span>
      )}
    </span>
  );
}

/** The block that a part was read from; of what is gone since the other commit there is none here. */
function Code({ asked, place }: { asked: AskedRoot; place: string }) {
  const at = place.lastIndexOf(':');
  const [file, line] = [place.slice(0, at), place.slice(at + 1)];
  const query = useQuery(infrastructureSource(asked, file, line));
  if (query.data === undefined) return query.error === null ? null : <p className={styles.quiet}>{file} is not in this commit.</p>;
  return (
    <>
      <h4 className={styles.codeHead}>Code</h4>
      <pre className={styles.code} tabIndex={0} role="region" aria-label={`${file} from line ${query.data.from}`} ref={(element) => element?.style.setProperty('--first', String(query.data.from))}>
        {query.data.lines.map((text, index) => <span key={query.data.from + index}>{text === '' ? ' ' : text}</span>)}
      </pre>
    </>
  );
}
