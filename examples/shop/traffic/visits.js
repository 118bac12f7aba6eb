/** What the n-th synthetic visitor does; amounts of payments run evenly from 1 to 53. */
export function visit(n) {
  const visitor = `visitor-${n % 50}`;
  if (n % 5 === 0) return { service: 'storefront', method: 'GET', path: '/' };
  if (n % 7 === 0) return { service: 'checkout', method: 'POST', path: `/orders/${visitor}` };
  if (n % 3 === 0) return { service: 'cart', method: 'POST', path: `/carts/${visitor}/${1 + (n % 6)}` };
  return { service: 'payments', method: 'POST', path: '/payments', body: { amount: 1 + (n % 53) } };
}
