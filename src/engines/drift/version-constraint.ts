/** Version constraints as Terraform reads them: `>= 5.40, < 7.0`, `~> 1.2`, `!= 3.1.0`. */

type Version = { numbers: number[]; suffix: string };

function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+(?:\.\d+){0,2})(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(text.trim());
  if (match === null) return undefined;
  return { numbers: (match[1] ?? '').split('.').map(Number), suffix: match[2] ?? '' };
}

/** Negative when `a` is older; 0 when equal or when one is no version. A version with a suffix is older than the one without. */
export function compareVersions(a: string, b: string): number {
  const one = parseVersion(a);
  const other = parseVersion(b);
  return one === undefined || other === undefined ? 0 : compareParsed(one, other);
}

function compareParsed(a: Version, b: Version): number {
  for (let at = 0; at < 3; at += 1) {
    const difference = (a.numbers[at] ?? 0) - (b.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.suffix === b.suffix) return 0;
  if (a.suffix === '' || b.suffix === '') return a.suffix === '' ? 1 : -1;
  return a.suffix < b.suffix ? -1 : 1;
}

/** Whether `version` meets all of `constraint`; undefined when either cannot be read. */
export function meetsConstraint(version: string, constraint: string): boolean | undefined {
  const parsed = parseVersion(version);
  if (parsed === undefined) return undefined;
  let all = true;
  for (const part of constraint.split(',')) {
    const match = /^\s*(>=|<=|!=|~>|=|>|<)?\s*(\S+)\s*$/.exec(part);
    const limit = match === null ? undefined : parseVersion(match[2] ?? '');
    if (limit === undefined) return undefined;
    all &&= meets(parsed, match?.[1] ?? '=', limit);
  }
  return all;
}

function meets(version: Version, operator: string, limit: Version): boolean {
  const order = compareParsed(version, limit);
  switch (operator) {
    case '>=': return order >= 0;
    case '<=': return order <= 0;
    case '!=': return order !== 0;
    case '>': return order > 0;
    case '<': return order < 0;
    case '~>': return order >= 0 && limit.numbers.slice(0, Math.max(1, limit.numbers.length - 1)).every((number, at) => (version.numbers[at] ?? 0) === number);
    default: return order === 0;
  }
}
