/**
 * Situations of the scenario catalogue that need nothing but the rules, one test each: what is called, what is answered, what
 * the player has afterwards and what somebody is told. Every story is also put to the reference wallet, which must agree.
 */
import { describe, expect, it } from 'vitest';
import { SAFE_POLICY } from '../../src/wallet/index.ts';
import type { Alert, Policy } from '../../src/wallet/index.ts';
import { bet, call, close, deposit, undo, win } from '../support/act.ts';
import { PARK_MS } from '../support/histories.ts';
import { explain, playInMemory } from '../support/play.ts';
import { walletTable } from '../support/wallet-table.ts';
import type { Answer, CallAct } from '../support/wallet-table.ts';

interface Told {
  /** each call, and what it is answered */
  readonly calls: readonly (readonly [CallAct, Answer])[];
  readonly policy?: Partial<Policy>;
  /** what `ann` has afterwards, in cents; 20.00 were deposited first */
  readonly leaves: bigint;
  readonly alerts?: readonly Alert['kind'][];
}

/** Plays the story on the wallet and against the reference wallet. */
function check({ calls, policy, leaves, alerts }: Told): void {
  const wallet = walletTable();
  const first = [deposit('20'), deposit('20', { player: 'bob', id: 'deposit-bob' })];
  for (const act of first) wallet.ask(act);
  expect(calls.map(([act]) => wallet.ask(act, policy))).toEqual(calls.map(([, answer]) => answer));
  expect(wallet.balance()).toBe(leaves);
  for (const kind of alerts ?? []) expect(wallet.alerts()).toContain(kind);
  const full: Policy = { ...SAFE_POLICY, ...policy };
  const acts = [...first, ...calls.map(([act]) => act)];
  const ending = playInMemory(full, acts);
  expect(ending.kind === 'failed' ? explain(full, acts.slice(0, ending.at + 1), ending.what) : ending.kind).toBe(
    'agreed',
  );
}

const FLAVOURS = ['win', 'jackpot', 'promo', 'free_round'] as const;
const PARK: Partial<Policy> = { 'win.withoutBet': 'park', 'win.parkMs': PARK_MS };
const DAY_MS = 86_400_000;

describe('a win that names its bet is judged by that bet, whatever kind of win it is', () => {
  for (const flavour of FLAVOURS) {
    it(`${flavour}: of a bet that was rolled back is refused and told [WIN-07]`, () => {
      check({
        calls: [
          [call(bet('b1')), 'OK'],
          [call(undo('x1', 'bet', 'b1')), 'OK'],
          [call(win('w1', { bet: 'b1', flavour })), 'reversed'],
          [call(win('w1', { bet: 'b1', flavour })), 'reversed'],
          [call(undo('x2', 'bet', 'b2')), 'not_found'],
          [call(win('w2', { bet: 'b2', flavour, round: null })), 'reversed'],
        ],
        leaves: 2_000n,
        alerts: ['win_after_rollback'],
      });
    });

    it(`${flavour}: of another player’s bet is a conflict and told [WIN-17]`, () => {
      check({
        calls: [
          [call(bet('b1'), { player: 'bob' }), 'OK'],
          [call(win('w1', { bet: 'b1', flavour })), 'conflict'],
        ],
        leaves: 2_000n,
        alerts: ['foreign_player'],
      });
    });

    it(`${flavour}: of a refused bet, in another round, in another currency [WIN-16]`, () => {
      check({
        calls: [
          [call(bet('b1', { amount: '99' })), 'insufficient_funds'],
          [call(win('w1', { bet: 'b1', flavour })), 'not_found'],
          [call(bet('b2')), 'OK'],
          [call(win('w2', { bet: 'b2', flavour, round: 'r2' })), 'conflict'],
          [call(win('w3', { bet: 'b2', flavour, round: null }), { currency: 'BTC' }), 'wrong_currency'],
        ],
        leaves: 1_900n,
        alerts: ['win_of_rejected_bet'],
      });
    });
  }

  for (const flavour of ['jackpot', 'promo', 'free_round'] as const) {
    it(`${flavour}: of a bet nobody heard of is paid all the same [WIN-13, FR-03]`, () => {
      check({ calls: [[call(win('w1', { bet: 'b1', flavour, round: null })), 'OK']], leaves: 2_250n });
    });
  }
});

describe('a win that names no bet settles what was placed before it', () => {
  it('and not what is placed later [RB-01, RB-20]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [call(win('w1', { amount: '0' })), 'OK'],
        [call(bet('b2')), 'OK'],
        [call(undo('x2', 'bet', 'b2')), 'OK'],
        [call(undo('x1', 'bet', 'b1')), 'already_settled'],
      ],
      leaves: 1_900n,
    });
  });

  it('but is the first bet’s when it came early for it [RB-07, WIN-05]', () => {
    check({
      policy: { 'win.withoutBet': 'accept' },
      calls: [
        [call(win('w1')), 'OK'],
        [call(bet('b1')), 'OK'],
        [call(bet('b2')), 'OK'],
        [call(undo('x1', 'bet', 'b1')), 'already_settled'],
        [call(undo('x2', 'bet', 'b2')), 'OK'],
      ],
      leaves: 2_150n,
    });
  });

  it('also when it waited for that bet [RB-07, WIN-06]', () => {
    check({
      policy: PARK,
      calls: [
        [call(win('w1')), 'PARKED'],
        [call(bet('b1')), 'OK'],
        [call(undo('x1', 'bet', 'b1')), 'already_settled'],
      ],
      leaves: 2_150n,
    });
  });

  it('and no longer once it was taken back, while a later one still does [RB-07, RB-08]', () => {
    const policy: Partial<Policy> = { 'rollback.win': 'debit' };
    check({
      policy,
      calls: [
        [call(bet('b1')), 'OK'],
        [call(win('w1')), 'OK'],
        [call(bet('b2')), 'OK'],
        [call(win('w2')), 'OK'],
        [call(bet('b3')), 'OK'],
        [call(undo('x1', 'win', 'w1')), 'OK'],
        [call(undo('x2', 'bet', 'b2')), 'already_settled'],
        [call(undo('x3', 'bet', 'b3')), 'OK'],
        [call(undo('x4', 'win', 'w2')), 'OK'],
        [call(undo('x5', 'bet', 'b2')), 'OK'],
        [call(undo('x6', 'bet', 'b1')), 'OK'],
      ],
      leaves: 2_000n,
    });
  });

  for (const flavour of ['jackpot', 'promo', 'free_round'] as const) {
    it(`${flavour}: is a gift beside the game and settles no bet [RB-01, WIN-13]`, () => {
      check({
        calls: [
          [call(bet('b1')), 'OK'],
          [call(win('w1', { flavour })), 'OK'],
          [call(undo('x1', 'bet', 'b1')), 'OK'],
        ],
        leaves: 2_250n,
      });
    });
  }

  it('is the one win of the only bet, where a bet has one [WIN-05]', () => {
    check({
      policy: { 'win.perBet': 'one' },
      calls: [
        [call(bet('b1')), 'OK'],
        [call(win('w1')), 'OK'],
        [call(win('w2')), 'already_settled'],
        [call(win('w3', { bet: 'b1' })), 'already_settled'],
        [call(bet('c1', { round: 'r2' })), 'OK'],
        [call(win('w4', { bet: 'c1', round: 'r2' })), 'OK'],
        [call(win('w5', { round: 'r2' })), 'already_settled'],
        // which of two bets a win of the round is for, nobody can say: it is paid
        [call(bet('d1', { round: 'r3' })), 'OK'],
        [call(bet('d2', { round: 'r3' })), 'OK'],
        [call(win('w6', { round: 'r3' })), 'OK'],
        [call(win('w7', { round: 'r3' })), 'OK'],
      ],
      leaves: 2_000n - 400n + 4n * 250n,
    });
  });
});

describe('a round that is rolled back before a bet of it is known', () => {
  for (const [unknown, answer] of [
    ['notFoundCode', 'not_found'],
    ['ok', 'OK'],
  ] as const) {
    it(`meets its late bets, and answers ${answer} every time [RB-04, RB-15, RB-23]`, () => {
      const again: Answer = answer === 'OK' ? 'OK_DUP' : answer;
      check({
        policy: { 'rollback.unknown': unknown },
        calls: [
          [call(undo('x1', 'round', 'r1')), answer],
          [call(undo('x1', 'round', 'r1')), again],
          [call(bet('b1')), 'reversed'],
          [call(bet('b1')), 'reversed'],
          [call(undo('x2', 'round', 'r1')), answer],
          [call(win('w1')), 'reversed'],
          [call(win('w2', { bet: 'b1' })), 'reversed'],
          [call(bet('b2', { round: 'r2' })), 'OK'],
        ],
        leaves: 1_900n,
        alerts: ['late_bet_on_tombstone', 'win_after_rollback'],
      });
    });
  }

  it('is void, and another player’s round of the same name is not [RB-15, BET-43]', () => {
    const wallet = walletTable();
    wallet.ask(deposit('20', { player: 'bob' }));
    wallet.ask(deposit('20'));
    const undone = call(undo('x1', 'round', 'r1'));
    wallet.ask(undone);
    expect(wallet.round(undone, 'r1')).toBe('void');
    expect(wallet.ask(call(bet('b1')))).toBe('reversed');
    expect(wallet.state(undone, 'bet', 'b1')).toBe('tombstone');
    expect(wallet.flags(undone, 'bet', 'b1')).toContain('late_bet');
    expect(wallet.ask(call(bet('b2'), { player: 'bob' }))).toBe('OK');
  });

  it('settles the wins that wait for it, and those whose bet then comes [RB-15, WIN-07]', () => {
    check({
      policy: PARK,
      calls: [
        [call(win('w1')), 'PARKED'],
        [call(win('w2', { bet: 'b2' })), 'PARKED'],
        [call(undo('x1', 'round', 'r1')), 'not_found'],
        [call(win('w1')), 'reversed'],
        [call(bet('b2')), 'reversed'],
        [call(win('w2', { bet: 'b2' })), 'reversed'],
      ],
      leaves: 2_000n,
      alerts: ['win_after_rollback'],
    });
  });
});

describe('a rollback that takes the wins along', () => {
  const BOTH: Partial<Policy> = { 'rollback.afterWin': 'reverseBoth' };

  it('does so for a whole round [RB-15, RB-07]', () => {
    check({
      policy: BOTH,
      calls: [
        [call(bet('b1')), 'OK'],
        [call(bet('b2')), 'OK'],
        [call(win('w1', { bet: 'b1', round: null })), 'OK'],
        [call(win('w2')), 'OK'],
        [call(undo('x1', 'round', 'r1')), 'OK'],
        [call(win('w1', { bet: 'b1', round: null })), 'reversed'],
        [call(win('w2')), 'reversed'],
      ],
      leaves: 2_000n,
    });
  });

  it('leaves them when a part of the bet still stands, and takes them with the last part [RB-13, RB-07]', () => {
    const policy: Partial<Policy> = { ...BOTH, 'rollback.amount': 'partial' };
    check({
      policy,
      calls: [
        [call(bet('b1')), 'OK'],
        [call(win('w1', { bet: 'b1' })), 'OK'],
        [call(undo('x1', 'bet', 'b1', '0.4')), 'OK'],
        [call(win('w1', { bet: 'b1' })), 'OK_DUP'],
      ],
      leaves: 2_000n - 60n + 250n,
    });
    check({
      policy,
      calls: [
        [call(bet('b1')), 'OK'],
        [call(win('w1', { bet: 'b1' })), 'OK'],
        [call(undo('x1', 'bet', 'b1', '0.4')), 'OK'],
        [call(undo('x2', 'bet', 'b1', '0.6')), 'OK'],
        [call(win('w1', { bet: 'b1' })), 'reversed'],
      ],
      leaves: 2_000n,
    });
  });

  it('leaves the wins that came before the bet [RB-20]', () => {
    check({
      policy: BOTH,
      calls: [
        [call(bet('b1')), 'OK'],
        [call(win('w1')), 'OK'],
        [call(bet('b2')), 'OK'],
        [call(undo('x2', 'bet', 'b2')), 'OK'],
      ],
      leaves: 2_150n,
    });
  });
});

describe('a win that waits', () => {
  it('ends with the refusal of its bet, and somebody hears of it [WIN-06, RB-06]', () => {
    check({
      policy: PARK,
      calls: [
        [call(win('w1', { bet: 'b1' })), 'PARKED'],
        [call(win('w2')), 'PARKED'],
        [call(bet('b1', { amount: '99' })), 'insufficient_funds'],
        [call(win('w1', { bet: 'b1' })), 'not_found'],
        // another bet of the round may still come for the one that names none
        [call(win('w2')), 'PARKED'],
      ],
      leaves: 2_000n,
      alerts: ['win_of_rejected_bet'],
    });
  });

  it('ends so, too, when its bet is the second of a call that fails [BET-42]', () => {
    const wallet = walletTable();
    wallet.ask(deposit('20'));
    const waits = call(win('w1', { bet: 'b2' }));
    expect(wallet.ask(waits, PARK)).toBe('PARKED');
    expect(wallet.ask(call([bet('b1'), bet('b2', { amount: '99' })]), PARK)).toBe('insufficient_funds');
    expect(wallet.state(waits, 'win', 'w1')).toBe('rejected');
    expect(wallet.state(waits, 'bet', 'b1')).toBe('none');
    expect(wallet.balance()).toBe(2_000n);
  });
});

describe('a close that comes in a stale request', () => {
  it('is believed only when the round is closed already [SIG-30, SIG-33]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [call(close(), { onlyKnown: true }), 'STALE'],
        [call(close('r9'), { onlyKnown: true }), 'STALE'],
        [call(bet('b2')), 'OK'],
        [call(close()), 'OK'],
        [call(close(), { onlyKnown: true }), 'OK_DUP'],
      ],
      leaves: 1_800n,
    });
  });
});

describe('an amount no wallet can hold is refused, never a defect', () => {
  const HUGE = `1${'0'.repeat(36)}`;
  const words = { session: { kind: 'none' } } as const;

  it('finer than the smallest unit [BET-06]', () => {
    check({
      calls: [
        [call(bet('b1', { amount: '0.001' })), 'below_minimum'],
        [call(bet('b2', { amount: '0.001', flavour: 'free' })), 'below_minimum'],
        [call(bet('b3')), 'OK'],
        [call(win('w3', { bet: 'b3', amount: '0.001' })), 'below_minimum'],
        [deposit('0.001'), 'below_minimum'],
        [deposit('1.000'), 'OK'],
      ],
      leaves: 2_000n,
    });
  });

  it('beyond every row, alone or on top of the balance [BET-08]', () => {
    check({
      calls: [
        [call(bet('b1', { amount: HUGE })), 'limit_reached'],
        [call(bet('b2')), 'OK'],
        [call(win('w2', { bet: 'b2', amount: HUGE }), words), 'limit_reached'],
        [call(win('w2', { bet: 'b2', amount: HUGE }), words), 'limit_reached'],
        [deposit(HUGE), 'limit_reached'],
        [deposit(`9${'0'.repeat(34)}`), 'OK'],
        [deposit(`9${'0'.repeat(34)}`, { id: 'again' }), 'limit_reached'],
        [call(win('w3', { bet: 'b2', amount: `9${'0'.repeat(34)}` }), words), 'limit_reached'],
      ],
      leaves: 9n * 10n ** 36n + 1_900n,
      alerts: ['review'],
    });
  });
});

describe('the loss of a day', () => {
  const play = (acts: readonly CallAct[], policy: Partial<Policy> = {}): Answer[] => {
    const wallet = walletTable();
    wallet.ask(deposit('20'));
    wallet.book.setLimits(call(bet('b')).asked.player, 'USD', { maxStake: null, dailyLossLimit: 300n });
    const answers = acts.map((act) => wallet.ask(act, policy));
    const limits = { maxStake: null, dailyLossLimit: 300n };
    const told = playInMemory({ ...SAFE_POLICY, ...policy }, [
      deposit('20'),
      { kind: 'limits', player: 'ann', currency: 'USD', limits },
      ...acts,
    ]);
    expect(told.kind === 'failed' ? told.what : told.kind).toBe('agreed');
    return answers;
  };

  it('is not lowered by a refund of yesterday’s bet, and is by one of today’s [BET-21]', () => {
    expect(
      play([
        call(bet('b1', { amount: '3' })),
        call(undo('x1', 'bet', 'b1'), { afterMs: DAY_MS }),
        call(bet('b2', { amount: '3', round: 'r2' }), { afterMs: DAY_MS }),
        call(bet('b3', { amount: '1', round: 'r3' }), { afterMs: DAY_MS }),
        call(undo('x2', 'bet', 'b2'), { afterMs: DAY_MS }),
        call(bet('b4', { amount: '3', round: 'r4' }), { afterMs: DAY_MS }),
      ]),
    ).toEqual(['OK', 'OK', 'OK', 'limit_reached', 'OK', 'OK']);
  });

  it('is not raised by taking yesterday’s win back, nor by a bet of yesterday that stands again [BET-21, RB-17]', () => {
    expect(
      play(
        [
          call(bet('b1', { amount: '2' })),
          call(undo('x1', 'bet', 'b1')),
          call(bet('b2', { amount: '1', round: 'r2' })),
          call(win('w2', { bet: 'b2', round: 'r2' })),
          call(undo('x2', 'win', 'w2'), { afterMs: DAY_MS }),
          call(undo('x3', 'rollback', 'x1'), { afterMs: DAY_MS }),
          call(bet('b3', { amount: '3', round: 'r3' }), { afterMs: DAY_MS }),
        ],
        { 'rollback.win': 'debit', 'rollback.rollback': 'reapply' },
      ),
    ).toEqual(['OK', 'OK', 'OK', 'OK', 'OK', 'OK', 'OK']);
  });
});

describe('bets', () => {
  it('of a player without wallets [BET-15]', () => {
    check({ calls: [[call(bet('b1'), { player: 'nobody' }), 'unknown_player']], leaves: 2_000n });
  });

  it('of a game in no catalogue; another known game of a lobby is fine [BET-16]', () => {
    check({
      calls: [
        [call(bet('b1'), { gameKnown: false }), 'unknown_game'],
        [call(bet('b2'), { gameCode: null }), 'OK'],
      ],
      leaves: 1_900n,
    });
  });

  it('in another currency than the session’s, or than any wallet [BET-17]', () => {
    check({
      calls: [
        [call(bet('b1'), { session: { kind: 'live', currency: 'BTC' } }), 'wrong_currency'],
        [call(bet('b2'), { currency: 'EUR' }), 'wrong_currency'],
      ],
      leaves: 2_000n,
    });
  });

  it('in a closed round [BET-18]', () => {
    check({
      calls: [
        [call(bet('b1', { closes: true })), 'OK'],
        [call(bet('b2')), 'round_closed'],
      ],
      leaves: 1_900n,
    });
  });

  it('a second one in the open round [BET-19]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [call(bet('b2')), 'OK'],
      ],
      leaves: 1_800n,
    });
  });

  it('a tip needs no round and is no stake [BET-40]', () => {
    const wallet = walletTable();
    wallet.ask(deposit('20'));
    expect(wallet.ask(call(bet('t1', { flavour: 'tip', round: null })))).toBe('OK');
    expect(wallet.balance()).toBe(1_900n);
    expect(wallet.book.postings().at(-1)?.credit).toBe('tips:acme');
    expect(wallet.book.allRounds()).toEqual([]);
  });

  it('in a round of the same name that another player closed [BET-43]', () => {
    check({
      calls: [
        [call(bet('b1'), { player: 'bob' }), 'OK'],
        [call(close(), { player: 'bob' }), 'OK'],
        [call(bet('b2')), 'OK'],
        [call(bet('b3'), { player: 'bob' }), 'round_closed'],
      ],
      leaves: 1_900n,
    });
  });

  it('whose answer nobody heard, and which is then rolled back [BET-36]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [call(undo('x1', 'bet', 'b1'), { afterMs: 5_000 }), 'OK'],
        [call(bet('b1'), { afterMs: 6_000 }), 'reversed'],
      ],
      leaves: 2_000n,
    });
  });
});

describe('wins', () => {
  it('the same id with another amount [WIN-03]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [call(win('w1', { bet: 'b1' })), 'OK'],
        [call(win('w1', { bet: 'b1', amount: '9' })), 'conflict'],
      ],
      leaves: 2_150n,
      alerts: ['conflict'],
    });
  });

  it('three in one round [WIN-11]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [call(win('w1', { bet: 'b1', amount: '1' })), 'OK'],
        [call(win('w2', { bet: 'b1', amount: '2' })), 'OK'],
        [call(win('w3', { amount: '3' })), 'OK'],
      ],
      leaves: 2_500n,
    });
  });

  it('three days late, exactly as much [WIN-12]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [call(win('w1', { bet: 'b1', amount: '7.77' }), { afterMs: 3 * DAY_MS }), 'OK'],
      ],
      leaves: 2_677n,
    });
  });

  it('while the player may not play [WIN-19, WIN-09]', () => {
    const wallet = walletTable();
    wallet.ask(deposit('20'));
    const placed = call(bet('b1'));
    wallet.ask(placed);
    for (const [index, status] of (['blocked', 'self_excluded', 'closed'] as const).entries()) {
      wallet.book.setStatus(placed.asked.player, status);
      expect(wallet.ask(call(win(`w${index}`, { bet: 'b1', amount: '1' })))).toBe('OK');
    }
    expect(wallet.balance()).toBe(2_200n);
  });
});

describe('rollbacks', () => {
  it('of a refused bet move nothing [RB-06]', () => {
    check({
      calls: [
        [call(bet('b1', { amount: '99' })), 'insufficient_funds'],
        [call(undo('x1', 'bet', 'b1')), 'OK'],
        [call(undo('x1', 'bet', 'b1')), 'OK_DUP'],
      ],
      leaves: 2_000n,
    });
  });

  it('by another player [RB-14]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [call(undo('x1', 'bet', 'b1'), { player: 'bob' }), 'conflict'],
      ],
      leaves: 1_900n,
      alerts: ['foreign_player'],
    });
  });

  it('have no age limit [RB-18]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [call(undo('x1', 'bet', 'b1'), { afterMs: 400 * DAY_MS, session: { kind: 'unknown' } }), 'OK'],
      ],
      leaves: 2_000n,
    });
  });
});

describe('a bet and its win in one call', () => {
  const both = (id: string, stake: string, prize: string, round = 'r1') =>
    call([
      bet(id, { amount: stake, round, combined: true }),
      win(id, { amount: prize, round, bet: id, combined: true }),
    ]);

  it('is cancelled by policy: refused as settled, or both legs back [BW-05]', () => {
    const calls = [both('t1', '1', '2.5'), call(undo('x1', 'bet', 't1'))] as const;
    check({
      calls: [
        [calls[0], 'OK'],
        [calls[1], 'already_settled'],
      ],
      leaves: 2_150n,
    });
    check({
      policy: { 'rollback.afterWin': 'reverseBoth' },
      calls: [
        [calls[0], 'OK'],
        [calls[1], 'OK'],
        [calls[0], 'reversed'],
      ],
      leaves: 2_000n,
    });
  });

  it('under the id of a plain bet is a conflict, and no leg of it is booked [BW-06]', () => {
    check({
      calls: [
        [call(bet('t1')), 'OK'],
        [both('t1', '1', '2.5'), 'conflict'],
      ],
      leaves: 1_900n,
    });
  });

  it('after a plain bet of the round adds up [BW-07]', () => {
    check({
      calls: [
        [call(bet('b1')), 'OK'],
        [both('t1', '1', '2.5'), 'OK'],
      ],
      leaves: 2_050n,
    });
  });

  it('meets the stake limit with its stake, not its net [BW-08]', () => {
    const wallet = walletTable();
    wallet.ask(deposit('20'));
    wallet.book.setLimits(call(bet('b')).asked.player, 'USD', { maxStake: 500n, dailyLossLimit: null });
    expect(wallet.ask(both('t1', '6', '6'))).toBe('limit_reached');
    expect(wallet.ask(both('t2', '5', '0', 'r2'))).toBe('OK');
    expect(wallet.balance()).toBe(1_500n);
  });
});

describe('free rounds', () => {
  it('are paid after their campaign, and the summary only once [FR-04, FR-05]', () => {
    const won = win('f1', { flavour: 'free_round', round: null, amount: '4' });
    check({
      calls: [
        [call(won, { afterMs: 90 * DAY_MS, session: { kind: 'expired', currency: 'USD' } }), 'OK'],
        [call(won, { afterMs: 91 * DAY_MS }), 'OK_DUP'],
        [call(win('f1', { flavour: 'free_round', round: null, amount: '5' })), 'conflict'],
      ],
      leaves: 2_400n,
    });
  });

  it('that nobody granted are told, or refused by policy, and never debited [FR-07]', () => {
    const free = call(bet('f1', { flavour: 'free', amount: '25' }));
    check({ calls: [[free, 'OK']], leaves: 2_000n, alerts: ['free_round_ungranted'] });
    check({ policy: { 'freeRound.ungranted': 'reject' }, calls: [[free, 'conflict']], leaves: 2_000n });
  });
});
