/** Money that settlement moves, when two decide at once, when an answer is lost in between, and when ids do not mean the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit, Uncertain } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { keepClaims, openSettlement } from '../../src/settlement/index.ts';
import type { Discrepancy } from '../../src/settlement/index.ts';
import { closeDatabase, createMetrics, openDatabase } from '../../src/platform/index.ts';
import type { PlayerId } from '../../src/wallet/index.ts';
import { amount } from '../support/ledger.ts';
import { bet, win } from '../support/act.ts';
import type { Facts } from '../../src/settlement/facts.ts';
import { viewOf } from '../../src/settlement/view.ts';
import { GENERIC_POLICY } from '../../src/dialects/generic/policy.ts';
import { HOUR_MS, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

const CAPS = new Map([['USD', { perTransaction: amount('100'), perDay: amount('1000') }]]);
const anna = { key: 'platform', by: 'Anna' };
const boris = { key: 'platform', by: 'Boris' };

function signal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('money that settlement moves', () => {
  let at: Stage;
  let names = 0;
  /** what happens around the next submission and the next look at the book, once */
  let afterSubmit: (() => Promise<void>) | null = null;
  let beforeLook: (() => Promise<void>) | null = null;
  const once = async (which: 'afterSubmit' | 'beforeLook'): Promise<void> => {
    const happen = which === 'afterSubmit' ? afterSubmit : beforeLook;
    if (which === 'afterSubmit') afterSubmit = null;
    else beforeLook = null;
    await happen?.();
  };
  beforeAll(async () => {
    at = await stage({
      settings: { automatic: CAPS },
      ledger: (real) => ({
        ...real,
        submit: async (...asked: Parameters<Ledger['submit']>) => {
          const outcome = await real.submit(...asked);
          await once('afterSubmit');
          return outcome;
        },
        settlementRounds: async (...asked) => {
          await once('beforeLook');
          return real.settlementRounds(...asked);
        },
      }),
    });
  });
  afterAll(async () => {
    const report = await audit(at.sql);
    await at[Symbol.asyncDispose]();
    expect(report.sound).toBe(true);
  });

  const scene = async () => {
    const player = await at.table.player('USD', '1000.00');
    names += 1;
    const here = { player, round: `r-${names}`, b: `b-${names}`, w: `w-${names}` };
    await at.play(player, bet(here.b, { round: here.round, amount: '3' }));
    return here;
  };
  type Scene = Awaited<ReturnType<typeof scene>>;
  const tellWin = async ({ player, round, b, w }: Scene, paid: string, version = 1) =>
    at.tell(
      summary({ player, round, version, totals: ['3', paid], transactions: [said.bet(b, '3'), said.win(w, paid, b)] }),
    );
  const claim = async (
    { player, round }: Scene,
    transaction: ReturnType<typeof said.win>,
    { source = 'transactions', version = 0 }: { source?: 'transactions' | 'report'; version?: number } = {},
  ) => {
    const nowMs = at.clock.now();
    const about = { aggregator: 'acme', player, round, game: 'g-1', provider: null, source, version, transaction };
    const row = { ...about, currency: 'USD', occurredAtMs: nowMs, receivedAtMs: nowMs, origin: 'a list' } as const;
    await keepClaims(at.options.sql, [row], nowMs);
  };
  const only = async (player: string): Promise<Discrepancy> => {
    const [found, ...more] = (await at.discrepancies(player)).filter((each) => each.state !== 'resolved');
    if (found === undefined || more.length > 0)
      throw new Error(`one was expected, not ${more.length + Number(!!found)}`);
    return found;
  };
  const proposeAndDecide = async (id: string) => {
    await at.settlement.propose({ discrepancy: id, action: null, amount: null, reason: 'seen', person: anna });
    return at.settlement.decide({ discrepancy: id, decision: 'approve', reason: 'seen', person: boris });
  };
  const balance = async (player: PlayerId) => at.table.balance(player);

  it('is moved once and recorded as moved when two processes book the same decision', async () => {
    const here = await scene();
    await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '1', closes: true }));
    await tellWin(here, '5');
    await at.settle();
    const found = await only(here.player);
    await at.settlement.propose({ discrepancy: found.id, action: null, amount: null, reason: 'seen', person: anna });
    const pool = openDatabase({ url: at.table.url, max: 3, applicationName: 'another' });
    const another = openSettlement({ ...at.options, sql: pool, metrics: createMetrics() });
    // The decision is lost on its way to the book, so that it is approved and not booked.
    beforeLook = async () => {
      beforeLook = async () => {
        throw new Uncertain('deadline', 'cut on purpose');
      };
    };
    const decided = await at.settlement.decide({
      discrepancy: found.id,
      decision: 'approve',
      reason: 'seen',
      person: boris,
    });
    expect(decided).toMatchObject({ resolution: { state: 'approved' } });
    at.clock.advance(60_000);
    // Another process has read it and is about to look at the book; this one books it meanwhile.
    const booked = signal();
    const slow = signal();
    beforeLook = async () => {
      slow.resolve();
      await Promise.race([booked.promise, sleep(700)]);
    };
    const slowly = another.work();
    await slow.promise;
    afterSubmit = async () => {
      booked.resolve();
      await sleep(300);
    };
    await Promise.all([at.settle(), slowly]);
    await closeDatabase(pool, 1);
    expect(await balance(here.player)).toBe(100_000n - 300n + 500n);
    const story = await at.settlement.discrepancy(found.id);
    expect(story?.resolutions).toMatchObject([{ state: 'booked' }]);
    at.clock.advance(HOUR_MS);
    await at.judgeAll();
    expect(await at.found(here.player)).toEqual([]);
  });

  it('is not moved again for the same shortfall when an answer was lost and the aggregator corrects itself', async () => {
    const here = await scene();
    await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '1', closes: true }));
    await tellWin(here, '5');
    await at.settle();
    const found = await only(here.player);
    // Booked, and nobody hears of it.
    afterSubmit = async () => {
      throw new Uncertain('deadline', 'cut on purpose');
    };
    expect(await proposeAndDecide(found.id)).toMatchObject({ resolution: { state: 'approved' } });
    expect(await balance(here.player)).toBe(100_000n - 300n + 500n);
    // Before it is tried again, a later version says one more.
    await tellWin(here, '6', 2);
    await claim(here, said.win(here.w, '6', here.b));
    await at.settle();
    const after = await only(here.player);
    expect(after).toMatchObject({ kind: 'WIN_AMOUNT', amount: amount('1') });
    await at.settlement.propose({ discrepancy: after.id, action: null, amount: null, reason: 'one', person: anna });
    await at.settlement.decide({ discrepancy: after.id, decision: 'approve', reason: 'one', person: boris });
    at.clock.advance(HOUR_MS);
    await at.settle();
    at.clock.advance(HOUR_MS);
    await at.settle();
    expect(await balance(here.player)).toBe(100_000n - 300n + 600n);
    expect(await at.found(here.player)).toEqual([]);
  });

  const moves = async (here: Scene, happen: () => Promise<void>): Promise<boolean> => {
    await happen();
    const before = await at.money(here.player);
    for (let again = 0; again < 2; again += 1) {
      at.clock.advance(49 * HOUR_MS);
      await at.settle();
    }
    return (await at.money(here.player)) !== before;
  };

  it('is not moved by the house when lists name a win by another id than the callback did', async () => {
    const here = await scene();
    await at.play(here.player, win(here.w, { round: here.round, bet: here.b, amount: '5' }));
    const other = said.win(`OTHER-${here.w}`, '5', here.b);
    const happen = async () => {
      await claim(here, other);
      await claim(here, other, { source: 'report' });
    };
    expect(await moves(here, happen)).toBe(false);
    expect(await at.found(here.player, 'open')).toEqual([`WIN_MISSING OTHER-${here.w}`]);
  });

  it('is not moved by the house when lists name a bet by another id than the callback did', async () => {
    const here = await scene();
    const happen = async () => {
      const list = [said.bet(here.b, '3', { status: 'failed' }), said.bet(`OTHER-${here.b}`, '3')];
      await at.tell(summary({ player: here.player, round: here.round, totals: ['3', '0'], transactions: list }));
      for (const each of list) await claim(here, each);
    };
    expect(await moves(here, happen)).toBe(false);
  });

  it('is not moved by the house for a win that people have settled by the totals of its round', async () => {
    const here = await scene();
    const { player, round } = here;
    await at.tell(summary({ player, round, totals: ['3', '8'] }));
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    const found = await only(player);
    expect(found).toMatchObject({ kind: 'WIN_MISSING', transactionId: '' });
    expect(await proposeAndDecide(found.id)).toMatchObject({ resolution: { state: 'booked' } });
    expect(await balance(player)).toBe(100_000n - 300n + 800n);
    const happen = async () => {
      await tellWin(here, '8', 2);
      await claim(here, said.win(here.w, '8', here.b));
    };
    expect(await moves(here, happen)).toBe(false);
    expect(await at.found(player, 'open')).toContain(`WIN_MISSING ${here.w}`);
  });

  it('that two of one round are owed is settled for both, one after the other', async () => {
    const here = await scene();
    const second = `${here.w}-2`;
    const list = [said.bet(here.b, '3'), said.win(here.w, '5', here.b), said.win(second, '7', here.b)];
    await at.tell(summary({ player: here.player, round: here.round, totals: ['3', '12'], transactions: list }));
    for (const each of list) await claim(here, each);
    at.clock.advance(49 * HOUR_MS);
    await at.settle();
    expect(await balance(here.player)).toBe(100_000n - 300n + 1_200n);
    expect(await at.found(here.player)).toEqual([]);
  });
});

it('a win that the aggregator took back and then calls paid is for a person, because its own word is against it', () => {
  const row = { idScope: '', refusal: null, currency: 'USD', game: 'g-1', session: null, flags: [], createdAtMs: 0 };
  const stake = { ...row, kind: 'bet', id: 'b', reference: null, flavour: 'cash', state: 'applied' } as const;
  const taken = { ...row, kind: 'win', id: 'w', reference: 'b', flavour: 'win', state: 'reversed' } as const;
  const of = { player: 'ann', round: 'r1', amount: amount('5'), units: 500n };
  const facts: Facts = {
    key: { aggregator: 'acme', player: 'ann', round: 'r1' },
    summaries: [
      {
        key: 'e-1',
        receivedAtMs: 0,
        summary: summary({ totals: ['5', '5'], transactions: [said.bet('b', '5'), said.win('w', '5', 'b')] }),
      },
    ],
    strays: [],
    conflicts: [],
    claims: [],
    booked: [
      { ...stake, ...of, reversedAmount: amount('0'), reversedUnits: 0n },
      { ...taken, ...of, reversedAmount: amount('5'), reversedUnits: 500n },
    ],
    elsewhere: [],
    ledgerRound: null,
    corrections: [],
    accepted: new Set(),
    scaleOf: () => 2,
    demo: false,
  };
  const patience = { policy: GENERIC_POLICY, leastGraceMs: 900_000, stuckAfterMs: 86_400_000 };
  expect(viewOf(facts, patience).findings).toMatchObject([
    { kind: 'WIN_MISSING', transactionId: 'w', favour: 'player', contested: true },
  ]);
});
