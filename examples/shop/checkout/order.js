/** Asks for the money of a cart and answers what became of it; `pay(amount)` answers a Response. */
export async function placeOrder(cart, pay, save) {
  if (cart.total <= 0) return { status: 409, body: { error: 'the cart is empty' } };
  const payment = await pay(cart.total);
  if (payment.status === 402) return { status: 402, body: { error: 'the payment was refused' } };
  if (payment.status !== 201) return { status: 502, body: { error: 'the payment service failed' } };
  const { reference } = await payment.json();
  return { status: 201, body: { order: await save(cart.total, reference), reference } };
}
