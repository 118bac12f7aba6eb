/** Authorises a payment. References end with a check letter, one for each remainder of eight. */
const CHECK_LETTERS = ['a', 'c', 'e', 'h', 'k', 'm', 'p', 't'];

export function authorise(payment, limit) {
  const amount = Number(payment.amount);
  if (!Number.isFinite(amount) || amount <= 0) return { approved: false, reason: 'the amount must be a positive number' };
  if (amount > limit) return { approved: false, reason: `the amount is over the limit of ${limit}` };
  return { approved: true, reference: `pay-${Math.round(amount * 100).toString(36)}-${CHECK_LETTERS[Math.round(amount) % 8].toUpperCase()}` };
}
