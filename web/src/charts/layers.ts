/** Columns of a directed graph without cycles: a step stands right of everything that it needs. Pure. */
export function layers<T extends { name: string; needs: readonly string[] }>(steps: readonly T[]): T[][] {
  const depth = new Map<string, number>();
  const byName = new Map(steps.map((step) => [step.name, step]));
  const depthOf = (step: T, trail: ReadonlySet<string>): number => {
    const known = depth.get(step.name);
    if (known !== undefined) return known;
    const below = step.needs.flatMap((need) => {
      const needed = byName.get(need);
      return needed === undefined || trail.has(need) ? [] : [depthOf(needed, new Set([...trail, step.name]))];
    });
    const own = below.length === 0 ? 0 : Math.max(...below) + 1;
    depth.set(step.name, own);
    return own;
  };
  const columns: T[][] = [];
  for (const step of steps) {
    const column = depthOf(step, new Set([step.name]));
    (columns[column] ??= []).push(step);
  }
  return columns;
}
