/**
 * Random stories thrown at the ledger at once, each call right behind the one before: lanes put them together as they please.
 * A player's calls are decided in the order they came, so every story must come to what the reference wallet says, batch
 * boundaries or not.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { audit } from '../../src/ledger/index.ts';
import { playerId } from '../../src/wallet/index.ts';
import { countingIds, stories, WALLETS } from '../support/histories.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';
import { asAnswer, difference, lineOf, policyLine, tableFor, tellModel } from '../support/play.ts';
import { tell } from '../support/tell.ts';

const SEED = Number(process.env['CROUPIER_MODEL_SEED'] ?? Math.floor(Math.random() * 0x7fff_ffff));
const STORIES = 60;
const STEPS = 40;

it(
  'stories thrown at the ledger at once come to what they come to call by call [RB-01, RB-07, RB-20]',
  { timeout: 240_000 },
  async () => {
    await using table = await ledgerTable({ lanes: 2, maxQueue: 10_000 });
    const ledger = table.ledgerAt();
    const told = fc.sample(stories(STEPS), { numRuns: STORIES, seed: SEED });
    const wrong: string[] = [];
    let calls = 0;
    // one story after the other, so that the calls of one share a batch
    for (const [series, story] of told.entries()) {
      const prefix = `s${series}-`;
      // only ann: the lanes order the calls of one player, not those of two
      const acts = tell(story, prefix).filter((act) => act.kind === 'call' && act.asked.player === `${prefix}ann`);
      const model = tableFor(story.policy, prefix);
      const nextId = countingIds(series);
      for (const { player, currency } of WALLETS) {
        const known = CURRENCIES.get(currency);
        if (known !== undefined) await ledger.ensureWallet(playerId(prefix + player), known, 'active');
      }
      const outcomes = await Promise.all(
        acts.map(async (act) => {
          if (act.kind !== 'call') throw new Error('only calls are left');
          const outcome = await ledger.submit(
            { ...act.asked, sessionId: null, nowMs: act.nowMs, nextId },
            story.policy,
            30_000,
          );
          return { asked: act.asked, outcome };
        }),
      );
      for (const [at, { asked, outcome }] of outcomes.entries()) {
        const act = acts[at];
        const expected = act === undefined ? null : tellModel(model, act);
        const what = expected === null ? 'no call' : difference(expected, asAnswer(outcome, asked));
        calls += 1;
        if (what === null) continue;
        wrong.push(
          [
            `seed ${SEED}, story ${series}: ${what}`,
            policyLine(story.policy),
            ...acts.slice(0, at + 1).map(lineOf),
          ].join('\n'),
        );
        break;
      }
    }
    expect(wrong.slice(0, 2)).toEqual([]);
    expect(calls).toBeGreaterThan(STORIES * STEPS * 0.5);
    expect((await audit(table.sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
  },
);
