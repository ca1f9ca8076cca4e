/**
 * Wins that waited for their bet in vain. The wallet refuses such a win when the aggregator asks again; one that never
 * asks again is asked here in its name, through the same lane and the same rule, so that somebody hears of it.
 */
import type { Database } from '../platform/index.ts';
import type { Policy, Transaction, TransactionId, WalletRequest, Win, WinFlavour } from '../wallet/index.ts';
import { selectOverdueParked } from './read-store.ts';

export interface ParkedSweep {
  readonly sql: Database;
  readonly nowMs: number;
  readonly policyOf: (aggregator: string) => Policy | null;
  readonly nextId: () => TransactionId;
  readonly submit: (request: WalletRequest, policy: Policy) => Promise<unknown>;
}

/** Refuses overdue parked wins, at most `limit` at a time; returns how many it looked at. */
export async function expireParked(sweep: ParkedSweep, limit = 200): Promise<number> {
  const overdue = await selectOverdueParked(sweep.sql, sweep.nowMs, limit);
  for (const row of overdue) {
    const policy = sweep.policyOf(row.aggregator);
    const win = winOf(row);
    if (policy === null || win === null) continue;
    await sweep.submit(requestOf(row, win, sweep), policy);
  }
  return overdue.length;
}

const FLAVOURS: readonly WinFlavour[] = ['win', 'jackpot', 'promo', 'free_round'];

function winOf(row: Transaction): Win | null {
  const flavour = FLAVOURS.find((each) => each === row.flavour);
  if (row.kind !== 'win' || row.amount === null || flavour === undefined) return null;
  return {
    kind: 'win',
    id: row.externalId,
    round: row.round,
    bet: row.reference,
    amount: row.amount,
    flavour,
    combined: row.combined,
    closesRound: row.flags.includes('closes_round'),
  };
}

function requestOf(row: Transaction, win: Win, sweep: ParkedSweep): WalletRequest {
  return {
    aggregator: row.aggregator,
    idScope: row.idScope,
    player: row.player,
    currency: row.currency ?? '',
    session: { kind: 'none' },
    sessionId: row.sessionId,
    gameCode: row.gameCode,
    gameKnown: true,
    operations: [win],
    onlyKnown: true,
    nowMs: sweep.nowMs,
    nextId: sweep.nextId,
  };
}
