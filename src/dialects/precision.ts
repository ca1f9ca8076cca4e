/** Amounts finer than their currency: refused, never rounded (BET-06). */
import { isProblem, toUnits } from '../money/index.ts';
import type { Currency } from '../money/index.ts';
import type { Operation, Operations } from '../wallet/call.ts';

/**
 * The first operation whose amount its currency cannot hold, and why; null when all fit. A currency nobody configured is the
 * wallet's to refuse: it knows whether the transaction is a known one.
 */
export function tooPrecise(
  operations: Operations,
  currency: Currency | undefined,
): { readonly operation: Operation; readonly reason: string } | null {
  if (currency === undefined) return null;
  for (const operation of operations) {
    const amount = 'amount' in operation ? operation.amount : null;
    const units = amount === null ? 0n : toUnits(amount, currency.scale);
    if (isProblem(units)) return { operation, reason: units.reason };
  }
  return null;
}
