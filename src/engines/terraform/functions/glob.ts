/** Patterns of `fileset`: `*`, `?`, `[a-z]`, `{a,b}` inside of one folder, `**` over any number of folders. */
import { FunctionError } from './definition.ts';
import { Matcher, compilePattern } from './re2-match.ts';

const MAX_PATTERN = 1000;

/** A test for paths below the folder; throws a FunctionError for a pattern that is none. */
export function compileGlob(pattern: string): (path: string) => boolean {
  if (pattern.length > MAX_PATTERN) throw new FunctionError('the pattern is too long', 1);
  const segments = pattern.split('/').filter((segment, index) => segment !== '' || index === 0).map((segment) => (segment === '**' ? undefined : compileSegment(segment)));
  return (path) => matchSegments(segments, path.split('/'));
}

type Segment = ((name: string) => boolean) | undefined;

/** Rows of "reachable after this segment": linear in both, whatever stars there are. */
function matchSegments(segments: readonly Segment[], parts: readonly string[]): boolean {
  let reachable = new Set([0]);
  for (const segment of segments) {
    const next = new Set<number>();
    for (const at of reachable) {
      if (segment === undefined) for (let to = at; to <= parts.length; to += 1) next.add(to);
      else if (at < parts.length && segment(parts[at] ?? '')) next.add(at + 1);
    }
    reachable = next;
  }
  return reachable.has(parts.length);
}

/** The test runs on the machine of `regex`, on which no pattern takes long. */
function compileSegment(segment: string): (name: string) => boolean {
  let source = '';
  let depth = 0;
  for (let at = 0; at < segment.length; at += 1) {
    const character = segment[at] ?? '';
    if (character === '*') {
      while (segment[at + 1] === '*') at += 1;
      source += '[^/]*';
    } else if (character === '?') source += '[^/]';
    else if (character === '{') {
      depth += 1;
      source += '(?:';
    } else if (character === '}' && depth > 0) {
      depth -= 1;
      source += ')';
    } else if (character === ',' && depth > 0) source += '|';
    else if (character === '[') {
      const end = segment.indexOf(']', at + 2);
      if (end < 0) throw new FunctionError('failed to glob pattern: syntax error in pattern', 1);
      source += `[${segment.slice(at + 1, end).replace(/^[!^]/, '^').replaceAll('\\', '\\\\').replaceAll('[', '\\[')}]`;
      at = end;
    } else if (character === '\\' && at + 1 < segment.length) {
      at += 1;
      source += escaped(segment[at] ?? '');
    } else source += escaped(character);
  }
  if (depth > 0) throw new FunctionError('failed to glob pattern: syntax error in pattern', 1);
  const compiled = compilePattern(`^${source}$`);
  return (name) => new Matcher(compiled, Int32Array.from(name, (character) => character.codePointAt(0) ?? 0)).find(0) !== undefined;
}

function escaped(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
