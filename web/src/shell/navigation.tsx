/** The navigation: a column beside the page, or on a narrow screen a bar with a drawer. */
import { Dialog } from '@base-ui/react/dialog';
import { Link, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Session } from '../../../src/api/contract/pages.ts';
import { person } from '../data/wording.ts';
import { Glyph } from '../ui/glyph.tsx';
import { DESTINATIONS, GROUPS } from './destinations.ts';
import { setTheme, useTheme } from './theme.ts';
import type { Theme } from './theme.ts';
import styles from './navigation.module.css';

interface NavigationProps {
  onSearch: () => void;
  onKeys: () => void;
  session: Session | undefined;
}

export function Navigation(props: NavigationProps) {
  const [drawer, setDrawer] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => setDrawer(false), [path]);
  return (
    <>
      <header className={styles.bar}>
        <Brand />
        <button type="button" className={styles.tool} onClick={props.onSearch} aria-label="Search">
          <Glyph name="search" size={18} />
        </button>
        <Dialog.Root open={drawer} onOpenChange={setDrawer}>
          <Dialog.Trigger className={styles.tool} aria-label="Menu">
            <Glyph name="menu" size={18} />
          </Dialog.Trigger>
          <Dialog.Portal>
            <Dialog.Backdrop className={styles.backdrop} />
            <Dialog.Popup className={styles.drawer} aria-label="Menu">
              <Destinations />
              <Foot {...props} />
            </Dialog.Popup>
          </Dialog.Portal>
        </Dialog.Root>
      </header>
      <header className={styles.side}>
        <Brand />
        <button type="button" className={styles.search} onClick={props.onSearch}>
          <Glyph name="search" />
          <span>Find anything</span>
          <kbd>Ctrl K</kbd>
        </button>
        <Destinations />
        <Foot {...props} />
      </header>
    </>
  );
}

function Brand() {
  return (
    <Link to="/" className={styles.brand}>
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" className={styles.sky} />
        <path d="M7.5 27 12.7 5h6.6L24.5 27Z" className={styles.road} />
        <path d="M16 6.5v3.2m0 3.6v4.2m0 4.2V27" className={styles.marking} />
      </svg>
      Roadbed
    </Link>
  );
}

function Destinations() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav aria-label="Main" className={styles.nav}>
      {GROUPS.map((group) => {
        const own = DESTINATIONS.filter((destination) => destination.group === group);
        return own.length === 0 ? null : (
          <div key={group}>
            {group === 'Start' ? null : <p className={styles.heading} aria-hidden="true">{group}</p>}
            <ul aria-label={group}>
              {own.map(({ label, to, glyph, also }) => {
                const here = to === '/' ? path === '/' : [to, ...also].some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
                return (
                  <li key={to}>
                    <Link to={to} className={styles.link} data-here={here ? '' : undefined} aria-current={here ? 'page' : undefined} preload="intent">
                      <Glyph name={glyph} />
                      {label}
                    </Link>
                  </li>
                );
              })}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

const THEMES: [Theme, string, 'auto' | 'sun' | 'moon'][] = [
  ['system', 'As the system', 'auto'],
  ['light', 'Light', 'sun'],
  ['dark', 'Dark', 'moon'],
];

function Foot({ onKeys, session }: NavigationProps) {
  const theme = useTheme();
  return (
    <div className={styles.foot}>
      <div className={styles.who}>
        <Glyph name="user" />
        <span className={styles.name}>{session === undefined ? ' ' : person(session.subject)}</span>
        <form method="post" action="/logout">
          <button className={styles.text}>Sign out</button>
        </form>
      </div>
      <div className={styles.tools}>
        <div role="radiogroup" aria-label="Colours" className={styles.themes}>
          {THEMES.map(([key, label, glyph]) => (
            <button key={key} type="button" role="radio" aria-checked={theme === key} aria-label={label} title={label} onClick={() => setTheme(key)}>
              <Glyph name={glyph} size={15} />
            </button>
          ))}
        </div>
        <button type="button" className={styles.text} onClick={onKeys}>
          Keys <kbd>?</kbd>
        </button>
      </div>
    </div>
  );
}
