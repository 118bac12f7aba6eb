/**
 * Finds fields that a JSON text gives twice: JSON.parse keeps the last one silently, strict validation
 * must name it. The text has been parsed before, so it is known to be well formed.
 */

/** Paths of duplicated fields, each once, in order of appearance. */
export function duplicateFields(json: string): string[] {
  const found = new Set<string>();
  const frames: { path: string; keys: Set<string> | undefined; index: number; key: string }[] = [];
  let index = 0;
  while (index < json.length) {
    const character = json[index];
    const frame = frames.at(-1);
    if (character === '{' || character === '[') {
      const path = frame === undefined ? '' : frame.keys === undefined ? `${frame.path}[${frame.index}]` : join(frame.path, frame.key);
      frames.push({ path, keys: character === '{' ? new Set() : undefined, index: 0, key: '' });
    } else if (character === '}' || character === ']') {
      frames.pop();
    } else if (character === ',' && frame?.keys === undefined) {
      if (frame !== undefined) frame.index++;
    } else if (character === '"') {
      const end = endOfString(json, index);
      if (frame?.keys !== undefined && isKey(json, end)) {
        const key = json.slice(index + 1, end);
        frame.key = key.includes('\\') ? (JSON.parse(`"${key}"`) as string) : key;
        if (frame.keys.has(frame.key)) found.add(join(frame.path, frame.key));
        frame.keys.add(frame.key);
      }
      index = end;
    }
    index++;
  }
  return [...found];
}

function endOfString(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end > 0) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
    end = json.indexOf('"', end + 1);
  }
  return json.length;
}

function isKey(json: string, endOfText: number): boolean {
  let index = endOfText + 1;
  while (json[index] === ' ' || json[index] === '\n' || json[index] === '\r' || json[index] === '\t') index++;
  return json[index] === ':';
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
