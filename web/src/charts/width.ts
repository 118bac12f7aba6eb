/** The width of a box, followed as it changes; charts are drawn in real pixels so that text keeps its size. */
import { useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

export function useWidth(initial: number): [RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(initial);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(200, Math.floor(entry?.contentRect.width ?? initial))));
    observer.observe(element);
    return () => observer.disconnect();
  }, [initial]);
  return [box, width];
}
