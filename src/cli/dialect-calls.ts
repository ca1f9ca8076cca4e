/**
 * The standard set of calls that `croupier dialect record` puts through a dialect: every operation, every refusal where it is at home,
 * and what cannot be understood. A dialect leaves out what its protocol has no words for.
 */
import type { Answer } from '../dialects/index.ts';
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
export const SESSION = '0190a1b2-c3d4-7000-8000-0000000000b1';
export const PLAYER = 'pl_20417';
export const GAME = 'fruits';
const NOTHING = decimalOf(0n, 0);

const bet: Bet = {
  kind: 'bet',
  id: BET,
  round: ROUND,
  amount: decimalOf(2n, 0),
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
const wonBet: Win = { ...win, bet: BET };
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

/** What the house may say to a transaction. */
interface Answers {
  readonly applied: Answer;
  readonly again: Answer;
  readonly parked: Answer;
  readonly unknown: Answer;
  readonly refused: (refusal: Refusal, sentence: string) => Answer;
}

interface Row {
  readonly file: string;
  readonly title: string;
  readonly scenarios?: string;
  readonly of: readonly [Operation, ...Operation[]];
  /** left out: it is hoped that the dialect cannot understand it */
  readonly answer?: (answers: Answers) => Answer;
}

const applied = ({ applied: answer }: Answers): Answer => answer;
const duplicate = ({ applied: answer }: Answers): Answer => asDuplicate(answer);
const again = ({ again: answer }: Answers): Answer => answer;
const refused =
  (refusal: Refusal, sentence: string) =>
  (answers: Answers): Answer =>
    answers.refused(refusal, sentence);

/** The sentence a refusal comes with, and the situation it is. */
const REFUSED_BETS: readonly (readonly [Refusal, string, string])[] = [
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

const BETS: readonly Row[] = [
  { file: 'bet', title: 'An ordinary bet', scenarios: 'BET-01', of: [bet], answer: applied },
  { file: 'bet-duplicate', title: 'The same bet again', scenarios: 'BET-26', of: [bet], answer: duplicate },
  { file: 'bet-closing', title: 'A bet that ends its round', of: [{ ...bet, closesRound: true }], answer: applied },
  {
    file: 'bet-zero',
    title: 'A bet of nothing',
    scenarios: 'BET-04',
    of: [{ ...bet, amount: NOTHING }],
    answer: applied,
  },
  {
    file: 'bet-free',
    title: 'A bet that costs nothing',
    scenarios: 'FR-01',
    of: [{ ...bet, flavour: 'free' }],
    answer: applied,
  },
  { file: 'bet-tip', title: 'A tip', scenarios: 'BET-40', of: [{ ...bet, flavour: 'tip' }], answer: applied },
  ...REFUSED_BETS.map(([refusal, title, scenarios]) => ({
    file: `bet-${refusal.replaceAll('_', '-')}`,
    title,
    scenarios,
    of: [bet] as const,
    answer: refused(refusal, title),
  })),
  { file: 'bet-uncertain', title: 'Nobody knows: ask again', scenarios: 'RET-14', of: [bet], answer: again },
  {
    file: 'bet-forbidden',
    title: 'From an address that may not call',
    of: [bet],
    answer: () => ({ kind: 'forbidden' }),
  },
  { file: 'bet-too-large', title: 'A body that is too large', of: [bet], answer: () => ({ kind: 'too_large' }) },
  {
    file: 'bet-unsupported-media',
    title: 'A type nobody takes',
    of: [bet],
    answer: () => ({ kind: 'unsupported_media' }),
  },
  { file: 'bet-long-id', title: 'An id that is too long', of: [{ ...bet, id: externalId('x'.repeat(300)) }] },
  { file: 'bet-empty-id', title: 'An id of nothing', of: [{ ...bet, id: externalId('') }] },
  {
    file: 'bet-control-character',
    title: 'An id with a control character',
    of: [{ ...bet, id: externalId('a\u0001b') }],
  },
];

const WINS: readonly Row[] = [
  {
    file: 'bet-win',
    title: 'A bet and its win at once',
    scenarios: 'BW-01',
    of: [
      { ...bet, combined: true },
      { ...win, id: BET, bet: BET, combined: true },
    ],
    answer: applied,
  },
  { file: 'win', title: 'An ordinary win', scenarios: 'WIN-01', of: [win], answer: applied },
  { file: 'win-of-bet', title: 'A win that names its bet', scenarios: 'WIN-01', of: [wonBet], answer: applied },
  { file: 'win-duplicate', title: 'The same win again', of: [win], answer: duplicate },
  { file: 'win-closing', title: 'A win that ends its round', of: [{ ...win, closesRound: true }], answer: applied },
  {
    file: 'win-zero',
    title: 'A win of nothing',
    scenarios: 'WIN-04',
    of: [{ ...win, amount: NOTHING }],
    answer: applied,
  },
  {
    file: 'win-jackpot',
    title: 'A jackpot',
    scenarios: 'WIN-13',
    of: [{ ...win, flavour: 'jackpot' }],
    answer: applied,
  },
  {
    file: 'win-promo',
    title: 'A promotion',
    scenarios: 'WIN-13',
    of: [{ ...win, flavour: 'promo', round: null }],
    answer: applied,
  },
  {
    file: 'win-free-round',
    title: 'What free rounds came to',
    scenarios: 'FR-03',
    of: [{ ...win, flavour: 'free_round' }],
    answer: applied,
  },
  {
    file: 'win-parked',
    title: 'A win before its bet',
    scenarios: 'WIN-06',
    of: [wonBet],
    answer: ({ parked }) => parked,
  },
  {
    file: 'win-reversed',
    title: 'A win of a bet that was rolled back',
    scenarios: 'WIN-07',
    of: [wonBet],
    answer: refused('reversed', 'The bet was rolled back'),
  },
  {
    file: 'win-parent-failed',
    title: 'A win of a bet that was refused',
    of: [wonBet],
    answer: refused('parent_failed', 'The bet was refused'),
  },
  { file: 'win-uncertain', title: 'Nobody knows whether it is booked', scenarios: 'RET-14', of: [win], answer: again },
];

const ROLLBACKS: readonly Row[] = [
  { file: 'rollback', title: 'A bet is undone', scenarios: 'RB-01', of: [rollback], answer: applied },
  {
    file: 'rollback-any',
    title: 'A transaction of some kind is undone',
    of: [{ ...rollback, target: { kind: 'any', id: BET } }],
    answer: applied,
  },
  {
    file: 'rollback-duplicate',
    title: 'The same rollback again',
    scenarios: 'RB-02',
    of: [rollback],
    answer: duplicate,
  },
  {
    file: 'rollback-unknown',
    title: 'A rollback of a bet nobody knows',
    scenarios: 'RB-03',
    of: [rollback],
    answer: ({ unknown }) => unknown,
  },
  {
    file: 'rollback-already-settled',
    title: 'The bet was won meanwhile',
    of: [rollback],
    answer: refused('already_settled', 'The bet was won'),
  },
  {
    file: 'rollback-partial',
    title: 'A part of a bet is returned',
    scenarios: 'RB-13',
    of: [{ ...rollback, amount: decimalOf(1n, 0) }],
    answer: applied,
  },
  {
    file: 'rollback-win',
    title: 'A win is undone',
    of: [{ ...rollback, target: { kind: 'win', id: WIN } }],
    answer: applied,
  },
  {
    file: 'rollback-uncertain',
    title: 'Nobody knows whether it is undone',
    scenarios: 'RET-14',
    of: [rollback],
    answer: again,
  },
  { file: 'close', title: 'The round is over', of: [{ kind: 'close', round: ROUND }], answer: applied },
];

/** The set in the first of the folder's currencies, with a balance in each of them. */
export function standardCalls(known: readonly [Currency, ...Currency[]], policy: Policy): readonly StandardCall[] {
  const [currency] = known;
  const balance = balanceIn(currency);
  const answers: Answers = {
    applied: appliedAnswer(balance, true),
    again: { kind: 'uncertain', retryAfterSeconds: 1 },
    parked: { kind: 'outcome', outcome: { kind: 'parked', deadlineMs: 1_767_226_500_000 } },
    unknown:
      policy['rollback.unknown'] === 'ok'
        ? appliedAnswer(balance, false)
        : refusedAnswer('not_found', 'There is no such bet', balance),
    refused: (refusal, sentence) => refusedAnswer(refusal, sentence, balance),
  };
  const finer = decimalOf(2n * 10n ** BigInt(currency.scale + 1) + 1n, currency.scale + 1);
  const tooPrecise: Row = {
    file: 'bet-too-precise',
    title: 'More digits than the currency has',
    scenarios: 'BET-06',
    of: [{ ...bet, amount: finer }],
  };
  const transactions = [...BETS, tooPrecise, ...WINS, ...ROLLBACKS].map(
    ({ file, title, scenarios = '', of, answer }): StandardCall => ({
      file,
      title,
      scenarios: scenarios === '' ? [] : [scenarios],
      call: { kind: 'money', ...context(currency.code), operations: of },
      answer: answer?.(answers) ?? null,
    }),
  );
  return [...questions(known), ...transactions];
}

function questions(known: readonly [Currency, ...Currency[]]): readonly StandardCall[] {
  const [first] = known;
  const balances = known.map((currency): StandardCall => {
    const { code } = currency;
    return {
      file: currency === first ? 'balance' : `balance-${code.toLowerCase()}`,
      title: `What there is in ${code}`,
      scenarios: ['BAL-01'],
      call: { kind: 'balance', ...context(code) },
      answer: { kind: 'balance', balance: balanceIn(currency) },
    };
  });
  return [
    ...balances,
    {
      file: 'balance-unknown-player',
      title: 'Nobody knows the player',
      scenarios: [],
      call: { kind: 'balance', ...context(first.code) },
      answer: refusedAnswer('unknown_player', 'There is no such player', null),
    },
    {
      file: 'profile',
      title: 'Who the player is',
      scenarios: [],
      call: { kind: 'profile', ...context(first.code) },
      answer: profileAnswer(balanceIn(first)),
    },
  ];
}

const balanceIn = ({ code, scale }: Currency): Money => ({ units: 98n * 10n ** BigInt(scale), scale, currency: code });

const refusedAnswer = (refusal: Refusal, sentence: string, balance: Money | null): Answer => ({
  kind: 'outcome',
  outcome: { kind: 'rejected', refusal, field: null, message: `${sentence}.`, duplicate: false, id: null, balance },
});

/** `effective`: there was something to do. */
function appliedAnswer(balance: Money, effective: boolean): Answer {
  const id = transactionId('019b7700-0000-7000-8000-000000000001');
  const result = { id, externalId: BET, duplicate: false, target: null, effective };
  return { kind: 'outcome', outcome: { kind: 'applied', duplicate: false, results: [result], balance } };
}

function asDuplicate(answer: Answer): Answer {
  if (answer.kind !== 'outcome' || answer.outcome.kind !== 'applied') return answer;
  const results = answer.outcome.results.map((result) => ({ ...result, duplicate: true }));
  return { kind: 'outcome', outcome: { ...answer.outcome, duplicate: true, results } };
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
