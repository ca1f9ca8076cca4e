/**
 * Currencies: a code and a scale. The scale is how many decimal digits one minor unit has, 0 to 18
 * (JPY 0, USD 2, KWD 3, USDT 6, BTC 8, ETH 18). Codes are opaque and case-sensitive: `uBTC` is not `UBTC` (BET-41).
 */

declare const currencyCode: unique symbol;
/** A currency's code as configured, never normalised. */
export type CurrencyCode = string & { readonly [currencyCode]: true };

export interface Currency {
  readonly code: CurrencyCode;
  /** decimal digits of one minor unit, 0..18 */
  readonly scale: number;
}

/** The configured currencies by code. A code that is missing here is a currency the house does not know. */
export type Currencies = ReadonlyMap<string, Currency>;
