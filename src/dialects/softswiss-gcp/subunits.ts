/** Amounts as whole numbers of subunits: how many digits each currency's subunit has, and balances that are cut, never rounded up. */
import { rescaleFloor } from '../../money/index.ts';
import type { Currencies } from '../../money/index.ts';
import type { Money } from '../../wallet/outcome.ts';

/** Currency → digits; the configuration's own table before the currency's scale. */
export type Subunits = ReadonlyMap<string, number>;

/** What a currency nobody configured is counted in; the wallet refuses its money whatever this says. */
const CENTS = 2;

export function subunitsOf(currencies: Currencies, given: Readonly<Record<string, number>>): Subunits {
  const own = [...currencies.values()].map(({ code, scale }) => [code, scale] as const);
  return new Map([...own, ...Object.entries(given)]);
}

export const digitsOf = (subunits: Subunits, currency: string): number => subunits.get(currency) ?? CENTS;

/** A balance in subunits. One below zero is shown as nothing: the protocol has no word for a debt. */
export function inSubunits(balance: Money, subunits: Subunits): bigint {
  const shown = rescaleFloor(balance.units, balance.scale, digitsOf(subunits, balance.currency));
  return shown < 0n ? 0n : shown;
}
