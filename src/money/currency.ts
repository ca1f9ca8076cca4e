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

const VISIBLE_ASCII = /^[\x21-\x7e]{1,16}$/;
const MAX_SCALE = 18;

/** The configured currencies, checked: a bad code or scale stops the start with one line that names the place. */
export function currencies(config: Readonly<Record<string, { readonly scale: number }>>): Currencies {
  const known = new Map<string, Currency>();
  for (const [code, { scale }] of Object.entries(config)) {
    if (!isCurrencyCode(code)) {
      throw new RangeError(
        `currencies: ${JSON.stringify(code.slice(0, 40))} is no currency code; use 1 to 16 visible ASCII characters`,
      );
    }
    if (!Number.isInteger(scale) || scale < 0 || scale > MAX_SCALE) {
      throw new RangeError(
        `currencies.${code}.scale: ${String(scale)} is no scale; use a whole number from 0 to ${MAX_SCALE}`,
      );
    }
    known.set(code, Object.freeze({ code, scale }));
  }
  return known;
}

/** True for text that may name a currency at all; whether the house knows it is for `Currencies` to say. */
export function isCurrencyCode(text: string): text is CurrencyCode {
  return VISIBLE_ASCII.test(text);
}
