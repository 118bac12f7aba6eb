export function greeting(name) {
  return `Hello, ${name.trim() === '' ? 'world' : name.trim().slice(0, 100)}, from ${{ name }}!`;
}
