/**
 * How long and how: a short set in every run, the long one by CROUPIER_FAULTS=long. What is random comes from one seed, which
 * is printed; CROUPIER_FAULTS_SEED repeats it.
 */
export const LONG = process.env['CROUPIER_FAULTS'] === 'long';

/** How many kills the long set makes of each kind of process together; CROUPIER_FAULTS_KILLS changes it. */
export const KILLS = Number(process.env['CROUPIER_FAULTS_KILLS'] ?? (LONG ? 200 : 0));

export const SEED = Number(process.env['CROUPIER_FAULTS_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

export interface Dice {
  /** 0 to below `sides` */
  readonly roll: (sides: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** mulberry32; `salt` tells several dice of one seed apart. */
export function dice(salt: number, seed = SEED): Dice {
  let state = (seed ^ Math.imul(salt + 1, 0x9e37_79b1)) >>> 0;
  const roll = (sides: number) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
  return {
    roll,
    pick: (from) => {
      const picked = from[roll(from.length)];
      if (picked === undefined) throw new Error('nothing to pick from');
      return picked;
    },
  };
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
