/**
 * The standard set of calls that `croupier dialect record` puts through a dialect: every operation, every refusal where it is at home,
 * and what cannot be understood. A dialect leaves out what its protocol has no words for.
 */
import type { Answer, LaunchOrder, ListedGame } from '../dialects/index.ts';
import { decimalOf } from '../money/index.ts';
import type { Currency } from '../money/index.ts';
import { externalId, gameCode, playerId, roundId, sessionId, transactionId } from '../wallet/index.ts';
import type { Bet, Call, Money, Operation, Policy, Refusal, Rollback, Win } from '../wallet/index.ts';

/** One call, and what the house says to it. */
export interface StandardCall {
  readonly file: string;
  readonly title: string;
  readonly scenarios: readonly string[];
  readonly call: Call;
  /** null: it is hoped that the dialect cannot understand it */
  readonly answer: Answer | null;
}

const BET = externalId('0190a1b2-c3d4-7000-8000-000000000001');
const WIN = externalId('0190a1b2-c3d4-7000-8000-000000000002');
const ROLLBACK = externalId('0190a1b2-c3d4-7000-8000-000000000003');
const ROUND = roundId('0190a1b2-c3d4-7000-8000-0000000000a1');
const SESSION = '0190a1b2-c3d4-7000-8000-0000000000b1';
const PLAYER = 'pl_20417';
const GAME = 'fruits';
const TWO = decimalOf(2n, 0);

const bet: Bet = {
  kind: 'bet',
  id: BET,
  round: ROUND,
  amount: TWO,
  flavour: 'cash',
  combined: false,
  closesRound: false,
};
const win: Win = {
  kind: 'win',
  id: WIN,
  round: ROUND,
  bet: null,
  amount: decimalOf(5n, 0),
  flavour: 'win',
  combined: false,
  closesRound: false,
};
const rollback: Rollback = {
  kind: 'rollback',
  id: ROLLBACK,
  target: { kind: 'bet', id: BET },
  round: ROUND,
  amount: null,
  closesRound: false,
};

const context = (currency: string) => ({
  player: { kind: 'id', player: playerId(PLAYER) } as const,
  session: sessionId(SESSION),
  currency,
  game: gameCode(GAME),
  provider: null,
  requestId: null,
});

/** The sentence a refusal comes with, and the situations it is one of. */
const OF_BETS: readonly (readonly [Refusal, string, string])[] = [
  ['insufficient_funds', 'The balance does not cover the stake', 'BET-03'],
  ['player_blocked', 'The player is blocked', ''],
  ['player_excluded', 'The player excluded himself', 'BET-20'],
  ['limit_reached', 'A limit of the player is reached', 'BET-21'],
  ['session_invalid', 'The session is not one of ours', ''],
  ['session_expired', 'The session has ended', 'BET-22'],
  ['unknown_game', 'Nobody lists the game', 'BET-16'],
  ['wrong_currency', "The currency is not the wallet's", 'BET-17'],
  ['round_closed', 'The round is closed', 'BET-18'],
  ['conflict', 'The id was used for another bet', 'BET-27'],
  ['reversed', 'The bet was rolled back before it came', 'RB-04'],
  ['below_minimum', 'The stake is below the least one', ''],
];

/** The set in the first of the folder's currencies, with a balance in each of them. */
export function standardCalls(known: readonly [Currency, ...Currency[]], policy: Policy): readonly StandardCall[] {
  const [currency, ...others] = known;
  const say = (...operations: readonly [Operation, ...Operation[]]): Call => ({
    kind: 'money',
    ...context(currency.code),
    operations,
  });
  const balanceIn = ({ code, scale }: Currency): Money => ({
    units: 98n * 10n ** BigInt(scale),
    scale,
    currency: code,
  });
  const balance = balanceIn(currency);
  const applied = (duplicate = false, effective = true): Answer => appliedAnswer(balance, duplicate, effective);
  const refused = (refusal: Refusal, message: string, left: Money | null = balance): Answer => ({
    kind: 'outcome',
    outcome: {
      kind: 'rejected',
      refusal,
      field: null,
      message: `${message}.`,
      duplicate: false,
      id: null,
      balance: left,
    },
  });
  const one = (file: string, title: string, scenarios: string, call: Call, answer: Answer | null): StandardCall => ({
    file,
    title,
    scenarios: scenarios.split(' ').filter((id) => id !== ''),
    call,
    answer,
  });
  const again: Answer = { kind: 'uncertain', retryAfterSeconds: 1 };
  const parked: Answer = { kind: 'outcome', outcome: { kind: 'parked', deadlineMs: 1_767_226_500_000 } };
  const question: Call = { kind: 'balance', ...context(currency.code) };
  const finer = decimalOf(2n * 10n ** BigInt(currency.scale + 1) + 1n, currency.scale + 1);
  return [
    one('balance', 'What there is', 'BAL-01', question, { kind: 'balance', balance }),
    ...others.map((other) =>
      one(
        `balance-${other.code.toLowerCase()}`,
        `What there is in ${other.code}`,
        '',
        {
          kind: 'balance',
          ...context(other.code),
        },
        { kind: 'balance', balance: balanceIn(other) },
      ),
    ),
    one(
      'balance-unknown-player',
      'Nobody knows the player',
      '',
      question,
      refused('unknown_player', 'There is no such player', null),
    ),
    one('profile', 'Who the player is', '', { kind: 'profile', ...context(currency.code) }, profileAnswer(balance)),
    one('bet', 'An ordinary bet', 'BET-01', say(bet), applied()),
    one('bet-duplicate', 'The same bet again', 'BET-26', say(bet), applied(true)),
    one('bet-closing', 'A bet that ends its round', '', say({ ...bet, closesRound: true }), applied()),
    one('bet-zero', 'A bet of nothing', 'BET-04', say({ ...bet, amount: decimalOf(0n, 0) }), applied()),
    one('bet-free', 'A bet that costs nothing', 'FR-01', say({ ...bet, flavour: 'free' }), applied()),
    one('bet-tip', 'A tip', 'BET-40', say({ ...bet, flavour: 'tip' }), applied()),
    ...OF_BETS.map(([refusal, title, scenario]) =>
      one(`bet-${refusal.replaceAll('_', '-')}`, title, scenario, say(bet), refused(refusal, title)),
    ),
    one('bet-uncertain', 'Nobody knows: ask again', 'RET-14', say(bet), again),
    one('bet-forbidden', 'From an address that may not call', '', say(bet), { kind: 'forbidden' }),
    one('bet-too-large', 'A body that is too large', '', say(bet), { kind: 'too_large' }),
    one('bet-unsupported-media', 'A content type nobody takes', '', say(bet), { kind: 'unsupported_media' }),
    one('bet-long-id', 'An id that is too long', '', say({ ...bet, id: externalId('x'.repeat(300)) }), null),
    one('bet-empty-id', 'An id of nothing', '', say({ ...bet, id: externalId('') }), null),
    one(
      'bet-control-character',
      'An id with a control character',
      '',
      say({ ...bet, id: externalId('a\u0001b') }),
      null,
    ),
    one('bet-too-precise', 'More digits than the currency has', 'BET-06', say({ ...bet, amount: finer }), null),
    one(
      'bet-win',
      'A bet and its win at once',
      'BW-01',
      say({ ...bet, combined: true }, { ...win, id: BET, bet: BET, combined: true }),
      applied(),
    ),
    one('win', 'An ordinary win', 'WIN-01', say(win), applied()),
    one('win-of-bet', 'A win that names its bet', 'WIN-01', say({ ...win, bet: BET }), applied()),
    one('win-duplicate', 'The same win again', '', say(win), applied(true)),
    one('win-closing', 'A win that ends its round', '', say({ ...win, closesRound: true }), applied()),
    one(
      'win-zero',
      'A win of nothing',
      'WIN-04',
      say({ ...win, amount: decimalOf(0n, 0), closesRound: true }),
      applied(),
    ),
    one('win-jackpot', 'A jackpot', 'WIN-13', say({ ...win, flavour: 'jackpot' }), applied()),
    one('win-promo', 'A promotion', 'WIN-13', say({ ...win, flavour: 'promo', round: null }), applied()),
    one('win-free-round', 'What free rounds came to', 'FR-03', say({ ...win, flavour: 'free_round' }), applied()),
    one('win-parked', 'A win before its bet', 'WIN-06', say({ ...win, bet: BET }), parked),
    one(
      'win-reversed',
      'A win of a bet that was rolled back',
      'WIN-07',
      say({ ...win, bet: BET }),
      refused('reversed', 'The bet was rolled back'),
    ),
    one(
      'win-parent-failed',
      'A win of a bet that was refused',
      '',
      say({ ...win, bet: BET }),
      refused('parent_failed', 'The bet was refused'),
    ),
    one('win-uncertain', 'Nobody knows whether the win is booked', 'RET-14', say(win), again),
    one('rollback', 'A bet is undone', 'RB-01', say(rollback), applied()),
    one(
      'rollback-any',
      'A transaction of some kind is undone',
      '',
      say({ ...rollback, target: { kind: 'any', id: BET } }),
      applied(),
    ),
    one('rollback-duplicate', 'The same rollback again', 'RB-02', say(rollback), applied(true)),
    one(
      'rollback-unknown',
      'A rollback of a bet nobody knows',
      'RB-03',
      say(rollback),
      policy['rollback.unknown'] === 'ok' ? applied(false, false) : refused('not_found', 'There is no such bet'),
    ),
    one(
      'rollback-already-settled',
      'The bet was won meanwhile',
      '',
      say(rollback),
      refused('already_settled', 'The bet was won'),
    ),
    one(
      'rollback-partial',
      'A part of a bet is returned',
      'RB-13',
      say({ ...rollback, amount: decimalOf(1n, 0) }),
      applied(),
    ),
    one('rollback-win', 'A win is undone', '', say({ ...rollback, target: { kind: 'win', id: WIN } }), applied()),
    one('rollback-uncertain', 'Nobody knows whether it is undone', 'RET-14', say(rollback), again),
    one('close', 'The round is over', '', say({ kind: 'close', round: ROUND }), applied()),
  ];
}

function appliedAnswer(balance: Money, duplicate: boolean, effective: boolean): Answer {
  const id = transactionId('019b7700-0000-7000-8000-000000000001');
  const result = { id, externalId: BET, duplicate, target: null, effective };
  return { kind: 'outcome', outcome: { kind: 'applied', duplicate, results: [result], balance } };
}

/** An applied answer speaks of the operations of its call, one result each. */
export function fitted(answer: Answer, call: Call): Answer {
  if (answer.kind !== 'outcome' || answer.outcome.kind !== 'applied' || call.kind !== 'money') return answer;
  const [first] = answer.outcome.results;
  const results = call.operations.map((operation, index) => ({
    id: operation.kind === 'close' ? null : transactionId(`019b7700-0000-7000-8000-00000000000${index + 1}`),
    externalId: operation.kind === 'close' ? null : operation.id,
    duplicate: first?.duplicate ?? false,
    target:
      operation.kind === 'rollback' && first?.effective === true
        ? transactionId('019b7700-0000-7000-8000-0000000000f1')
        : null,
    effective: first?.effective ?? true,
  }));
  return { kind: 'outcome', outcome: { ...answer.outcome, results } };
}

const profileAnswer = (balance: Money): Answer => ({
  kind: 'profile',
  profile: {
    player: PLAYER,
    session: SESSION,
    currency: balance.currency,
    balance,
    country: 'EE',
    jurisdiction: null,
    registeredAtMs: 1_700_000_000_000,
  },
});

/** A launch. `full`: with what only launch calls have words for. */
export function standardOrder(mode: 'real' | 'demo', currency: string, nowMs: number, full: boolean): LaunchOrder {
  const isReal = mode === 'real';
  return {
    session: SESSION,
    game: GAME,
    mode,
    player: isReal ? PLAYER : null,
    currency: isReal ? currency : null,
    lang: 'en',
    country: full ? 'EE' : null,
    ip: full ? '203.0.113.7' : null,
    platform: full ? 'mobile' : null,
    jurisdiction: null,
    region: null,
    returnUrl: 'https://casino.example/lobby',
    nonce: '0123456789abcdef0123456789abcdef',
    issuedAt: nowMs / 1000,
    expiresAt: nowMs / 1000 + 600,
  };
}

/** Two games, one with everything and one with next to nothing. */
export const STANDARD_GAMES: readonly ListedGame[] = [
  {
    code: GAME,
    name: 'Früchte',
    provider: { code: 'croupier', name: 'Croupier Originals' },
    category: 'slots',
    tags: [],
    features: ['wild', 'free_spins'],
    rtp: '96.50',
    volatility: 'medium',
    lines: 5,
    thumbnail: 'https://pictures.test/fruits.svg',
    demo: true,
    platforms: ['desktop', 'mobile'],
    currencies: ['USD', 'EUR'],
    blockedCountries: ['XX'],
    releasedAt: '2025-06-01',
    enabled: true,
  },
  {
    code: 'bare',
    name: 'Bare',
    provider: { code: 'croupier', name: 'Croupier Originals' },
    category: 'table',
    tags: [],
    features: [],
    rtp: null,
    volatility: null,
    lines: null,
    thumbnail: null,
    demo: false,
    platforms: [],
    currencies: [],
    blockedCountries: [],
    releasedAt: null,
    enabled: true,
  },
];
