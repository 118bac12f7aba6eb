/** Score's quantities: CPU as cores or thousandths (`0.5`, `250m`), memory as bytes with a decimal or binary unit (`128M`, `1.5Gi`). */
const MEMORY = /^(0\.\d+|[1-9]\d*(?:\.\d+)?)(K|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;
const CPU = /^(\d+)(?:(m)|(\.\d+))?$/;
const UNITS = 'KMGTPE';

/** Whole bytes; undefined when the text is not a quantity or less than one byte. */
export function parseMemory(text: string): number | undefined {
  const match = MEMORY.exec(text);
  if (match === null) return undefined;
  const unit = match[2] ?? '';
  const factor = unit === '' ? 1 : (unit.endsWith('i') ? 1_024 : 1_000) ** (UNITS.indexOf(unit.charAt(0)) + 1);
  const bytes = Math.floor(Number(match[1]) * factor);
  return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : undefined;
}

/** Cores; undefined when the text is not a quantity or nothing at all. */
export function parseCpu(text: string): number | undefined {
  const match = CPU.exec(text);
  if (match === null) return undefined;
  const cores = match[2] === undefined ? Number(text) : Number(match[1]) / 1_000;
  return cores > 0 && Number.isFinite(cores) ? cores : undefined;
}
