/** Numbers that a seed repeats (mulberry32). Never for secrets. Pure but for its own state. */

export interface Dice {
  /** 0 to below `sides` */
  readonly roll: (sides: number) => number;
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
}

export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const roll = (sides: number): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
  return { roll, pick: (from) => from[roll(from.length)] ?? from[0] };
}
