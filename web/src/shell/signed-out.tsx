/** Without a session there is nothing to show but the way in. */
import { useEffect } from 'react';
import buttonStyles from '../ui/button.module.css';
import { Copyable } from '../ui/copy.tsx';
import styles from './signed-out.module.css';

export function SignedOut() {
  useEffect(() => {
    document.title = 'Sign in · Roadbed';
  }, []);
  return (
    <main className={styles.page}>
      <h1>You are not signed in</h1>
      <p>Open a new one-time link on the machine where Roadbed runs:</p>
      <Copyable text="roadbed open" label="the command" />
      <p>
        <a href="/login" className={buttonStyles.button}>
          Sign in with an access token
        </a>
      </p>
    </main>
  );
}
