import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit, Uncertain } from '../../src/ledger/index.ts';
import type { Decided, Discrepancy } from '../../src/settlement/index.ts';
import type { Resolution } from '../../src/settlement/index.ts';
import { externalId } from '../../src/wallet/index.ts';
import type { PlayerId } from '../../src/wallet/index.ts';
import { amount } from '../support/ledger.ts';
import { bet, undo, win } from '../support/act.ts';
import { HOUR_MS, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';
import { insertClaims } from '../../src/settlement/claims-store.ts';

const anna = { key: 'platform', by: 'Anna' };
const boris = { key: 'platform', by: 'Boris' };

const CAPS = new Map([['USD', { perTransaction: amount('10'), perDay: amount('25') }]]);

describe('a resolution', () => {
  let at: Stage;
  let names = 0;
  let cut = false;
  beforeAll(async () => {
    at = await stage({
      settings: { automatic: CAPS },
      ledger: (real) => ({
        ...real,
        submit: async (...asked) => {
          const outcome = await real.submit(...asked);
          // Booked, and nobody hears of it: a lost answer, or a crash right after.
          if (cut) throw new Uncertain('deadline', 'cut on purpose');
          return outcome;
        },
      }),
    });
  });
  afterAll(async () => {
    const report = await audit(at.sql);
    await at[Symbol.asyncDispose]();
    expect(report.sound).toBe(true);
  });

  interface Scene {
    readonly player: PlayerId;
    readonly round: string;
    readonly b: string;
    readonly w: string;
  }

  const scene = async (stake = '3'): Promise<Scene> => {
    const player = await at.table.player('USD', '1000.00');
    names += 1;
    const made = { player, round: `r-${names}`, b: `b-${names}`, w: `w-${names}` };
    await at.play(player, bet(made.b, { round: made.round, amount: stake }));
    return made;
  };
  const tellWin = async ({ player, round, b, w }: Scene, paid: string, version = 1) =>
    at.tell(
      summary({ player, round, version, totals: ['3', paid], transactions: [said.bet(b, '3'), said.win(w, paid, b)] }),
    );
  /** A second source: a list of the aggregator's transactions. */
  const claim = async (
    { player, round }: Scene,
    transaction: ReturnType<typeof said.win>,
    source: 'transactions' | 'report' = 'transactions',
  ) => {
    const nowMs = at.clock.now();
    const row = {
      aggregator: 'acme',
      player,
      round,
      game: 'g-1',
      provider: null,
      source,
      version: 0,
      transaction,
      currency: 'USD',
      occurredAtMs: nowMs,
      receivedAtMs: nowMs,
      origin: 'a list',
    } as const;
    await insertClaims(at.options.sql, [row], nowMs);
  };
  const only = async (player: string): Promise<Discrepancy> => {
    const [found, ...more] = (await at.discrepancies(player)).filter((each) => each.state !== 'resolved');
    if (found === undefined || more.length > 0)
      throw new Error(`one discrepancy was expected: ${more.length + (found ? 1 : 0)}`);
    return found;
  };
  const propose = async (
    discrepancy: string,
    more: { action?: 'credit' | 'debit' | 'refund' | 'accept'; amount?: string; by?: typeof anna } = {},
  ) =>
    at.settlement.propose({
      discrepancy,
      action: more.action ?? null,
      amount: more.amount ?? null,
      reason: 'looked at it',
      person: more.by ?? anna,
    });
  const decide = async (discrepancy: string, by = boris, decision: 'approve' | 'reject' = 'approve') =>
    at.settlement.decide({ discrepancy, decision, reason: 'agreed', person: by });
  const done = (decided: Decided): Resolution => {
    if (decided.kind !== 'done') throw new Error(JSON.stringify(decided));
    return decided.resolution;
  };
  const balance = async (player: PlayerId) => at.table.balance(player);

  it('credits a missing win as that win, so that the late callback moves nothing more [SET-06]', async () => {
    const here = await scene();
    await tellWin(here, '8');
    await at.settle();
    const found = await only(here.player);
    done(await propose(found.id));
    expect(await balance(here.player)).toBe(99_700n);
    const booked = done(await decide(found.id));
    expect(booked).toMatchObject({
      state: 'booked',
      automatic: false,
      proposed: anna,
      decided: { by: 'Boris', reason: 'agreed' },
    });
    expect(booked.entry?.operation).toMatchObject({ kind: 'win', id: here.w });
    expect(await balance(here.player)).toBe(100_500n);
    await at.settle();
    expect(await at.view(here.player, here.round)).toMatchObject({ state: 'balanced' });
    expect(await at.found(here.player)).toEqual([]);
    const late = await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '8' }));
    expect(late).toMatchObject({ kind: 'applied', duplicate: true });
    expect(await balance(here.player)).toBe(100_500n);
  });

  it('is not made twice when the settlement repeats after it was fixed by hand [SET-22]', async () => {
    const here = await scene();
    await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '1', closes: true }));
    await tellWin(here, '5');
    await at.settle();
    const found = await only(here.player);
    expect(found.kind).toBe('WIN_AMOUNT');
    done(await propose(found.id));
    expect(done(await decide(found.id)).entry?.operation).toMatchObject({ kind: 'adjust' });
    const after = await balance(here.player);
    expect(after).toBe(99_700n + 500n);
    for (let again = 0; again < 3; again += 1) {
      await tellWin(here, '5');
      await at.settle();
    }
    expect(await at.view(here.player, here.round)).toMatchObject({ state: 'balanced' });
    expect(await propose(found.id)).toMatchObject({ kind: 'refused', reason: 'nothing_to_decide' });
    expect(await balance(here.player)).toBe(after);
    // A later version with another amount is another disagreement.
    await tellWin(here, '6', 2);
    await at.settle();
    expect(await only(here.player)).toMatchObject({ kind: 'WIN_AMOUNT', amount: amount('1') });
  });

  it('takes two people above the limit, by name and not by key', async () => {
    const here = await scene();
    await tellWin(here, '80');
    await at.settle();
    const found = await only(here.player);
    done(await propose(found.id));
    expect(await decide(found.id, anna)).toMatchObject({ kind: 'refused', reason: 'four_eyes' });
    expect(await decide(found.id, { key: 'another-key', by: ' anna ' })).toMatchObject({ reason: 'four_eyes' });
    expect(await balance(here.player)).toBe(99_700n);
    expect(done(await decide(found.id)).state).toBe('booked');
    expect(await balance(here.player)).toBe(107_700n);
    const small = await scene();
    await tellWin(small, '2');
    await at.settle();
    const other = await only(small.player);
    done(await propose(other.id));
    expect(done(await decide(other.id, anna)).state).toBe('booked');
  });

  it('is decided once, however many decide at once', async () => {
    const here = await scene();
    await tellWin(here, '8');
    await at.settle();
    const found = await only(here.player);
    const proposals = await Promise.all([propose(found.id), propose(found.id), propose(found.id)]);
    expect(proposals.filter((each) => each.kind === 'done')).toHaveLength(1);
    const decided = await Promise.all([decide(found.id), decide(found.id), decide(found.id)]);
    expect(decided.filter((each) => each.kind === 'done')).toHaveLength(1);
    expect(await balance(here.player)).toBe(100_500n);
  });

  it('can be turned down, and proposed again', async () => {
    const here = await scene();
    await tellWin(here, '8');
    await at.settle();
    const found = await only(here.player);
    done(await propose(found.id));
    expect(done(await decide(found.id, boris, 'reject')).state).toBe('rejected');
    expect(await only(here.player)).toMatchObject({ state: 'waiting' });
    expect(done(await propose(found.id)).state).toBe('proposed');
    expect(await balance(here.player)).toBe(99_700n);
  });

  it('lapses when what it was about has changed', async () => {
    const here = await scene();
    await tellWin(here, '8');
    await at.settle();
    const found = await only(here.player);
    done(await propose(found.id));
    await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '8', closes: true }));
    expect(await decide(found.id)).toMatchObject({ kind: 'refused', reason: 'stale' });
    await at.settle();
    expect(await at.found(here.player)).toEqual([]);
    expect(await at.settlement.discrepancy(found.id)).toMatchObject({
      resolutions: [{ state: 'rejected', decided: { by: 'croupier' } }],
    });
    expect(await balance(here.player)).toBe(100_500n);
  });

  it('is made good after a crash between the ledger and the record, and books once', async () => {
    const here = await scene();
    await tellWin(here, '8');
    await at.settle();
    const found = await only(here.player);
    done(await propose(found.id));
    cut = true;
    expect(done(await decide(found.id)).state).toBe('approved');
    // Judged in this state, the win is there and the disagreement gone.
    await at.judgeAll();
    cut = false;
    expect(await balance(here.player)).toBe(100_500n);
    at.clock.advance(60_000);
    await at.settle();
    expect(await balance(here.player)).toBe(100_500n);
    expect(await at.settlement.discrepancy(found.id)).toMatchObject({
      discrepancy: { state: 'resolved' },
      resolutions: [{ state: 'booked' }],
    });
  });

  it('accepts what is to stay as it is, for as long as the facts are these', async () => {
    const here = await scene();
    await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '5', closes: true }));
    await tellWin(here, '4');
    await at.settle();
    const found = await only(here.player);
    expect(found).toMatchObject({ kind: 'WIN_AMOUNT', favour: 'house' });
    done(await propose(found.id, { action: 'accept' }));
    done(await decide(found.id));
    await at.judgeAll();
    expect(await only(here.player)).toMatchObject({ state: 'accepted' });
    expect(await at.view(here.player, here.round)).toMatchObject({ state: 'balanced' });
    await tellWin(here, '3', 2);
    at.clock.advance(HOUR_MS);
    await at.settle();
    expect(await only(here.player)).toMatchObject({ state: 'open', amount: amount('2') });
  });

  it('takes a surplus back only when people decide so', async () => {
    const here = await scene();
    await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '5', closes: true }));
    await tellWin(here, '4');
    await at.settle();
    const found = await only(here.player);
    expect(await propose(found.id, { action: 'credit' })).toMatchObject({ reason: 'wrong_action' });
    expect(await propose(found.id, { amount: '2' })).toMatchObject({ reason: 'too_much' });
    expect(await propose(found.id, { amount: '1e2' })).toMatchObject({ reason: 'bad_amount' });
    done(await propose(found.id));
    expect(done(await decide(found.id)).entry?.operation).toMatchObject({ kind: 'adjust', amount: amount('-1') });
    await at.settle();
    expect(await at.found(here.player)).toEqual([]);
    expect(await balance(here.player)).toBe(99_700n + 400n);
  });

  it('that the ledger refuses is shown as failed, and the discrepancy is open again', async () => {
    const here = await scene();
    await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '1', closes: true }));
    await at.tell(
      summary({
        player: here.player,
        round: here.round,
        totals: ['0', '1'],
        transactions: [said.bet(here.b, '3', { status: 'failed' }), said.win(here.w, '1', here.b)],
      }),
    );
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    const found = await only(here.player);
    expect(found).toMatchObject({ kind: 'BET_EXTRA', state: 'open' });
    done(await propose(found.id));
    expect(done(await decide(found.id))).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('already_settled'),
    });
    expect(await only(here.player)).toMatchObject({ state: 'open' });
  });

  describe('by the house itself', () => {
    it('returns a stake that failed for the aggregator: after grace, with two sources, under the caps', async () => {
      const here = await scene();
      const failed = said.bet(here.b, '3', { status: 'failed' });
      await at.tell(summary({ player: here.player, round: here.round, totals: ['0', '0'], transactions: [failed] }));
      await claim(here, failed);
      await at.settle();
      expect(await balance(here.player)).toBe(99_700n);
      at.clock.advance(49 * HOUR_MS);
      await at.settle();
      expect(await balance(here.player)).toBe(100_000n);
      await at.settle();
      expect(await at.view(here.player, here.round)).toMatchObject({ state: 'balanced' });
      const [found] = await at.discrepancies(here.player);
      const story = await at.settlement.discrepancy(found?.id ?? '');
      expect(story).toMatchObject({
        discrepancy: { state: 'resolved', kind: 'BET_EXTRA' },
        resolutions: [{ automatic: true, action: 'refund', state: 'booked', proposed: { by: 'croupier' } }],
      });
      expect(new Set(story?.resolutions[0]?.evidence.map((each) => each.source))).toEqual(
        new Set(['webhook', 'transactions']),
      );
      // The rollback that comes after all finds the bet returned.
      await at.play(here.player, undo(`late-${here.b}`, 'bet', here.b));
      expect(await balance(here.player)).toBe(100_000n);
    });

    it('credits a missing win that two sources assert, of a bet that stands [SET-06]', async () => {
      const here = await scene();
      await tellWin(here, '8');
      await claim(here, said.win(here.w, '8', here.b), 'report');
      at.clock.advance(49 * HOUR_MS);
      await at.settle();
      expect(await balance(here.player)).toBe(100_500n);
    });

    it.each([
      ['with one source', async (here: Scene) => tellWin(here, '8')],
      [
        'above the cap',
        async (here: Scene) => {
          await tellWin(here, '10.01');
          await claim(here, said.win(here.w, '10.01', here.b));
        },
      ],
      [
        'when the sources differ',
        async (here: Scene) => {
          await tellWin(here, '8');
          await claim(here, said.win(here.w, '7', here.b));
        },
      ],
      [
        'when the aggregator contradicts itself',
        async (here: Scene) => {
          await tellWin(here, '8');
          await claim(here, said.win(here.w, '8', here.b));
          await tellWin(here, '9');
        },
      ],
      [
        'without a bet that stands',
        async (here: Scene) => {
          await at.play(here.player, undo(`u-${here.b}`, 'bet', here.b));
          await tellWin(here, '8');
          await claim(here, said.win(here.w, '8', here.b));
        },
      ],
      [
        'from the player',
        async (here: Scene) => {
          await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '8' }));
          await tellWin(here, '5');
          await claim(here, said.win(here.w, '5', here.b));
        },
      ],
    ])('moves nothing %s', async (_why, happen) => {
      const here = await scene();
      await happen(here);
      const before = await at.money(here.player);
      at.clock.advance(49 * HOUR_MS);
      await at.settle();
      at.clock.advance(49 * HOUR_MS);
      await at.settle();
      expect(await at.money(here.player)).toBe(before);
      expect((await at.found(here.player, 'open')).length).toBeGreaterThan(0);
    });

    it('stops at the day’s cap; what is left waits for a person', async () => {
      at.clock.advance(24 * HOUR_MS);
      const scenes = await Promise.all([scene(), scene(), scene()]);
      for (const here of scenes) {
        await tellWin(here, '9');
        await claim(here, said.win(here.w, '9', here.b));
      }
      at.clock.advance(49 * HOUR_MS);
      await at.settle();
      const balances = await Promise.all(scenes.map(async (here) => balance(here.player)));
      expect(balances.toSorted()).toEqual([99_700n, 100_600n, 100_600n].toSorted());
    });
  });

  it('keeps ids of the house apart from the aggregator’s', async () => {
    const rows = await at.sql<{ external_id: string }[]>`SELECT external_id FROM transaction WHERE kind = 'adjust'`;
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(externalId(row.external_id)).toMatch(/^settlement-[0-9a-f-]{36}$/);
  });
});
