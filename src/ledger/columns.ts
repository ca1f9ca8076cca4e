/** Rows of the wallet tables to the types of the book and back: the one place that vouches for what the driver returns. */
import { formatDecimal, parseDecimal } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { aggregatorName, externalId, gameCode, playerId, roundId, sessionId, transactionId } from '../wallet/index.ts';
import type {
  PlayerStatus,
  Refusal,
  Round,
  RoundState,
  Transaction,
  TransactionKind,
  TransactionState,
  Wallet,
} from '../wallet/index.ts';

export interface WalletRow {
  player: string;
  currency: string;
  scale: number;
  balance: string;
  seq: string;
  status: PlayerStatus;
  max_stake: string | null;
  daily_loss_limit: string | null;
  loss_day: string;
  loss_used: string;
}

export function readWallet(row: WalletRow): Wallet {
  return {
    player: playerId(row.player),
    currency: row.currency,
    scale: row.scale,
    balance: BigInt(row.balance),
    seq: BigInt(row.seq),
    status: row.status,
    maxStake: row.max_stake === null ? null : BigInt(row.max_stake),
    dailyLossLimit: row.daily_loss_limit === null ? null : BigInt(row.daily_loss_limit),
    lossDay: row.loss_day,
    lossUsed: BigInt(row.loss_used),
  };
}

export interface TransactionRow {
  id: string;
  aggregator: string;
  id_scope: string;
  kind: TransactionKind;
  external_id: string;
  player: string;
  flavour: string;
  combined: boolean;
  state: TransactionState;
  refusal: Refusal | null;
  round_id: string | null;
  reference: string | null;
  game_code: string | null;
  session_id: string | null;
  currency: string | null;
  amount: string | null;
  units: string;
  reversed_units: string;
  reversed_amount: string;
  wins: number;
  balance_after: string | null;
  flags: string[];
  deadline_at: Date | null;
  created_at: Date;
  changed_at: Date;
}

export function readTransaction(row: TransactionRow): Transaction {
  return {
    id: transactionId(row.id),
    aggregator: aggregatorName(row.aggregator),
    idScope: row.id_scope,
    kind: row.kind,
    externalId: externalId(row.external_id),
    player: playerId(row.player),
    flavour: row.flavour,
    combined: row.combined,
    state: row.state,
    refusal: row.refusal,
    round: row.round_id === null ? null : roundId(row.round_id),
    reference: row.reference === null ? null : externalId(row.reference),
    gameCode: row.game_code === null ? null : gameCode(row.game_code),
    sessionId: row.session_id === null ? null : sessionId(row.session_id),
    currency: row.currency,
    amount: row.amount === null ? null : readDecimal(row.amount),
    units: BigInt(row.units),
    reversedUnits: BigInt(row.reversed_units),
    reversedAmount: readDecimal(row.reversed_amount),
    wins: row.wins,
    balanceAfter: row.balance_after === null ? null : BigInt(row.balance_after),
    flags: row.flags,
    deadlineMs: row.deadline_at?.getTime() ?? null,
    createdAtMs: row.created_at.getTime(),
    changedAtMs: row.changed_at.getTime(),
  };
}

export interface RoundRow {
  player: string;
  aggregator: string;
  id_scope: string;
  round_id: string;
  currency: string;
  game_code: string | null;
  session_id: string | null;
  state: RoundState;
  bets_ever: number;
  bets_standing: number;
  loose_wins: number;
  staked: string;
  returned: string;
  paid: string;
  opened_at: Date;
  changed_at: Date;
  closed_at: Date | null;
}

export function readRound(row: RoundRow): Round {
  return {
    aggregator: aggregatorName(row.aggregator),
    idScope: row.id_scope,
    player: playerId(row.player),
    round: roundId(row.round_id),
    currency: row.currency,
    gameCode: row.game_code === null ? null : gameCode(row.game_code),
    sessionId: row.session_id === null ? null : sessionId(row.session_id),
    state: row.state,
    betsEver: row.bets_ever,
    betsStanding: row.bets_standing,
    looseWins: row.loose_wins,
    staked: BigInt(row.staked),
    returned: BigInt(row.returned),
    paid: BigInt(row.paid),
    openedAtMs: row.opened_at.getTime(),
    changedAtMs: row.changed_at.getTime(),
    closedAtMs: row.closed_at?.getTime() ?? null,
  };
}

function readDecimal(text: string): Decimal {
  const decimal = parseDecimal(text);
  if ('kind' in decimal)
    throw new Error(`defect: the book holds "${text}" where an amount belongs (${decimal.reason})`);
  return decimal;
}

/** An instant as text PostgreSQL reads exactly. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}

export function decimalText(decimal: Decimal | null): string | null {
  return decimal === null ? null : formatDecimal(decimal);
}

export function unitsText(units: bigint | null): string | null {
  return units === null ? null : units.toString();
}
