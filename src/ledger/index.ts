/** The ledger's public face. */
export { openLedger } from './ledger.ts';
export type { Ledger, LedgerOptions } from './ledger.ts';
export type {
  IdentifiedRound,
  Page,
  ReadTransaction,
  Reads,
  RoundStory,
  RoundsQuery,
  TransactionsQuery,
} from './reads.ts';
export { scaleMismatch } from './wallets.ts';
export type { Limits } from './wallets.ts';
export { shardOf } from './shard.ts';
export { Uncertain } from './uncertain.ts';
export type { UncertainReason } from './uncertain.ts';
export { audit } from './audit/index.ts';
export type { AuditReport, Finding } from './audit/index.ts';
export { expireParked } from './parked.ts';
export type { ParkedSweep } from './parked.ts';
export { createSettlementReads } from './reads-settlement.ts';
export type { BookedRounds, DayQuestion, RoundQuestion, SettlementReads } from './reads-settlement.ts';
export type { CutOff, DayLine } from './reads-settlement-store.ts';
export type { Converted, OpenStake } from './records-store.ts';
export { createRecords } from './records.ts';
export type { FundsOnGame, HistoryQuery, Records } from './records.ts';
export { distribute } from './citus.ts';
export type { Distribution } from './citus.ts';
