/** A diagram to look around in: the picture, its tools, and beside it what is known of the chosen part. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Drawing } from '../../../src/api/contract/infrastructure-page.ts';
import { announce } from '../shell/announcer.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import type { Overlay } from '../../../src/api/contract/state-page.ts';
import { DiagramView } from './diagram-view.ts';
import { overlaid, type OverlayKind } from './overlay.ts';
import { PartIndex } from './part-index.ts';
import { Overview, PartDetails, SearchResults } from './part-panel.tsx';
import styles from './explorer.module.css';

export interface ExplorerProps {
  drawing: Drawing;
  /** A part to begin with. */
  part?: string | undefined;
  /** Which diagram is shown, and how to change that. */
  switches: ReactNode;
  /** What a diagram is called; undefined when there is none of this name. */
  titleOf: (diagram: string) => string | undefined;
  onOpen: (diagram: string) => void;
  onChoose: (part: string | undefined) => void;
  /** The code of a part, where `place` is `file:line`. */
  code: (place: string) => ReactNode;
  /** What lies over the picture. */
  overlay?: { data: Overlay; kind: OverlayKind } | undefined;
  /** It is of another time or diagram than was asked for, and about to change. */
  stale: boolean;
}

export function Explorer({ drawing, part, switches, titleOf, onOpen, onChoose, code, overlay, stale }: ExplorerProps) {
  const box = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<DiagramView>(undefined);
  const index = useMemo(() => new PartIndex(drawing), [drawing]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [words, setWords] = useState('');
  const found = useMemo(() => index.find(words), [index, words]);
  const chosen = part === undefined ? undefined : index.get(part);
  const fold = (id: string): void => {
    setFolded((present) => (present.has(id) ? new Set([...present].filter((one) => one !== id)) : new Set([...present, id])));
    announce(`${index.get(id)?.label ?? id} ${folded.has(id) ? 'unfolded' : 'folded'}`);
  };
  const events = useRef({ choose: onChoose, open: onOpen, fold });
  events.current = { choose: onChoose, open: onOpen, fold };
  useEffect(() => {
    if (host.current === null) return undefined;
    host.current.style.setProperty('--picture', `${drawing.width} / ${drawing.height}`);
    const made = new DiagramView(host.current, drawing, index, { choose: (id) => events.current.choose(id), open: (id) => events.current.open(id), fold: (id) => events.current.fold(id) });
    view.current = made;
    setFolded(new Set());
    return () => made.destroy();
  }, [drawing, index]);
  const laid = useMemo(() => (overlay === undefined ? undefined : overlaid(drawing, index, overlay.data, overlay.kind)), [drawing, index, overlay]);
  useEffect(() => view.current?.fold(folded), [drawing, folded]);
  useEffect(() => view.current?.overlay(laid), [laid]);
  useEffect(() => view.current?.mark(chosen?.id, found.map((one) => one.id)), [drawing, chosen, found]);
  const goTo = (id: string): void => {
    setFolded((present) => new Set([...present].filter((group) => group === id || !index.inside(id, group))));
    setWords('');
    onChoose(id);
    // What was hidden is shown by the next painting.
    requestAnimationFrame(() => view.current?.goTo(id));
  };
  const searching = words.trim() !== '';
  const openable = chosen?.opens === undefined ? undefined : titleOf(chosen.opens);
  return (
    <div className={styles.explorer} ref={box}>
      <div className={styles.tools}>
        {switches}
        <span className={styles.search}>
          <Field label="Search parts and addresses" hideLabel kind="search" search placeholder="Search parts and addresses" value={words} onChange={setWords} />
        </span>
        <span className={styles.look} role="group" aria-label="View">
          <Button label="Zoom out" onPress={() => view.current?.zoom(0.8)}>−</Button>
          <Button label="Zoom in" onPress={() => view.current?.zoom(1.25)}>+</Button>
          <Button onPress={() => view.current?.fit()}>Fit</Button>
          {document.fullscreenEnabled ? <Button onPress={() => void (document.fullscreenElement === null ? box.current?.requestFullscreen() : document.exitFullscreen())}>Full screen</Button> : null}
        </span>
      </div>
      <div className={styles.sides} data-panel={searching || chosen !== undefined}>
        <div className={styles.stage} data-stale={stale} ref={host} role="region" aria-label={`Picture of ${drawing.title}`} tabIndex={0} onKeyDown={(event) => (event.key === '+' ? view.current?.zoom(1.25) : event.key === '-' ? view.current?.zoom(0.8) : event.key === '0' ? view.current?.fit() : undefined)} />
        {searching ? (
          <aside className={styles.panel} aria-label="Found parts" tabIndex={0}>
            <SearchResults found={found} onGoTo={goTo} />
          </aside>
        ) : chosen === undefined ? null : (
          <aside className={styles.panel} aria-label="Details" tabIndex={0}>
            <PartDetails
              part={chosen}
              mark={laid?.marks.get(chosen.id)}
              index={index}
              folded={folded.has(chosen.id)}
              onFold={() => fold(chosen.id)}
              onGoTo={goTo}
              onClose={() => onChoose(undefined)}
              opens={openable === undefined || chosen.opens === undefined ? undefined : { title: openable, open: () => onOpen(chosen.opens ?? '') }}
              code={chosen.place === undefined ? null : code(chosen.place)}
            />
          </aside>
        )}
      </div>
      {laid === undefined ? null : <p className={styles.laid} role="status">{laid.sentence} <span className={styles.quiet}>{overlay?.kind === 'cost' ? 'A plate says what a part costs a month, on a group the sum of what is in it.' : 'A plate says how many there are, on a group with all that is in it: red is severe, amber medium, grey low.'}</span></p>}
      <Overview drawing={drawing} />
    </div>
  );
}
