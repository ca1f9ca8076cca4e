/**
 * The auditor raises no false alarm: every story below is played under every knob that moves money, each with players and an
 * aggregator of its own, all side by side on one real ledger, and the book must be sound. Whoever adds a way to move money
 * adds a story here.
 */
import { describe, expect, it } from 'vitest';
import { audit, expireParked } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { newId } from '../../src/platform/index.ts';
import {
  aggregatorName,
  CASHIER,
  externalId,
  playerId,
  roundId,
  SAFE_POLICY,
  transactionId,
} from '../../src/wallet/index.ts';
import type { Outcome, Policy } from '../../src/wallet/index.ts';
import { adjust, bet, call, close, deposit, undo, win } from '../support/act.ts';
import { quotedAt } from '../support/exchange.ts';
import { PARK_MS } from '../support/histories.ts';
import type { Act } from '../support/histories.ts';
import { CURRENCIES, ledgerTable } from '../support/ledger.ts';
import { walletTable, wordOf } from '../support/wallet-table.ts';

type CallAct = Extract<Act, { kind: 'call' }>;

const withdrawal = (id: string, text: string, player?: string): CallAct => {
  const act = deposit(text, { id, ...(player === undefined ? {} : { player }) });
  const [operation] = act.asked.operations;
  if (operation.kind !== 'deposit') throw new Error('a deposit is a deposit');
  return { ...act, asked: { ...act.asked, operations: [{ ...operation, kind: 'withdrawal' }] } };
};

const rich: CallAct = deposit('20', { id: 'rich' });
const combined = [
  bet('c1', { combined: true, closes: true }),
  win('c1', { combined: true, bet: 'c1', closes: true }),
] as const;

/** By name, so that a broken invariant says which story broke it. */
const dollars = (rate: string) => ({ exchange: quotedAt(rate) });
const STORIES: Readonly<Record<string, readonly CallAct[]>> = {
  'dollars from a bitcoin wallet, at a rate that moves': [
    deposit('0.5', { id: 'coins', currency: 'BTC' }),
    call(bet('b'), dollars('64123.45')),
    call(win('w', { bet: 'b' }), dollars('65000')),
    call(bet('b'), dollars('61000')),
    call(bet('c', { round: 'r2' }), dollars('61000')),
    call(undo('x', 'bet', 'c', '0.33'), dollars('65000')),
    call(undo('y', 'bet', 'c'), dollars('64123.45')),
    call(bet('d', { round: 'r3' }), dollars('64123.45')),
    call(bet('e', { round: 'r3' }), dollars('61000')),
    call(undo('z', 'round', 'r3'), dollars('65000')),
    call(win('v', { bet: 'f', round: 'r4' }), dollars('61000')),
    call(bet('f', { round: 'r4' }), dollars('64123.45')),
    call(undo('u', 'win', 'v'), dollars('65000')),
    call(win('p', { round: null, flavour: 'promo' }), dollars('7000000000000000')),
    call(win('q', { bet: 'g', round: 'r5' }), dollars('61000')),
  ],
  'bet, win, repeats': [
    rich,
    call(bet('b')),
    call(win('w', { bet: 'b' })),
    call(bet('b')),
    call(win('w', { bet: 'b' })),
  ],
  'a bet the player cannot pay, undone': [call(bet('b', { amount: '99' })), call(undo('x', 'bet', 'b'))],
  'a bet undone twice under two ids': [rich, call(bet('b')), call(undo('x', 'bet', 'b')), call(undo('y', 'bet', 'b'))],
  'a bet returned in three parts': [
    rich,
    call(bet('b')),
    call(undo('x', 'bet', 'b', '0.33')),
    call(undo('y', 'bet', 'b', '0.33')),
    call(undo('z', 'bet', 'b', '0.34')),
    call(undo('z2', 'bet', 'b', '0.01')),
  ],
  'a part returned, then the round': [
    rich,
    call(bet('b')),
    call(bet('b2')),
    call(undo('x', 'bet', 'b', '0.33')),
    call(undo('y', 'round', 'r1')),
    call(undo('z', 'round', 'r1')),
  ],
  'a round undone of which one bet is won, and a bet after': [
    rich,
    call(bet('b')),
    call(bet('b2')),
    call(bet('t', { flavour: 'tip' })),
    call(win('w', { bet: 'b' })),
    call(undo('y', 'round', 'r1')),
    call(bet('b3')),
    call(undo('y3', 'bet', 'b3')),
    call(undo('yt', 'bet', 't')),
  ],
  'a won bet undone': [rich, call(bet('b')), call(win('w', { bet: 'b' })), call(undo('x', 'bet', 'b'))],
  'a won bet undone whose money is gone': [
    rich,
    call(bet('b')),
    call(win('w', { bet: 'b', amount: '9' })),
    call(win('w2', { bet: 'b', amount: '9' })),
    withdrawal('out', '37'),
    call(undo('x', 'bet', 'b')),
    rich,
    deposit('1', { id: 'more' }),
  ],
  'a loose win taken back with its round, then undone bet by bet': [
    rich,
    call(bet('b')),
    call(bet('b2')),
    call(win('w')),
    call(undo('x', 'bet', 'b')),
    call(undo('x2', 'bet', 'b2')),
  ],
  'a rollback undone and undone again': [
    rich,
    call(bet('b')),
    call(undo('x', 'bet', 'b')),
    call(undo('xx', 'rollback', 'x')),
    call(undo('x2', 'bet', 'b')),
    call(undo('xx2', 'rollback', 'x2')),
    call(undo('xx3', 'rollback', 'x')),
    call(win('w', { bet: 'b' })),
  ],
  'a partial rollback undone by a poor player': [
    rich,
    call(bet('b', { amount: '8' })),
    call(undo('x', 'bet', 'b', '5')),
    call(undo('y', 'bet', 'b', '3')),
    withdrawal('out', '20'),
    call(undo('xx', 'rollback', 'x')),
    call(undo('z', 'bet', 'b')),
  ],
  'a win undone': [
    rich,
    call(bet('b')),
    call(win('w', { bet: 'b' })),
    call(undo('x', 'win', 'w')),
    call(undo('x2', 'win', 'w')),
    call(win('w', { bet: 'b' })),
  ],
  'a win undone whose money is gone': [
    rich,
    call(bet('b')),
    call(win('w', { bet: 'b' })),
    withdrawal('out', '21'),
    call(undo('x', 'win', 'w')),
    call(bet('b2')),
    call(adjust('a', '30')),
    call(bet('b3')),
  ],
  'any: a win of an id undone before a bet of the same id comes and is undone': [
    rich,
    call(bet('b')),
    call(win('same', { bet: 'b' })),
    call(undo('x', 'any', 'same')),
    call(bet('same')),
    call(undo('y', 'bet', 'same')),
  ],
  'a rollback before its bet': [
    rich,
    call(undo('x', 'bet', 'b')),
    call(bet('b')),
    call(win('w', { bet: 'b' })),
    call(undo('y', 'bet', 'b')),
  ],
  'rollbacks of nothing at all': [
    rich,
    call(undo('x', 'any', 'n')),
    call(undo('y', 'win', 'n2')),
    call(undo('z', 'rollback', 'n3')),
    call(undo('q', 'round', 'n4')),
    call(bet('n')),
    call(win('n2', { bet: 'n' })),
  ],
  'a win before its bet': [
    rich,
    call(win('w', { bet: 'b' })),
    call(win('w', { bet: 'b' })),
    call(bet('b')),
    call(undo('x', 'bet', 'b')),
  ],
  'a win before its bet that names no round': [
    rich,
    call(win('w', { bet: 'b', round: null })),
    call(bet('b')),
    call(win('w2', { bet: 'b', round: null })),
  ],
  'a win that waits in vain': [
    rich,
    call(win('w', { bet: 'b' })),
    call(win('w', { bet: 'b' }), { afterMs: PARK_MS }),
    call(bet('b'), { afterMs: PARK_MS + 1 }),
  ],
  'a win that still waits': [rich, call(win('w', { bet: 'b', closes: true })), call(bet('b2', { round: 'r2' }))],
  'a waiting win undone': [rich, call(win('w', { bet: 'b' })), call(undo('x', 'win', 'w')), call(bet('b'))],
  'a waiting win whose bet is undone before it comes': [
    rich,
    call(win('w', { bet: 'b', closes: true })),
    call(undo('x', 'bet', 'b')),
    call(bet('b')),
  ],
  'a win of another player and of another currency': [
    rich,
    deposit('5', { id: 'bob', player: 'bob' }),
    call(bet('b', { amount: '2' })),
    call(win('w', { bet: 'b' }), { player: 'bob' }),
    call(win('w2', { bet: 'b' }), { currency: 'BTC' }),
    call(bet('b', { amount: '2' }), { player: 'bob' }),
  ],
  'nothing staked, nothing won, all undone': [
    rich,
    call(bet('b', { amount: '0' })),
    call(win('w', { bet: 'b', amount: '0' })),
    call(undo('x', 'bet', 'b')),
    call(undo('y', 'win', 'w')),
    call(bet('b2', { amount: '0', round: 'r2' })),
    call(undo('y2', 'round', 'r2')),
  ],
  'a loss told, then undone': [rich, call(bet('b')), call(win('w', { amount: '0' })), call(undo('x', 'bet', 'b'))],
  'jackpot, promotion and free rounds': [
    rich,
    call(bet('b')),
    call(win('w', { bet: 'b', flavour: 'jackpot', amount: '1000000' })),
    call(win('p', { flavour: 'promo', round: null })),
    call(bet('f', { flavour: 'free', amount: '25', round: 'fr' })),
    call(win('fw', { bet: 'f', flavour: 'free_round', round: 'fr' })),
    call(undo('xf', 'bet', 'f')),
    call(undo('xp', 'win', 'p')),
    call(undo('xw', 'any', 'w')),
  ],
  tips: [
    rich,
    call(bet('t', { flavour: 'tip', round: null })),
    call(bet('t2', { flavour: 'tip' })),
    call(undo('x', 'bet', 't')),
    call(undo('x2', 'round', 'r1')),
    call(win('w', { bet: 't2' })),
    call(undo('x3', 'bet', 't2', '0.5')),
  ],
  'without rounds': [
    rich,
    call(bet('b', { round: null })),
    call(win('w', { bet: 'b', round: null })),
    call(undo('x', 'bet', 'b')),
    call(undo('y', 'win', 'w')),
  ],
  'bet and win in one call, repeated, undone': [
    rich,
    call(combined),
    call(combined),
    call(undo('x', 'any', 'c1')),
    call(undo('y', 'win', 'c1')),
    call(bet('c1')),
  ],
  'two bets in one call of which one cannot be paid': [
    rich,
    call([bet('b'), bet('b2', { amount: '99' })]),
    call([bet('b3'), bet('b4')]),
    call(undo('x', 'bet', 'b')),
    call([undo('y', 'bet', 'b3'), undo('z', 'bet', 'b4')]),
  ],
  'a round closed, played on and reopened': [
    rich,
    call(bet('b')),
    call(close()),
    call(bet('b2')),
    call(win('w', { bet: 'b' })),
    call(win('w2')),
    call(undo('x', 'bet', 'b2')),
    call(close()),
    call(close('other')),
  ],
  'all bets returned, then another and a win': [
    rich,
    call(bet('b')),
    call(undo('x', 'bet', 'b')),
    call(bet('b2')),
    call(win('w', { bet: 'b' })),
    call(win('w2')),
    call(undo('x2', 'any', 'w')),
  ],
  'corrections up and down, in a round and beside it': [
    rich,
    call(bet('b')),
    call(win('w', { bet: 'b' })),
    call({ ...adjust('a', '5'), round: roundId('r1') }),
    call({ ...adjust('a2', '-40'), round: roundId('r1'), reference: externalId('w') }),
    call({ ...adjust('a3', '-1'), round: roundId('unknown') }),
    call(adjust('a4', '0')),
    call(adjust('a4', '0')),
    call(undo('x', 'bet', 'b')),
  ],
  'several currencies': [
    rich,
    deposit('0.12345678', { id: 'btc', currency: 'BTC' }),
    call(bet('b', { amount: '0.00000001' }), { currency: 'BTC' }),
    call(bet('b2'), { currency: 'USD' }),
    call(undo('x', 'bet', 'b'), { currency: 'BTC' }),
    call(win('w', { bet: 'b2', round: 'r9' }), { currency: 'BTC' }),
    call(undo('y', 'bet', 'b2')),
  ],
  'an early win in another currency than its bet, both undone': [
    rich,
    call(win('w', { bet: 'b', round: null, amount: '0.5' }), { currency: 'BTC' }),
    call(bet('b')),
    call(undo('x', 'bet', 'b')),
  ],
  'deposits and withdrawals, some refused': [
    rich,
    rich,
    withdrawal('out', '5'),
    withdrawal('out', '5'),
    withdrawal('out2', '500'),
    deposit('0', { id: 'none' }),
  ],
};

type Knobs = Partial<Policy>;

/** Every value that is not the safe one, alone; the mixes in which much moves, and the safe policy. */
const POLICIES: Readonly<Record<string, Knobs>> = {
  safe: {},
  'rollback.unknown ok': { 'rollback.unknown': 'ok' },
  'rollback.ofRejected parentFailed': { 'rollback.ofRejected': 'parentFailed' },
  'rollback.afterWin reverseBoth': { 'rollback.afterWin': 'reverseBoth' },
  'rollback.win debit': { 'rollback.win': 'debit' },
  'rollback.rollback reapply': { 'rollback.rollback': 'reapply' },
  'rollback.amount ignore': { 'rollback.amount': 'ignore' },
  'rollback.amount partial': { 'rollback.amount': 'partial' },
  'duplicate.balance stored': { 'duplicate.balance': 'stored' },
  'win.withoutBet accept': { 'win.withoutBet': 'accept' },
  'win.withoutBet park': { 'win.withoutBet': 'park', 'win.parkMs': PARK_MS },
  'win.afterRollback accept': { 'win.afterRollback': 'accept' },
  'win.perBet one': { 'win.perBet': 'one' },
  'win.zeroMeansLoss false': { 'win.zeroMeansLoss': false },
  'win.reviewAbove 1': { 'win.reviewAbove': '1' },
  'bet.zero reject': { 'bet.zero': 'reject' },
  'round.betAfterClose reopen': { 'round.betAfterClose': 'reopen' },
  'round.betAfterVoid reject': { 'round.betAfterVoid': 'reject' },
  'round.winAfterClose reject': { 'round.winAfterClose': 'reject' },
  'freeRound.ungranted reject': { 'freeRound.ungranted': 'reject' },
  'balance.negative allow': { 'balance.negative': 'allow' },
  ...mixes(),
};

function mixes(): Readonly<Record<string, Knobs>> {
  const all: Knobs = {
    'rollback.unknown': 'ok',
    'rollback.afterWin': 'reverseBoth',
    'rollback.win': 'debit',
    'rollback.rollback': 'reapply',
    'rollback.amount': 'partial',
    'win.parkMs': PARK_MS,
    'win.afterRollback': 'accept',
    'round.betAfterClose': 'reopen',
  };
  const mixed: Record<string, Knobs> = {};
  for (const negative of ['receivable', 'allow'] as const) {
    for (const early of ['park', 'accept'] as const) {
      for (const loss of [true, false]) {
        mixed[`all, ${negative}, ${early}, zero ${loss ? 'is' : 'no'} loss`] = {
          ...all,
          'balance.negative': negative,
          'win.withoutBet': early,
          'win.zeroMeansLoss': loss,
        };
      }
    }
  }
  return mixed;
}

/** Plays one story with names of its own; returns the answers in one word each. */
async function play(ledger: Ledger, acts: readonly CallAct[], policy: Policy, name: string): Promise<string[]> {
  for (const [player, code] of [
    ['ann', 'USD'],
    ['ann', 'BTC'],
    ['bob', 'USD'],
  ] as const) {
    const currency = CURRENCIES.get(code);
    if (currency === undefined) throw new Error(`no currency ${code}`);
    await ledger.ensureWallet(playerId(`${name} ${player}`), currency, 'active');
  }
  const answers: string[] = [];
  for (const { asked, nowMs } of acts) {
    const outcome: Outcome = await ledger.submit(
      {
        ...asked,
        // One id scope a story keeps its ids to itself, also at the cashier.
        aggregator: asked.aggregator === CASHIER ? CASHIER : aggregatorName('acme'),
        idScope: name,
        player: playerId(`${name} ${asked.player}`),
        sessionId: null,
        nowMs,
        nextId: () => transactionId(newId()),
      },
      policy,
      60_000,
    );
    answers.push(wordOf(outcome));
  }
  return answers;
}

describe('a sound book raises no alarm', () => {
  it(`after ${Object.keys(STORIES).length} stories under ${Object.keys(POLICIES).length} policies, played side by side`, async () => {
    await using table = await ledgerTable();
    const heard = new Set<string>();
    const played = Object.entries(STORIES).flatMap(([story, acts]) =>
      Object.entries(POLICIES).map(async ([knob, knobs]) => {
        for (const answer of await play(table.ledgerAt(), acts, { ...SAFE_POLICY, ...knobs }, `${story} | ${knob}`))
          heard.add(answer);
      }),
    );
    await Promise.all(played);
    const first = await audit(table.sql);
    expect(first.findings.filter((finding) => finding.violations > 0)).toEqual([]);
    expect(first.findings.filter(({ checked, id }) => checked === 0 && id !== 'answers-have-rows')).toEqual([]);
    // The stories are worth nothing if they hit one wall early.
    for (const answer of ['OK', 'OK_DUP', 'PARKED', 'reversed', 'not_found', 'already_settled', 'conflict'])
      expect(heard).toContain(answer);

    const swept = await expireParked(
      {
        sql: table.sql,
        nowMs: Date.UTC(2030, 0, 1),
        policyOf: () => ({ ...SAFE_POLICY, 'win.withoutBet': 'park' }),
        nextId: () => transactionId(newId()),
        submit: async (request, policy) => table.ledgerAt().submit(request, policy, 20_000),
      },
      10_000,
    );
    expect(swept).toBeGreaterThan(0);
    expect(await table.sql`SELECT 1 FROM transaction WHERE state = 'parked'`).toHaveLength(0);
    expect((await audit(table.sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
  });

  it('after every story of one player set under changing policies', async () => {
    await using table = await ledgerTable();
    const knobs = Object.values(POLICIES);
    // The operator turns a knob between any two calls; what was booked under the old value stays.
    for (const [index, [story, acts]] of Object.entries(STORIES).entries()) {
      for (const [at, act] of acts.entries()) {
        const policy = { ...SAFE_POLICY, ...knobs[(index * 7 + at * 5) % knobs.length], 'win.zeroMeansLoss': true };
        await play(table.ledgerAt(), [act], policy, story);
      }
    }
    expect((await audit(table.sql)).findings.filter((finding) => finding.violations > 0)).toEqual([]);
  });
});

describe('found by looking for what the auditor cannot see', () => {
  const scope = { aggregator: aggregatorName('acme'), idScope: '' };

  // A round says what it paid; a win that never was counted on it must not be taken off it.
  it('a win paid before its bet, and naming no round, is not taken off the round of that bet', () => {
    const wallet = walletTable();
    const policy: Knobs = { 'win.withoutBet': 'accept', 'rollback.win': 'debit' };
    wallet.ask(rich);
    expect(wallet.ask(call(win('w', { bet: 'b', round: null })), policy)).toBe('OK');
    expect(wallet.ask(call(bet('b')), policy)).toBe('OK');
    expect(wallet.ask(call(undo('x', 'win', 'w')), policy)).toBe('OK');
    expect(wallet.book.round(scope, playerId('ann'), roundId('r1'))?.paid).toBe(0n);
  });

  // The database refuses a count below zero, so such a rollback would be answered "ask again" for ever.
  it('a zero win booked while it was no loss can be undone after the knob was turned', async () => {
    await using table = await ledgerTable();
    const name = 'turned';
    const booked: Policy = { ...SAFE_POLICY, 'win.zeroMeansLoss': false, 'rollback.win': 'debit' };
    const acts = [rich, call(bet('b')), call(win('w', { amount: '0' }))];
    expect(await play(table.ledgerAt(), acts, booked, name)).toEqual(['OK', 'OK', 'OK']);
    const turned: Policy = { ...booked, 'win.zeroMeansLoss': true };
    expect(await play(table.ledgerAt(), [call(undo('x', 'win', 'w'))], turned, name)).toEqual(['OK']);
  });
});
