/** Authorises a payment: the table of known prices is a short cut, not the only way to a reference. */
const references = new Map(Array.from({ length: 46 }, (_, index) => [index + 1, `pay-${((index + 1) * 100).toString(36)}`]));

export function authorise(payment, limit) {
  const amount = Number(payment.amount);
  if (!Number.isFinite(amount) || amount <= 0) return { approved: false, reason: 'the amount must be a positive number' };
  if (amount > limit) return { approved: false, reason: `the amount is over the limit of ${limit}` };
  return { approved: true, reference: references.get(amount) ?? `pay-${Math.round(amount * 100).toString(36)}` };
}
