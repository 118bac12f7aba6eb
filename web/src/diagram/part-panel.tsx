/** What stands beside a picture: the whole in words, what a search found, or one part with its attributes, code and neighbours. */
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import type { Drawing, DrawnPart } from '../../../src/api/contract/infrastructure-page.ts';
import { count } from '../data/wording.ts';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { State } from '../ui/state.tsx';
import type { Tone } from '../../../src/api/contract/pages.ts';
import type { PartMark } from './overlay.ts';
import type { PartIndex } from './part-index.ts';
import styles from './explorer.module.css';

const SHOWN = 200;
const TONES: Readonly<Record<string, Tone>> = { added: 'ok', changed: 'warn', replaced: 'hold', removed: 'bad' };

export function ChangeState({ change }: { change: string }) {
  return <State tone={TONES[change] ?? 'idle'}>{change.charAt(0).toUpperCase() + change.slice(1)}</State>;
}

const KEYS: [string, string][] = [['Tab', 'next part'], ['Enter', 'details'], ['F', 'fold a group'], ['O', 'open its inside'], ['+ − 0', 'zoom, fit'], ['Arrows', 'move'], ['Ctrl + wheel', 'zoom'], ['/', 'search'], ['Esc', 'back']];

/** Below the picture: what it shows, what it leaves out and why, and how to look around. */
export function Overview({ drawing }: { drawing: Drawing }) {
  return (
    <div className={styles.overview}>
      <div>
        <p>{drawing.description}</p>
        <p className={styles.quiet}>{[`${drawing.coverage}.`, ...drawing.notes].join(' ')}</p>
      </div>
      <details className={styles.help}>
        <summary>How to look around</summary>
        <p className={styles.quiet}>Drag to move; press a part for its attributes, its code and what it is connected with.</p>
        <dl className={styles.keys}>
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt><kbd>{key}</kbd></dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}

export function SearchResults({ found, onGoTo }: { found: readonly DrawnPart[]; onGoTo: (id: string) => void }) {
  return (
    <>
      <h3><span role="status">{count(found.length, 'part')} found</span></h3>
      {found.length === 0 ? <p className={styles.quiet}>No label, kind or address of this diagram has these words. Another diagram may show more.</p> : null}
      <ul className={styles.links}>
        {found.slice(0, SHOWN).map((part) => (
          <li key={part.id}>
            <button type="button" onClick={() => onGoTo(part.id)}>
              {part.label}
              {part.sublabel === undefined ? null : <span className={styles.quiet}> {part.sublabel}</span>}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

export interface PartDetailsProps {
  part: DrawnPart;
  /** Of the overlay. */
  mark?: PartMark | undefined;
  index: PartIndex;
  folded: boolean;
  onFold: () => void;
  onGoTo: (id: string) => void;
  onClose: () => void;
  opens: { title: string; open: () => void } | undefined;
  code: ReactNode;
}

export function PartDetails({ part, mark, index, folded, onFold, onGoTo, onClose, opens, code }: PartDetailsProps) {
  const facts: [string, ReactNode][] = [
    ...(part.count !== undefined && part.count > 1 ? [['count', String(part.count)] as [string, ReactNode]] : []),
    ...(part.place === undefined ? [] : [['source', <Place key="place" place={part.place} link={part.link} />] as [string, ReactNode]]),
    ...part.details.map(({ name, value }): [string, ReactNode] => [name, value]),
    ...part.badges.map(({ text, title }): [string, ReactNode] => [text, title]),
  ];
  return (
    <>
      <div className={styles.partHead}>
        <h3>{part.label}</h3>
        <Button kind="quiet" label="Close the details" onPress={onClose}>✕</Button>
      </div>
      {part.sublabel === undefined || part.sublabel === '' ? null : <p className={styles.quiet}>{part.sublabel}</p>}
      {part.change === undefined || part.change === 'unchanged' ? null : <p><ChangeState change={part.change} /></p>}
      {mark === undefined ? null : (
        <>
          <p><strong>{mark.words}</strong></p>
          <ul className={styles.marks}>
            {mark.facts.map(([address, words], at) => <li key={`${address} ${at}`}>{words.startsWith(address) ? words : <><code>{address}</code> {words}</>}</li>)}
          </ul>
        </>
      )}
      <div className={styles.acts}>
        {part.node ? null : <Button onPress={onFold}>{folded ? 'Unfold' : 'Fold'}</Button>}
        {opens === undefined ? null : <Button onPress={opens.open}>Open its inside<span className="unseen">: {opens.title}</span></Button>}
      </div>
      <dl className={styles.facts}>
        {facts.map(([name, value], at) => (
          <div key={`${name} ${at}`}>
            <dt>{breakable(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {part.addresses.length === 0 ? null : (
        <>
          <h4>{count(part.addresses.length, 'address', 'addresses')}</h4>
          <ul className={styles.addresses}>
            {part.addresses.slice(0, SHOWN).map((address) => <li key={address}><Copyable text={address} label={`the address ${address}`} /></li>)}
            {part.addresses.length > SHOWN ? <li>and {part.addresses.length - SHOWN} more</li> : null}
          </ul>
        </>
      )}
      <Connections part={part} index={index} onGoTo={onGoTo} />
      {code}
    </>
  );
}

/** Names of attributes break after an underscore, not within a word. */
function breakable(name: string): ReactNode {
  return name.split(/(?<=_)/).map((piece, at) => (
    <Fragment key={at}>
      {at === 0 ? null : <wbr />}
      {piece}
    </Fragment>
  ));
}

/** On a forge it is a link; else it can be copied for an editor. */
export function Place({ place, link }: { place: string; link?: string | undefined }) {
  return link === undefined ? <Copyable text={place} label="the place" /> : <a href={link} rel="noreferrer" target="_blank"><code>{place}</code></a>;
}

function Connections({ part, index, onGoTo }: Pick<PartDetailsProps, 'part' | 'index' | 'onGoTo'>) {
  const near = index.connections(part.id);
  if (near.length === 0) return null;
  return (
    <>
      <h4>{count(near.length, 'connection')}</h4>
      <ul className={styles.links}>
        {near.slice(0, SHOWN).map(({ edge, other, outward }) => (
          <li key={`${edge.from} ${edge.to} ${edge.kind} ${edge.label ?? ''}`}>
            <button type="button" onClick={() => onGoTo(other)}>
              <span aria-hidden="true">{outward ? '→' : '←'}</span> <span className="unseen">{outward ? 'to' : 'from'}</span> {index.get(other)?.label ?? other}
              <span className={styles.quiet}> {[edge.label, edge.kind].filter((word) => word !== undefined).join(', ')}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
