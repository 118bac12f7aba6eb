/** What to leave out of an artifact: paths relative to the folder; `*` stays within one part, `**` crosses them. A folder goes with all that is in it. */

const ALWAYS = ['.git'];

export function excluder(patterns: readonly string[]): (path: string) => boolean {
  const expressions = [...ALWAYS, ...patterns].map(toExpression);
  return (path) => expressions.some((expression) => expression.test(path));
}

function toExpression(pattern: string): RegExp {
  const clean = pattern.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  const source = clean.split(/(\*\*\/|\*\*|\*)/).map((part) => {
    if (part === '**/') return '(?:[^/]+/)*';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}(?:/|$)`);
}
