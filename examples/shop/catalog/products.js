/** The products a new database begins with: id, name, price. */
export const PRODUCTS = [
  [1, 'Desk lamp', 39],
  [2, 'Walnut tray', 24],
  [3, 'Wool blanket', 55],
  [4, 'Ceramic mug', 12],
  [5, 'Linen apron', 31],
  [6, 'Brass hook', 8],
];

/** `min` and `max` are optional bounds on the price. */
export function within(products, { min = 0, max = Infinity } = {}) {
  return products.filter((product) => product.price >= min && product.price <= max);
}
