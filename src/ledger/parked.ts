/**
 * Wins that waited for their bet in vain. The wallet refuses such a win when the aggregator asks again; one that never
 * asks again is asked here in its name, through the same lane and the same rule, so that somebody hears of it.
 */
import type { Database } from '../platform/index.ts';
import type { Policy, Transaction, TransactionId, WalletRequest, Win, WinFlavour } from '../wallet/index.ts';
import { selectOverdueParked } from './read-store.ts';
import { Uncertain } from './uncertain.ts';

export interface ParkedSweep {
  readonly sql: Database;
  readonly nowMs: number;
  readonly policyOf: (aggregator: string) => Policy | null;
  readonly nextId: () => TransactionId;
  readonly submit: (request: WalletRequest, policy: Policy) => Promise<unknown>;
}

const PAGES = 10;

/**
 * Refuses overdue parked wins, `limit` at a time and ten times at most; returns how many it settled. What cannot be settled now –
 * its aggregator left the configuration, its wallet is locked by somebody else – is passed over and never keeps the others
 * waiting; a defect is thrown when all others had their turn.
 */
export async function expireParked(sweep: ParkedSweep, limit = 200): Promise<number> {
  const aggregators = new Set<string>();
  const players = new Set<string>();
  const defects: unknown[] = [];
  let settled = 0;
  for (let page = 0; page < PAGES; page += 1) {
    const except = { aggregators: [...aggregators], players: [...players] };
    const overdue = await selectOverdueParked(sweep.sql, sweep.nowMs, limit, except);
    for (const row of overdue) {
      const policy = sweep.policyOf(row.aggregator);
      const win = winOf(row);
      if (policy === null) aggregators.add(row.aggregator);
      if (win === null) players.add(row.player);
      if (policy === null || win === null || players.has(row.player)) continue;
      try {
        await sweep.submit(requestOf(row, win, sweep), policy);
        settled += 1;
      } catch (error) {
        players.add(row.player);
        if (!(error instanceof Uncertain)) defects.push(error);
      }
    }
    if (overdue.length < limit) break;
  }
  if (defects.length > 0) throw new AggregateError(defects, 'waiting wins could not be settled');
  return settled;
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
    // It is refused, never paid, so no rate is needed.
    exchange: null,
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
