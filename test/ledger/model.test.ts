/**
 * The whole ledger – lanes, batches, SQL and `decide` – against the reference wallet. Many random stories are played side by
 * side in one database with players of their own, so that a batch carries calls of many stories while each story keeps its
 * order. Afterwards the book is audited.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audit } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { playerId } from '../../src/wallet/index.ts';
import { countingIds, stories, WALLETS } from '../support/histories.ts';
import type { Act, Story } from '../support/histories.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';
import { asAnswer, difference, lineOf, policyLine, tableFor, tellModel } from '../support/play.ts';
import { tell } from '../support/tell.ts';

const STEPS = 100;
const STORIES = 300;
const TIMEOUT_MS = 30_000;
const SEED = Number(process.env['CROUPIER_MODEL_SEED'] ?? Math.floor(Math.random() * 0x7fff_ffff));

async function seat(ledger: Ledger, prefix: string): Promise<void> {
  for (const { player, currency } of WALLETS) {
    const known = CURRENCIES.get(currency);
    if (known === undefined) throw new Error(`no currency ${currency}`);
    await ledger.ensureWallet(playerId(prefix + player), known, 'active');
  }
}

/** Plays one story through the ledger; null when everything agreed, else what did not. */
async function play(ledger: Ledger, story: Story, series: number): Promise<{ calls: number; wrong: string | null }> {
  const prefix = `s${series}-`;
  const acts = tell(story, prefix);
  const model = tableFor(story.policy, prefix);
  const nextId = countingIds(series);
  await seat(ledger, prefix);
  let calls = 0;
  const complain = (at: number, what: string) => {
    const before = acts.slice(Math.max(0, at - 30), at + 1).map(lineOf);
    return { calls, wrong: [`seed ${SEED}, story ${series}: ${what}`, policyLine(story.policy), ...before].join('\n') };
  };
  for (const [at, act] of acts.entries()) {
    const expected = tellModel(model, act);
    if (act.kind !== 'call' || expected === null) {
      await arrange(ledger, act);
      continue;
    }
    calls += 1;
    const request = { ...act.asked, sessionId: null, nowMs: act.nowMs, nextId };
    const outcome = await ledger.submit(request, story.policy, TIMEOUT_MS);
    const what = difference(expected, asAnswer(outcome, act.asked));
    if (what !== null) return complain(at, what);
  }
  for (const { player, currency } of WALLETS) {
    const has = (await ledger.balances(playerId(prefix + player))).find((money) => money.currency === currency)?.units;
    const told = model.balance(prefix + player, currency);
    if (has !== told) return complain(acts.length - 1, `${player} has ${String(has)} ${currency}, expected ${told}`);
  }
  return { calls, wrong: null };
}

async function arrange(ledger: Ledger, act: Act): Promise<void> {
  if (act.kind === 'status') await ledger.setStatus(playerId(act.player), act.status);
  if (act.kind === 'limits') await ledger.setLimits(playerId(act.player), act.currency, act.limits);
}

describe('the ledger and the reference wallet', () => {
  it(
    'agree on every answer and balance of 300 × 100 random calls, and the book is sound [I1, I2, I3, I4]',
    { timeout: 300_000 },
    async () => {
      await using table = await ledgerTable();
      // a few steps of a story are no calls, so it takes a few more stories
      const told = fc.sample(stories(STEPS), { numRuns: STORIES + STORIES / 10, seed: SEED });
      const played = await Promise.all(told.map(async (story, series) => play(table.ledgerAt(), story, series)));
      expect(played.flatMap(({ wrong }) => wrong ?? []).slice(0, 3)).toEqual([]);
      expect(played.reduce((sum, { calls }) => sum + calls, 0)).toBeGreaterThanOrEqual(STORIES * STEPS);
      expect((await audit(table.sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
    },
  );
});
