/** A live log: the tail, then new lines as they come; at most 2,000 are kept. */
import { useEffect, useState } from 'react';
import type { LogLineView } from '../../../src/api/contract/stream.ts';
import { openStream } from './stream.ts';

const KEEP = 2_000;

export type LogState = { lines: LogLineView[]; state: 'connecting' | 'live' | 'lost' };

/** `path` below `/roadbed/v1`; undefined: nothing to follow. */
export function useLogLines(path: string | undefined): LogState {
  const [log, setLog] = useState<LogState>({ lines: [], state: 'connecting' });
  useEffect(() => {
    setLog({ lines: [], state: 'connecting' });
    if (path === undefined) return undefined;
    return openStream(path, {
      open: () => setLog({ lines: [], state: 'live' }),
      lines: (data) => {
        const fresh = JSON.parse(data) as LogLineView[];
        setLog(({ lines }) => ({ lines: [...lines, ...fresh].slice(-KEEP), state: 'live' }));
      },
      error: () => setLog(({ lines }) => ({ lines, state: 'lost' })),
    });
  }, [path]);
  return log;
}
