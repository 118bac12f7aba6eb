/** Hands a text to the browser as a file. */
import { announce } from '../shell/announcer.tsx';

const TYPES = { csv: 'text/csv;charset=utf-8', svg: 'image/svg+xml;charset=utf-8', txt: 'text/plain;charset=utf-8' } as const;

/** `name` without ending; anything but letters, digits, dots and dashes becomes a dash. */
export function download(name: string, kind: keyof typeof TYPES, text: string): void {
  const file = `${name.toLowerCase().replace(/[^a-z0-9.]+/g, '-').replace(/^-|-$/g, '')}.${kind}`;
  const address = URL.createObjectURL(new Blob([text], { type: TYPES[kind] }));
  const link = Object.assign(document.createElement('a'), { href: address, download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  announce(`Saved ${file}`, 'toast');
}
