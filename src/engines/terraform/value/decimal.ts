/** Placeholder replaced by the number implementation. */
export type Decimal = { readonly coefficient: bigint; readonly exponent: number };
