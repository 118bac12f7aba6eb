/** Copying: a value, or the command that does the same as the page. Says that it is done, also to readers. */
import { useEffect, useState } from 'react';
import { announce } from '../shell/announcer.tsx';
import { Glyph } from './glyph.tsx';
import styles from './copy.module.css';

function useCopied(text: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);
  return [
    copied,
    () => {
      void navigator.clipboard.writeText(text).then(
        () => {
          setCopied(true);
          announce(`Copied: ${text}`);
        },
        () => announce('The browser did not allow copying.'),
      );
    },
  ];
}

/** `whole`: what is copied, and shown on hover, when `text` is its beginning. */
export function Copyable({ text, label, whole }: { text: string; label: string; whole?: string }) {
  const [copied, copy] = useCopied(whole ?? text);
  return (
    <span className={styles.value}>
      <code title={whole}>{text}</code>
      <button type="button" className={styles.icon} onClick={copy} aria-label={`Copy ${label}`} title={`Copy ${label}`}>
        <Glyph name={copied ? 'check' : 'copy'} />
      </button>
    </span>
  );
}

/** The command on the terminal that shows or does the same. */
export function CopyCli({ command, compact = false }: { command: string; compact?: boolean }) {
  const [copied, copy] = useCopied(command);
  return (
    <button type="button" className={styles.cli} onClick={copy} title={command}>
      <Glyph name={copied ? 'check' : 'terminal'} />
      <span className={compact ? 'unseen' : undefined}>{copied ? 'Copied' : 'Copy as CLI'}</span>
      <span className="unseen">: {command}</span>
    </button>
  );
}
