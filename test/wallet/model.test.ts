/**
 * `decide` against a second wallet that was written apart from it: random histories, compared after every call, and a list
 * of situations that must have come up, so that agreement is never the agreement of silence.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stories, tell } from '../support/histories.ts';
import type { Story } from '../support/histories.ts';
import { cellOf, explain, playInMemory } from '../support/play.ts';

const STEPS = 100;
const RUNS = Number(process.env['CROUPIER_MODEL_RUNS'] ?? 1_000);

describe('decide and the reference wallet', () => {
  it('agree on every answer and every balance of random histories [I1, I2, I3, I4]', { timeout: 600_000 }, () => {
    const cells = new Map<string, number>();
    const disputes = new Map<string, number>();
    let calls = 0;
    fc.assert(
      fc.property(stories(STEPS), (story) => {
        const acts = tell(story);
        const ending = playInMemory(story.policy, acts, {
          heard: (asked, answer) => {
            const cell = cellOf(asked, answer);
            cells.set(cell, (cells.get(cell) ?? 0) + 1);
          },
        });
        calls += ending.calls;
        if (ending.kind === 'disputed') disputes.set(ending.what, (disputes.get(ending.what) ?? 0) + 1);
        if (ending.kind === 'failed') throw new Error(explain(story.policy, acts.slice(0, ending.at + 1), ending.what));
      }),
      // a failing story is cut down by `explain`, which knows which calls may be left out
      { numRuns: RUNS, endOnFailure: true, reporter: (report) => complain(report) },
    );
    if (process.env['CELLS'])
      console.log(
        [...cells]
          .sort()
          .map(([k, n]) => n + ' ' + k)
          .join('\n'),
        disputes,
        calls,
      );
    expect(calls).toBeGreaterThan(300 * STEPS);
  });
});

/** The whole story of a hundred steps helps nobody: the seed to play it again, and the few calls that matter. */
function complain({ failed, seed, counterexamplePath, errorInstance }: fc.RunDetails<[Story]>): void {
  if (!failed) return;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Error(`seed ${seed}, path ${String(counterexamplePath)}\n${reason}`);
}
