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

const conflict = <State>(then: State): Cells<State> => [{ answer: 'conflict', then }];

const BETS: Table<BetState, BetEvent, BetState> = {
  none: {
    'bet, same facts': [{ answer: 'OK', moves: -100n, then: 'applied' }],
    'bet, other facts': 'never',
    rollback: [
      { answer: 'not_found', then: 'tombstone' },
      { under: FOUND_OK, answer: 'OK', then: 'tombstone' },
    ],
    'rollback after a win': 'never',
    'part of it back': [
      { under: PARTIAL, answer: 'not_found', then: 'tombstone' },
      { under: { ...PARTIAL, ...FOUND_OK }, answer: 'OK', then: 'tombstone' },
    ],
    'more than the rest back': [{ under: PARTIAL, answer: 'not_found', then: 'tombstone' }],
    win: [
      { answer: 'not_found', then: 'none' },
      { under: { 'win.withoutBet': 'accept' }, answer: 'OK', moves: 250n, then: 'none' },
      { under: PARK, answer: 'PARKED', then: 'none' },
    ],
    'rollback of its rollback': [
      { answer: 'not_found', then: 'none' },
      { under: REAPPLY, answer: 'not_found', then: 'none' },
    ],
  },
  tombstone: {
    'bet, same facts': [{ answer: 'reversed', then: 'tombstone' }],
    'bet, other facts': [{ answer: 'reversed', then: 'tombstone' }],
    rollback: [
      { answer: 'not_found', then: 'tombstone' },
      { under: FOUND_OK, answer: 'OK', then: 'tombstone' },
    ],
    'rollback after a win': 'never',
    'part of it back': [
      { under: PARTIAL, answer: 'not_found', then: 'tombstone' },
      { under: { ...PARTIAL, ...FOUND_OK }, answer: 'OK', then: 'tombstone' },
    ],
    'more than the rest back': [{ under: PARTIAL, answer: 'not_found', then: 'tombstone' }],
    win: [
      { answer: 'reversed', then: 'tombstone' },
      { under: LATE_OK, answer: 'OK', moves: 250n, then: 'tombstone' },
    ],
    'rollback of its rollback': [
      { answer: 'not_found', then: 'tombstone' },
      { under: REAPPLY, answer: 'parent_failed', then: 'tombstone' },
    ],
  },
  applied: {
    'bet, same facts': [{ answer: 'OK_DUP', then: 'applied' }],
    'bet, other facts': conflict('applied'),
    rollback: [{ answer: 'OK', moves: 100n, then: 'reversed' }],
    'rollback after a win': [
      { answer: 'already_settled', then: 'applied' },
      { under: BOTH, answer: 'OK', moves: -150n, then: 'reversed' },
    ],
    'part of it back': [
      { under: PARTIAL, answer: 'OK', moves: 25n, then: 'part_reversed' },
      { answer: 'conflict', then: 'applied' },
      { under: { 'rollback.amount': 'ignore' }, answer: 'OK', moves: 100n, then: 'reversed' },
    ],
    'more than the rest back': [
      { under: PARTIAL, answer: 'already_settled', then: 'applied' },
      { answer: 'conflict', then: 'applied' },
      { under: { 'rollback.amount': 'ignore' }, answer: 'OK', moves: 100n, then: 'reversed' },
    ],
    win: [{ answer: 'OK', moves: 250n, then: 'applied' }],
    'rollback of its rollback': 'never',
  },
  rejected: {
    'bet, same facts': [{ answer: 'insufficient_funds', then: 'rejected' }],
    'bet, other facts': conflict('rejected'),
    rollback: [
      { answer: 'OK', then: 'rejected' },
      { under: { 'rollback.ofRejected': 'parentFailed' }, answer: 'parent_failed', then: 'rejected' },
    ],
    'rollback after a win': 'never',
    'part of it back': [
      { under: PARTIAL, answer: 'OK', then: 'rejected' },
      { under: { ...PARTIAL, 'rollback.ofRejected': 'parentFailed' }, answer: 'parent_failed', then: 'rejected' },
    ],
    'more than the rest back': [{ under: PARTIAL, answer: 'OK', then: 'rejected' }],
    win: [{ answer: 'not_found', then: 'rejected' }],
    'rollback of its rollback': 'never',
  },
  part_reversed: {
    'bet, same facts': [{ answer: 'OK_DUP', then: 'part_reversed' }],
    'bet, other facts': conflict('part_reversed'),
    rollback: [{ under: PARTIAL, answer: 'OK', moves: 60n, then: 'reversed' }],
    'rollback after a win': [
      { under: PARTIAL, answer: 'already_settled', then: 'part_reversed' },
      { under: { ...PARTIAL, ...BOTH }, answer: 'OK', moves: -190n, then: 'reversed' },
    ],
    'part of it back': [{ under: PARTIAL, answer: 'OK', moves: 25n, then: 'part_reversed' }],
    'more than the rest back': [{ under: PARTIAL, answer: 'already_settled', then: 'part_reversed' }],
    win: [{ answer: 'OK', moves: 250n, then: 'part_reversed' }],
    'rollback of its rollback': [{ answer: 'not_found', then: 'part_reversed' }],
  },
  reversed: {
    // not "already accepted": the game would run on money that went back (BET-44)
    'bet, same facts': [{ answer: 'reversed', then: 'reversed' }],
    'bet, other facts': conflict('reversed'),
    rollback: [{ answer: 'OK_DUP', then: 'reversed' }],
    'rollback after a win': [{ under: LATE_OK, answer: 'OK_DUP', then: 'reversed' }],
    'part of it back': [{ under: PARTIAL, answer: 'already_settled', then: 'reversed' }],
    'more than the rest back': [{ under: PARTIAL, answer: 'already_settled', then: 'reversed' }],
    win: [
      { answer: 'reversed', then: 'reversed' },
      { under: LATE_OK, answer: 'OK', moves: 250n, then: 'reversed' },
    ],
    'rollback of its rollback': [
      { answer: 'not_found', then: 'reversed' },
      { under: REAPPLY, answer: 'OK', moves: -100n, then: 'applied' },
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
      { answer: 'not_found', then: 'rejected' },
      { under: { 'win.withoutBet': 'accept' }, answer: 'OK', moves: 250n, then: 'applied' },
      { under: PARK, answer: 'PARKED', then: 'parked' },
    ],
    'win, other facts': 'never',
    'rollback of the win': [
      { answer: 'not_found', then: 'tombstone' },
      { under: DEBIT, answer: 'not_found', then: 'tombstone' },
    ],
    'its bet arrives': [{ answer: 'OK', moves: -100n, then: 'none' }],
    'its bet is undone before it came': [{ answer: 'not_found', then: 'none' }],
    'asked again after the deadline': 'never',
  },
  tombstone: {
    'win, same facts': [{ answer: 'reversed', then: 'tombstone' }],
    'win, other facts': [{ answer: 'reversed', then: 'tombstone' }],
    'rollback of the win': [
      { answer: 'not_found', then: 'tombstone' },
      { under: DEBIT, answer: 'not_found', then: 'tombstone' },
    ],
    'its bet arrives': [{ answer: 'OK', moves: -100n, then: 'tombstone' }],
    'its bet is undone before it came': [{ answer: 'not_found', then: 'tombstone' }],
    'asked again after the deadline': [{ answer: 'reversed', then: 'tombstone' }],
  },
  parked: {
    'win, same facts': [{ under: PARK, answer: 'PARKED', then: 'parked' }],
    'win, other facts': [{ under: PARK, answer: 'conflict', then: 'parked' }],
    'rollback of the win': [
      { under: PARK, answer: 'not_found', then: 'parked' },
      { under: { ...PARK, ...DEBIT }, answer: 'OK', then: 'reversed' },
    ],
    'its bet arrives': [{ under: PARK, answer: 'OK', moves: 150n, then: 'applied' }],
    'its bet is undone before it came': [
      { under: PARK, answer: 'not_found', then: 'rejected' },
      { under: { ...PARK, ...LATE_OK }, answer: 'not_found', moves: 250n, then: 'applied' },
    ],
    'asked again after the deadline': [{ under: PARK, answer: 'not_found', then: 'rejected' }],
  },
  applied: {
    'win, same facts': [{ answer: 'OK_DUP', then: 'applied' }],
    'win, other facts': conflict('applied'),
    'rollback of the win': [
      { answer: 'not_found', then: 'applied' },
      { under: DEBIT, answer: 'OK', moves: -250n, then: 'reversed' },
    ],
    'its bet arrives': [{ answer: 'OK_DUP', then: 'applied' }],
    'its bet is undone before it came': 'never',
    'asked again after the deadline': [{ answer: 'OK_DUP', then: 'applied' }],
  },
  rejected: {
    'win, same facts': [{ answer: 'session_invalid', then: 'rejected' }],
    'win, other facts': conflict('rejected'),
    'rollback of the win': [
      { answer: 'not_found', then: 'rejected' },
      { under: DEBIT, answer: 'OK', then: 'rejected' },
    ],
    'its bet arrives': [{ answer: 'OK', moves: -100n, then: 'rejected' }],
    'its bet is undone before it came': [{ answer: 'not_found', then: 'rejected' }],
    'asked again after the deadline': [{ answer: 'session_invalid', then: 'rejected' }],
  },
  reversed: {
    'win, same facts': [{ answer: 'reversed', then: 'reversed' }],
    'win, other facts': conflict('reversed'),
    'rollback of the win': [{ under: DEBIT, answer: 'OK_DUP', then: 'reversed' }],
    'its bet arrives': [{ answer: 'OK_DUP', then: 'reversed' }],
    'its bet is undone before it came': 'never',
    'asked again after the deadline': [{ answer: 'reversed', then: 'reversed' }],
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
    'new bet': [{ answer: 'OK', moves: -100n, then: 'open' }],
    'new win': [
      { answer: 'not_found', then: 'none' },
      { under: PARK, answer: 'PARKED', then: 'none' },
    ],
    'win of the bet': [{ answer: 'not_found', then: 'none' }],
    'rollback of the bet': [{ answer: 'not_found', then: 'none' }],
    close: [{ answer: 'not_found', then: 'none' }],
  },
  open: {
    'new bet': [{ answer: 'OK', moves: -100n, then: 'open' }],
    'new win': [{ answer: 'OK', moves: 250n, then: 'open' }],
    'win of the bet': [{ answer: 'OK', moves: 250n, then: 'open' }],
    'rollback of the bet': [{ answer: 'OK', moves: 100n, then: 'void' }],
    close: [{ answer: 'OK', then: 'closed' }],
  },
  closed: {
    'new bet': [
      { answer: 'round_closed', then: 'closed' },
      { under: { 'round.betAfterClose': 'reopen' }, answer: 'OK', moves: -100n, then: 'reopened' },
    ],
    'new win': [
      { answer: 'OK', moves: 250n, then: 'reopened' },
      { under: NO_LATE_WINS, answer: 'round_closed', then: 'closed' },
    ],
    'win of the bet': [
      { answer: 'OK', moves: 250n, then: 'reopened' },
      { under: NO_LATE_WINS, answer: 'round_closed', then: 'closed' },
    ],
    'rollback of the bet': [{ answer: 'OK', moves: 100n, then: 'closed' }],
    close: [{ answer: 'OK_DUP', then: 'closed' }],
  },
  void: {
    'new bet': [
      { answer: 'OK', moves: -100n, then: 'open' },
      { under: { 'round.betAfterVoid': 'reject' }, answer: 'round_closed', then: 'void' },
    ],
    'new win': [
      { answer: 'reversed', then: 'void' },
      { under: LATE_OK, answer: 'OK', moves: 250n, then: 'void' },
    ],
    'win of the bet': [
      { answer: 'reversed', then: 'void' },
      { under: LATE_OK, answer: 'OK', moves: 250n, then: 'void' },
    ],
    'rollback of the bet': [{ answer: 'OK_DUP', then: 'void' }],
    close: [{ answer: 'OK', then: 'closed' }],
  },
  reopened: {
    'new bet': [
      { answer: 'round_closed', then: 'reopened' },
      { under: { 'round.betAfterClose': 'reopen' }, answer: 'OK', moves: -100n, then: 'reopened' },
    ],
    'new win': [{ answer: 'OK', moves: 250n, then: 'reopened' }],
    'win of the bet': [{ answer: 'OK', moves: 250n, then: 'reopened' }],
    'rollback of the bet': [
      { answer: 'already_settled', then: 'reopened' },
      { under: BOTH, answer: 'OK', moves: -150n, then: 'reopened' },
    ],
    close: [{ answer: 'OK', then: 'closed' }],
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
