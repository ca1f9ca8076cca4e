/** What is said of each broken operator of the zoo. */
import type { Habits } from '../habits.ts';

export interface Mistake {
  readonly name: string;
  /** what it does, in one sentence */
  readonly mistake: string;
  /** what that costs, in one sentence */
  readonly costs: string;
  /** the scenarios that are there to catch it */
  readonly caughtBy: readonly string[];
  /** the one habit in which it differs from the correct operator */
  readonly habits: Partial<Habits>;
}
