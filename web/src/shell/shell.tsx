/** The frame around every page: skip link, navigation, search, theme, what the stream says, the page itself. */
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { followChanges, useLive } from '../data/live.ts';
import { session } from '../data/reads.ts';
import { RequestProblem } from '../data/request.ts';
import { Age } from '../ui/age.tsx';
import { Announcer } from './announcer.tsx';
import { KeySheet } from './key-sheet.tsx';
import { useKeyboard } from './keyboard.ts';
import { Navigation } from './navigation.tsx';
import { Palette } from './palette.tsx';
import { SignedOut } from './signed-out.tsx';
import styles from './shell.module.css';

export function Shell() {
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  const openPalette = useCallback(() => setPalette(true), []);
  const openSheet = useCallback(() => setSheet(true), []);
  useKeyboard({ palette: openPalette, sheet: openSheet });
  const client = useQueryClient();
  const who = useQuery(session());
  const signedOut = who.error instanceof RequestProblem && who.error.status === 401;
  useEffect(() => (signedOut ? undefined : followChanges(client)), [client, signedOut]);
  if (signedOut) return <SignedOut />;
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <Navigation onSearch={openPalette} onKeys={openSheet} session={who.data} />
      <div className={styles.column}>
        <StreamNotice />
        <Page />
      </div>
      <Palette open={palette} onClose={() => setPalette(false)} />
      <KeySheet open={sheet} onClose={() => setSheet(false)} />
      <Announcer />
    </div>
  );
}

/** On another page the focus begins at its top, as after a full load. */
function Page() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <main id="page" ref={main} tabIndex={-1} className={styles.page}>
      <Outlet />
    </main>
  );
}

function StreamNotice() {
  const live = useLive();
  if (live.connected) return null;
  return (
    <div className={styles.lost} role="status">
      Live updates are interrupted, connecting again. What you see is <Age at={new Date(live.lastHeard).toISOString()} suffix="old" />.
    </div>
  );
}
