/**
 * `decide` against a second wallet that was written apart from it: random histories, compared after every call, and a list
 * of situations that must have come up, so that agreement is never the agreement of silence.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stories } from '../support/histories.ts';
import type { Story } from '../support/histories.ts';
import { cellOf, explain, playInMemory } from '../support/play.ts';
import { tell } from '../support/tell.ts';

const STEPS = 100;
/** `CROUPIER_MODEL_RUNS` raises it for long nights. */
const RUNS = Number(process.env['CROUPIER_MODEL_RUNS'] ?? 1_000);

/**
 * What must have come up at least once, per kind of call: answers given for the first time, and answers given again. Each
 * comes up dozens of times in a run; rarer ones have their own cell in the transition table.
 */
const MUST_HAPPEN: Readonly<Record<string, { readonly first: string; readonly again: string }>> = {
  adjust: {
    first: 'applied conflict reversed unknown_player wrong_currency',
    again: 'applied reversed',
  },
  bet: {
    first:
      'applied below_minimum conflict insufficient_funds limit_reached player_blocked player_excluded reversed round_closed session_expired session_invalid stale unknown_game unknown_player wrong_currency',
    again:
      'applied below_minimum insufficient_funds limit_reached player_blocked player_excluded reversed session_expired session_invalid unknown_game wrong_currency',
  },
  bet_win: {
    first:
      'applied below_minimum conflict insufficient_funds limit_reached player_blocked player_excluded reversed round_closed session_expired session_invalid stale unknown_game unknown_player wrong_currency',
    again: 'applied player_blocked session_expired session_invalid wrong_currency',
  },
  close: {
    first: 'applied not_found unknown_player',
    again: 'applied',
  },
  deposit: {
    first: 'applied below_minimum conflict limit_reached player_blocked player_excluded unknown_player wrong_currency',
    again: 'applied',
  },
  'rollback any': {
    first: 'applied conflict not_found reversed unknown_player',
    again: 'applied conflict not_found',
  },
  'rollback bet': {
    first: 'already_settled applied conflict not_found parent_failed reversed unknown_player',
    again: 'applied conflict not_found parent_failed',
  },
  'rollback rollback': {
    first: 'applied conflict not_found parent_failed reversed unknown_player',
    again: 'applied conflict not_found',
  },
  'rollback round': {
    first: 'already_settled applied conflict not_found reversed unknown_player',
    again: 'applied not_found',
  },
  'rollback win': {
    first: 'applied conflict not_found reversed unknown_player',
    again: 'applied conflict not_found',
  },
  several: {
    first:
      'applied below_minimum conflict insufficient_funds limit_reached player_blocked player_excluded reversed round_closed session_expired session_invalid stale unknown_game unknown_player wrong_currency',
    again: 'applied insufficient_funds player_blocked session_invalid wrong_currency',
  },
  win: {
    first:
      'already_settled applied below_minimum conflict limit_reached not_found parked reversed round_closed session_invalid unknown_player wrong_currency',
    again:
      'already_settled applied below_minimum conflict limit_reached not_found reversed session_invalid wrong_currency',
  },
  withdrawal: {
    first: 'applied conflict insufficient_funds unknown_player wrong_currency',
    again: 'applied',
  },
};

/** The same of calls that play in another currency than the wallet's, at rates that change from call to call. */
const MUST_HAPPEN_EXCHANGED: typeof MUST_HAPPEN = {
  adjust: { first: 'applied wrong_currency unpriced', again: 'applied' },
  bet: {
    first: 'applied below_minimum insufficient_funds limit_reached reversed wrong_currency',
    again: 'applied below_minimum limit_reached wrong_currency',
  },
  bet_win: { first: 'applied below_minimum limit_reached wrong_currency', again: 'applied' },
  close: { first: 'applied', again: '' },
  'rollback bet': { first: 'applied not_found unpriced', again: 'applied not_found' },
  'rollback rollback': { first: 'applied', again: 'applied' },
  'rollback round': { first: 'applied unpriced', again: 'applied' },
  'rollback win': { first: 'applied', again: 'applied' },
  several: { first: 'applied limit_reached', again: '' },
  win: { first: 'applied below_minimum parked unpriced wrong_currency', again: 'applied wrong_currency' },
};

function mustHappen(): readonly string[] {
  const cellsOf = (table: typeof MUST_HAPPEN, prefix: string) =>
    Object.entries(table).flatMap(([shape, { first, again }]) => [
      ...words(first).map((answer) => `${prefix}${shape} · ${answer} · first`),
      ...words(again).map((answer) => `${prefix}${shape} · ${answer} · again`),
    ]);
  return [...cellsOf(MUST_HAPPEN, ''), ...cellsOf(MUST_HAPPEN_EXCHANGED, 'exchanged ')];
}

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

describe('decide and the reference wallet', () => {
  it('agree on every answer and every balance of random histories [I1, I2, I3, I4]', { timeout: 600_000 }, () => {
    const cells = new Map<string, number>();
    let calls = 0;
    fc.assert(
      fc.property(stories(STEPS), (story) => {
        const acts = tell(story);
        const ending = playInMemory(story.policy, acts, {
          heard: (asked, answer) => {
            const cell = cellOf(asked, answer);
            for (const each of asked.exchange === null ? [cell] : [cell, `exchanged ${cell}`])
              cells.set(each, (cells.get(each) ?? 0) + 1);
          },
        });
        calls += ending.calls;
        if (ending.kind === 'failed') throw new Error(explain(story.policy, acts.slice(0, ending.at + 1), ending.what));
      }),
      // a failing story is cut down by `explain`, which knows which calls may be left out
      { numRuns: RUNS, endOnFailure: true, reporter: (report) => complain(report) },
    );
    expect(calls).toBeGreaterThan(300 * STEPS);
    expect(mustHappen().filter((cell) => !cells.has(cell))).toEqual([]);
  });
});

/** The whole story of a hundred steps helps nobody: the seed to play it again, and the few calls that matter. */
function complain({ failed, seed, counterexamplePath, errorInstance }: fc.RunDetails<[Story]>): void {
  if (!failed) return;
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Error(`seed ${seed}, path ${String(counterexamplePath)}\n${reason}`);
}
