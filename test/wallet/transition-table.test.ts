/**
 * The tables of what follows what, as data: every state of a bet, a win and a round against every event that can meet it;
 * every value of every knob is in knobs.test.ts. The types leave no cell out: a new state, event or value does not compile
 * until somebody says what must happen.
 */
import { describe } from 'vitest';
import type { RoundState, TransactionState } from '../../src/wallet/index.ts';
import { bet, call, close, deposit, undo, win } from '../support/act.ts';
import { each } from '../support/cells.ts';
import type { Cells, Table } from '../support/cells.ts';
import { PARK_MS } from '../support/histories.ts';
import type { CallAct } from '../support/wallet-table.ts';

type RowState = TransactionState | 'none';
type BetState = Exclude<RowState, 'parked'>;
type BetEvent =
  | 'bet, same facts'
  | 'bet, other facts'
  | 'rollback'
  | 'rollback after a win'
  | 'part of it back'
  | 'more than the rest back'
  | 'win'
  | 'rollback of its rollback';

const PARTIAL = { 'rollback.amount': 'partial' } as const;
const BOTH = { 'rollback.afterWin': 'reverseBoth' } as const;
const FOUND_OK = { 'rollback.unknown': 'ok' } as const;
const REAPPLY = { 'rollback.rollback': 'reapply' } as const;
const LATE_OK = { 'win.afterRollback': 'accept' } as const;
const PARK = { 'win.withoutBet': 'park', 'win.parkMs': PARK_MS } as const;

/** The bet X of 1.00; a win of 2.50 names it. */
const X = bet('X');
const TO_BET: Readonly<Record<BetState, readonly CallAct[]>> = {
  none: [deposit('20')],
  tombstone: [deposit('20'), call(undo('x0', 'bet', 'X'))],
  applied: [deposit('20'), call(X)],
  // refused for want of money, which then comes: the refusal stays (BET-35)
  rejected: [call(X), deposit('20')],
  part_reversed: [deposit('20'), call(X), call(undo('x0', 'bet', 'X', '0.4'))],
  reversed: [deposit('20'), call(X), call(undo('x0', 'bet', 'X'))],
};

const BET_EVENTS: Readonly<Record<BetEvent, readonly CallAct[]>> = {
  'bet, same facts': [call(X)],
  'bet, other facts': [call(bet('X', { amount: '1.01' }))],
  rollback: [call(undo('x1', 'bet', 'X'))],
  'rollback after a win': [call(win('w1', { bet: 'X' })), call(undo('x1', 'bet', 'X'))],
  'part of it back': [call(undo('x1', 'bet', 'X', '0.25'))],
  'more than the rest back': [call(undo('x1', 'bet', 'X', '1.5'))],
  win: [call(win('w1', { bet: 'X' }))],
  'rollback of its rollback': [call(undo('x1', 'rollback', 'x0'))],
};

const conflict = <State>(after: State): Cells<State> => [{ answer: 'conflict', after }];

const BETS: Table<BetState, BetEvent, BetState> = {
  none: {
    'bet, same facts': [{ answer: 'OK', moves: -100n, after: 'applied' }],
    'bet, other facts': 'never',
    rollback: [
      { answer: 'not_found', after: 'tombstone' },
      { under: FOUND_OK, answer: 'OK', after: 'tombstone' },
    ],
    'rollback after a win': 'never',
    'part of it back': [
      { under: PARTIAL, answer: 'not_found', after: 'tombstone' },
      { under: { ...PARTIAL, ...FOUND_OK }, answer: 'OK', after: 'tombstone' },
    ],
    'more than the rest back': [{ under: PARTIAL, answer: 'not_found', after: 'tombstone' }],
    win: [
      { answer: 'not_found', after: 'none' },
      { under: { 'win.withoutBet': 'accept' }, answer: 'OK', moves: 250n, after: 'none' },
      { under: PARK, answer: 'PARKED', after: 'none' },
    ],
    'rollback of its rollback': [
      { answer: 'not_found', after: 'none' },
      { under: REAPPLY, answer: 'not_found', after: 'none' },
    ],
  },
  tombstone: {
    'bet, same facts': [{ answer: 'reversed', after: 'tombstone' }],
    'bet, other facts': [{ answer: 'reversed', after: 'tombstone' }],
    rollback: [
      { answer: 'not_found', after: 'tombstone' },
      { under: FOUND_OK, answer: 'OK', after: 'tombstone' },
    ],
    'rollback after a win': 'never',
    'part of it back': [
      { under: PARTIAL, answer: 'not_found', after: 'tombstone' },
      { under: { ...PARTIAL, ...FOUND_OK }, answer: 'OK', after: 'tombstone' },
    ],
    'more than the rest back': [{ under: PARTIAL, answer: 'not_found', after: 'tombstone' }],
    win: [
      { answer: 'reversed', after: 'tombstone' },
      { under: LATE_OK, answer: 'OK', moves: 250n, after: 'tombstone' },
    ],
    'rollback of its rollback': [
      { answer: 'not_found', after: 'tombstone' },
      { under: REAPPLY, answer: 'parent_failed', after: 'tombstone' },
    ],
  },
  applied: {
    'bet, same facts': [{ answer: 'OK_DUP', after: 'applied' }],
    'bet, other facts': conflict('applied'),
    rollback: [{ answer: 'OK', moves: 100n, after: 'reversed' }],
    'rollback after a win': [
      { answer: 'already_settled', after: 'applied' },
      { under: BOTH, answer: 'OK', moves: -150n, after: 'reversed' },
    ],
    'part of it back': [
      { under: PARTIAL, answer: 'OK', moves: 25n, after: 'part_reversed' },
      { answer: 'conflict', after: 'applied' },
      { under: { 'rollback.amount': 'ignore' }, answer: 'OK', moves: 100n, after: 'reversed' },
    ],
    'more than the rest back': [
      { under: PARTIAL, answer: 'already_settled', after: 'applied' },
      { answer: 'conflict', after: 'applied' },
      { under: { 'rollback.amount': 'ignore' }, answer: 'OK', moves: 100n, after: 'reversed' },
    ],
    win: [{ answer: 'OK', moves: 250n, after: 'applied' }],
    'rollback of its rollback': 'never',
  },
  rejected: {
    'bet, same facts': [{ answer: 'insufficient_funds', after: 'rejected' }],
    'bet, other facts': conflict('rejected'),
    rollback: [
      { answer: 'OK', after: 'rejected' },
      { under: { 'rollback.ofRejected': 'parentFailed' }, answer: 'parent_failed', after: 'rejected' },
    ],
    'rollback after a win': 'never',
    'part of it back': [
      { under: PARTIAL, answer: 'OK', after: 'rejected' },
      { under: { ...PARTIAL, 'rollback.ofRejected': 'parentFailed' }, answer: 'parent_failed', after: 'rejected' },
    ],
    'more than the rest back': [{ under: PARTIAL, answer: 'OK', after: 'rejected' }],
    win: [{ answer: 'not_found', after: 'rejected' }],
    'rollback of its rollback': 'never',
  },
  part_reversed: {
    'bet, same facts': [{ answer: 'OK_DUP', after: 'part_reversed' }],
    'bet, other facts': conflict('part_reversed'),
    rollback: [{ under: PARTIAL, answer: 'OK', moves: 60n, after: 'reversed' }],
    'rollback after a win': [
      { under: PARTIAL, answer: 'already_settled', after: 'part_reversed' },
      { under: { ...PARTIAL, ...BOTH }, answer: 'OK', moves: -190n, after: 'reversed' },
    ],
    'part of it back': [{ under: PARTIAL, answer: 'OK', moves: 25n, after: 'part_reversed' }],
    'more than the rest back': [{ under: PARTIAL, answer: 'already_settled', after: 'part_reversed' }],
    win: [{ answer: 'OK', moves: 250n, after: 'part_reversed' }],
    'rollback of its rollback': [{ answer: 'not_found', after: 'part_reversed' }],
  },
  reversed: {
    // not "already accepted": the game would run on money that went back (BET-44)
    'bet, same facts': [{ answer: 'reversed', after: 'reversed' }],
    'bet, other facts': conflict('reversed'),
    rollback: [{ answer: 'OK_DUP', after: 'reversed' }],
    'rollback after a win': [{ under: LATE_OK, answer: 'OK_DUP', after: 'reversed' }],
    'part of it back': [{ under: PARTIAL, answer: 'already_settled', after: 'reversed' }],
    'more than the rest back': [{ under: PARTIAL, answer: 'already_settled', after: 'reversed' }],
    win: [
      { answer: 'reversed', after: 'reversed' },
      { under: LATE_OK, answer: 'OK', moves: 250n, after: 'reversed' },
    ],
    'rollback of its rollback': [
      { answer: 'not_found', after: 'reversed' },
      { under: REAPPLY, answer: 'OK', moves: -100n, after: 'applied' },
    ],
  },
};

type WinState = Exclude<RowState, 'part_reversed'>;
type WinEvent =
  | 'win, same facts'
  | 'win, other facts'
  | 'rollback of the win'
  | 'its bet arrives'
  | 'its bet is undone before it came'
  | 'asked again after the deadline';

/** The win Y of 2.50 names the bet X. */
const Y = win('Y', { bet: 'X' });
const TO_WIN: Readonly<Record<WinState, readonly CallAct[]>> = {
  none: [deposit('20')],
  tombstone: [deposit('20'), call(undo('y0', 'win', 'Y'))],
  parked: [deposit('20'), call(Y)],
  applied: [deposit('20'), call(X), call(Y)],
  rejected: [deposit('20'), call(win('Y', { bet: 'X' }), { session: { kind: 'demo' } })],
  reversed: [deposit('20'), call(X), call(Y), call(undo('y0', 'win', 'Y'))],
};

const WIN_EVENTS: Readonly<Record<WinEvent, readonly CallAct[]>> = {
  'win, same facts': [call(Y)],
  'win, other facts': [call(win('Y', { bet: 'X', amount: '2.51' }))],
  'rollback of the win': [call(undo('y1', 'win', 'Y'))],
  'its bet arrives': [call(X)],
  'its bet is undone before it came': [call(undo('x1', 'bet', 'X'))],
  'asked again after the deadline': [call(Y, { afterMs: PARK_MS })],
};

const DEBIT = { 'rollback.win': 'debit' } as const;

const WINS: Table<WinState, WinEvent, WinState> = {
  none: {
    'win, same facts': [
      { answer: 'not_found', after: 'rejected' },
      { under: { 'win.withoutBet': 'accept' }, answer: 'OK', moves: 250n, after: 'applied' },
      { under: PARK, answer: 'PARKED', after: 'parked' },
    ],
    'win, other facts': 'never',
    'rollback of the win': [
      { answer: 'not_found', after: 'tombstone' },
      { under: DEBIT, answer: 'not_found', after: 'tombstone' },
    ],
    'its bet arrives': [{ answer: 'OK', moves: -100n, after: 'none' }],
    'its bet is undone before it came': [{ answer: 'not_found', after: 'none' }],
    'asked again after the deadline': 'never',
  },
  tombstone: {
    'win, same facts': [{ answer: 'reversed', after: 'tombstone' }],
    'win, other facts': [{ answer: 'reversed', after: 'tombstone' }],
    'rollback of the win': [
      { answer: 'not_found', after: 'tombstone' },
      { under: DEBIT, answer: 'not_found', after: 'tombstone' },
    ],
    'its bet arrives': [{ answer: 'OK', moves: -100n, after: 'tombstone' }],
    'its bet is undone before it came': [{ answer: 'not_found', after: 'tombstone' }],
    'asked again after the deadline': [{ answer: 'reversed', after: 'tombstone' }],
  },
  parked: {
    'win, same facts': [{ under: PARK, answer: 'PARKED', after: 'parked' }],
    'win, other facts': [{ under: PARK, answer: 'conflict', after: 'parked' }],
    'rollback of the win': [
      { under: PARK, answer: 'not_found', after: 'parked' },
      { under: { ...PARK, ...DEBIT }, answer: 'OK', after: 'reversed' },
    ],
    'its bet arrives': [{ under: PARK, answer: 'OK', moves: 150n, after: 'applied' }],
    'its bet is undone before it came': [
      { under: PARK, answer: 'not_found', after: 'rejected' },
      { under: { ...PARK, ...LATE_OK }, answer: 'not_found', moves: 250n, after: 'applied' },
    ],
    'asked again after the deadline': [{ under: PARK, answer: 'not_found', after: 'rejected' }],
  },
  applied: {
    'win, same facts': [{ answer: 'OK_DUP', after: 'applied' }],
    'win, other facts': conflict('applied'),
    'rollback of the win': [
      { answer: 'not_found', after: 'applied' },
      { under: DEBIT, answer: 'OK', moves: -250n, after: 'reversed' },
    ],
    'its bet arrives': [{ answer: 'OK_DUP', after: 'applied' }],
    'its bet is undone before it came': 'never',
    'asked again after the deadline': [{ answer: 'OK_DUP', after: 'applied' }],
  },
  rejected: {
    'win, same facts': [{ answer: 'session_invalid', after: 'rejected' }],
    'win, other facts': conflict('rejected'),
    'rollback of the win': [
      { answer: 'not_found', after: 'rejected' },
      { under: DEBIT, answer: 'OK', after: 'rejected' },
    ],
    'its bet arrives': [{ answer: 'OK', moves: -100n, after: 'rejected' }],
    'its bet is undone before it came': [{ answer: 'not_found', after: 'rejected' }],
    'asked again after the deadline': [{ answer: 'session_invalid', after: 'rejected' }],
  },
  reversed: {
    'win, same facts': [{ answer: 'reversed', after: 'reversed' }],
    'win, other facts': conflict('reversed'),
    'rollback of the win': [{ under: DEBIT, answer: 'OK_DUP', after: 'reversed' }],
    'its bet arrives': [{ answer: 'OK_DUP', after: 'reversed' }],
    'its bet is undone before it came': 'never',
    'asked again after the deadline': [{ answer: 'reversed', after: 'reversed' }],
  },
};

type HasRound = RoundState | 'none';
type RoundEvent = 'new bet' | 'new win' | 'win of the bet' | 'rollback of the bet' | 'close';

const TO_ROUND: Readonly<Record<HasRound, readonly CallAct[]>> = {
  none: [deposit('20')],
  open: [deposit('20'), call(X)],
  closed: [deposit('20'), call(X), call(close())],
  void: [deposit('20'), call(X), call(undo('x0', 'bet', 'X'))],
  reopened: [deposit('20'), call(X), call(close()), call(win('w0'))],
};

const ROUND_EVENTS: Readonly<Record<RoundEvent, readonly CallAct[]>> = {
  'new bet': [call(bet('b1'))],
  'new win': [call(win('w1'))],
  'win of the bet': [call(win('w1', { bet: 'X' }))],
  'rollback of the bet': [call(undo('x1', 'bet', 'X'))],
  close: [call(close())],
};

const NO_LATE_WINS = { 'round.winAfterClose': 'reject' } as const;

const ROUNDS: Table<HasRound, RoundEvent, HasRound> = {
  none: {
    'new bet': [{ answer: 'OK', moves: -100n, after: 'open' }],
    'new win': [
      { answer: 'not_found', after: 'none' },
      { under: PARK, answer: 'PARKED', after: 'none' },
    ],
    'win of the bet': [{ answer: 'not_found', after: 'none' }],
    'rollback of the bet': [{ answer: 'not_found', after: 'none' }],
    close: [{ answer: 'not_found', after: 'none' }],
  },
  open: {
    'new bet': [{ answer: 'OK', moves: -100n, after: 'open' }],
    'new win': [{ answer: 'OK', moves: 250n, after: 'open' }],
    'win of the bet': [{ answer: 'OK', moves: 250n, after: 'open' }],
    'rollback of the bet': [{ answer: 'OK', moves: 100n, after: 'void' }],
    close: [{ answer: 'OK', after: 'closed' }],
  },
  closed: {
    'new bet': [
      { answer: 'round_closed', after: 'closed' },
      { under: { 'round.betAfterClose': 'reopen' }, answer: 'OK', moves: -100n, after: 'reopened' },
    ],
    'new win': [
      { answer: 'OK', moves: 250n, after: 'reopened' },
      { under: NO_LATE_WINS, answer: 'round_closed', after: 'closed' },
    ],
    'win of the bet': [
      { answer: 'OK', moves: 250n, after: 'reopened' },
      { under: NO_LATE_WINS, answer: 'round_closed', after: 'closed' },
    ],
    'rollback of the bet': [{ answer: 'OK', moves: 100n, after: 'closed' }],
    close: [{ answer: 'OK_DUP', after: 'closed' }],
  },
  void: {
    'new bet': [
      { answer: 'OK', moves: -100n, after: 'open' },
      { under: { 'round.betAfterVoid': 'reject' }, answer: 'round_closed', after: 'void' },
    ],
    'new win': [
      { answer: 'reversed', after: 'void' },
      { under: LATE_OK, answer: 'OK', moves: 250n, after: 'void' },
    ],
    'win of the bet': [
      { answer: 'reversed', after: 'void' },
      { under: LATE_OK, answer: 'OK', moves: 250n, after: 'void' },
    ],
    'rollback of the bet': [{ answer: 'OK_DUP', after: 'void' }],
    close: [{ answer: 'OK', after: 'closed' }],
  },
  reopened: {
    'new bet': [
      { answer: 'round_closed', after: 'reopened' },
      { under: { 'round.betAfterClose': 'reopen' }, answer: 'OK', moves: -100n, after: 'reopened' },
    ],
    'new win': [{ answer: 'OK', moves: 250n, after: 'reopened' }],
    'win of the bet': [{ answer: 'OK', moves: 250n, after: 'reopened' }],
    'rollback of the bet': [
      { answer: 'already_settled', after: 'reopened' },
      { under: BOTH, answer: 'OK', moves: -150n, after: 'reopened' },
    ],
    close: [{ answer: 'OK', after: 'closed' }],
  },
};

describe('a bet, whatever happened to it [BET, RB]', () => {
  each(BETS, TO_BET, BET_EVENTS, (wallet, act) => wallet.state(act, 'bet', 'X'));
});

describe('a win, whatever happened to it [WIN, RB-08]', () => {
  each(WINS, TO_WIN, WIN_EVENTS, (wallet, act) => wallet.state(act, 'win', 'Y'));
});

describe('a round, whatever state it is in', () => {
  each(ROUNDS, TO_ROUND, ROUND_EVENTS, (wallet, act) => wallet.round(act, 'r1'));
});
