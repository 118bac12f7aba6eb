/**
 * Globs over addresses, attribute paths and values: `*` is any characters, `?` one, everything else is itself.
 *
 * Matched without regular expressions, in time of pattern times text at the very worst, since patterns are
 * written by people and texts come from states.
 */
export function globMatches(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < text.length) {
    if (pattern[at] === '*') {
      star = at;
      at += 1;
      resume = index;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      index = resume;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
