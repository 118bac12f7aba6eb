/** A live log: the tail, then new lines as they come; at most 2,000 are kept. */
import { useEffect, useState } from 'react';
import type { LogLineView } from '../../../src/api/contract/stream.ts';

const KEEP = 2_000;

export type LogState = { lines: LogLineView[]; state: 'connecting' | 'live' | 'lost' };

/** `path` below `/roadbed/v1`; undefined: nothing to follow. */
export function useLogLines(path: string | undefined): LogState {
  const [log, setLog] = useState<LogState>({ lines: [], state: 'connecting' });
  useEffect(() => {
    setLog({ lines: [], state: 'connecting' });
    if (path === undefined) return undefined;
    const source = new EventSource(`/roadbed/v1${path}`);
    source.addEventListener('open', () => setLog({ lines: [], state: 'live' }));
    source.addEventListener('lines', (message: MessageEvent<string>) => {
      const fresh = JSON.parse(message.data) as LogLineView[];
      setLog(({ lines }) => ({ lines: [...lines, ...fresh].slice(-KEEP), state: 'live' }));
    });
    source.addEventListener('error', () => setLog(({ lines }) => ({ lines, state: 'lost' })));
    return () => source.close();
  }, [path]);
  return log;
}
