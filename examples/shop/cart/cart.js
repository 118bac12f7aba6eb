/** Carts of visitors, in memory, bounded: the oldest is forgotten first. */
export class Carts {
  #carts = new Map();
  #limit;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  add(visitor, product) {
    const items = this.#carts.get(visitor) ?? [];
    this.#carts.delete(visitor);
    this.#carts.set(visitor, [...items, product].slice(-20));
    if (this.#carts.size > this.#limit) this.#carts.delete(this.#carts.keys().next().value);
  }

  read(visitor) {
    const items = this.#carts.get(visitor) ?? [];
    return { items, total: items.reduce((sum, item) => sum + item.price, 0) };
  }
}
