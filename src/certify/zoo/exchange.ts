/**
 * A player whose money is in another currency than the game: what the game's units are in the wallet's, and back. Whole numbers and
 * fractions only; read off docs/fx.md, sharing no line with the house's own.
 */

/** Smallest units of the game's currency for one of the wallet's. */
export interface Rate {
  readonly num: bigint;
  readonly den: bigint;
}

/** How a player of another currency is converted at this moment. */
export interface Till {
  /** of the game */
  readonly game: { readonly currency: string; readonly scale: number };
  /** of the wallet */
  readonly currency: string;
  readonly spot: Rate;
}

/** From a price such as 64123.45 units of the game's currency for 1 of the wallet's. RangeError for what is no price. */
export function rateOf(text: string, gameScale: number, walletScale: number): Rate {
  const [, whole = '', fraction = ''] = /^([0-9]+)(?:\.([0-9]+))?$/.exec(text) ?? [];
  const digits = BigInt(whole + fraction);
  if (whole === '' || digits === 0n) throw new RangeError(`${text} is no price`);
  return { num: digits * 10n ** BigInt(gameScale), den: 10n ** BigInt(fraction.length + walletScale) };
}

/** What a stake or a win is in the wallet, half to even. */
export const toWallet = (units: bigint, { num, den }: Rate): bigint => halfEven(units * den, num);

/** What is shown of a wallet: never more than there is. */
export const toGame = (units: bigint, { num, den }: Rate): bigint => (units * num) / den;

/** `num` over `den`, both not below zero, to the nearest whole number. */
export function halfEven(num: bigint, den: bigint): bigint {
  const whole = num / den;
  const twice = (num % den) * 2n;
  return twice > den || (twice === den && whole % 2n === 1n) ? whole + 1n : whole;
}
