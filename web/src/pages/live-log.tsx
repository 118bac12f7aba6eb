/** A live log that follows its end until the reader scrolls up; then it waits, and says how much came. */
import { useEffect, useRef, useState } from 'react';
import { download } from '../data/download.ts';
import { useLogLines } from '../data/log-lines.ts';
import { clockTime, count, exactTime } from '../data/wording.ts';
import { Button } from '../ui/button.tsx';
import { State } from '../ui/state.tsx';
import styles from './service.module.css';

export function LiveLog({ path, label, over = false }: { path: string | undefined; label: string; over?: boolean }) {
  const { lines, state } = useLogLines(path);
  const box = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  useEffect(() => {
    const element = box.current;
    if (following && element !== null) element.scrollTop = element.scrollHeight;
  }, [lines, following]);
  const scrolled = (): void => {
    const element = box.current;
    if (element !== null) setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < 24);
  };
  return (
    <div className={styles.log}>
      <div className={styles.logBar}>
        {over ? <State tone="idle" plain>Ended</State> : state === 'live' ? <State tone="run" plain>Live</State> : state === 'lost' ? <State tone="warn" plain>Connecting again</State> : <State tone="idle" plain>Connecting</State>}
        <span>{count(lines.length, 'line')}</span>
        {lines.length === 0 ? null : <button type="button" className={styles.save} onClick={() => download(label, 'txt', lines.map((line) => `${line.at}\t${line.stream}\t${line.text}\n`).join(''))}>Save</button>}
        {following ? <span /> : <Button kind="quiet" onPress={() => setFollowing(true)}>Follow the end</Button>}
      </div>
      <div ref={box} className={styles.lines} tabIndex={0} role="log" aria-label={label} aria-live="off" onScroll={scrolled}>
        {lines.length === 0 ? <p className={styles.quiet}>{path === undefined ? 'It has not begun.' : state === 'live' ? 'Nothing was written yet.' : 'Opening the log…'}</p> : null}
        {lines.map((line, index) => (
          <div key={index} className={styles.line} data-stream={line.stream}>
            <time dateTime={line.at} title={exactTime(line.at)}>{clockTime(line.at)}</time>
            <span className={styles.tag}>{line.stream === 'err' ? 'err' : line.stream === 'system' ? 'sys' : ''}</span>
            <span>{line.text}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
