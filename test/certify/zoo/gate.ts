/** A database's pace in the hands of a test: statements meet where the test wants them to, without any waiting by the clock. */
import type { Database, Pace } from '../../../src/certify/zoo/database.ts';

export interface Meeting {
  readonly pace: Pace;
  /** whose locks are to be looked at; before the first call */
  readonly watch: (database: Pick<Database, 'waiting'>) => void;
}

/**
 * Nobody commits before all `calls` calls are at their commit, behind it, or waiting for a lock: as much at once as the
 * operator lets them be. Where it keeps them apart they pass one by one.
 */
export function meeting(calls: number): Meeting {
  let watched: Pick<Database, 'waiting'> = { waiting: () => 0 };
  let arrived = 0;
  return {
    watch: (database) => {
      watched = database;
    },
    pace: async (statement) => {
      if (statement === 'read') return;
      arrived += 1;
      while (arrived + watched.waiting() < calls) await new Promise((resolve) => setTimeout(resolve, 1));
    },
  };
}
