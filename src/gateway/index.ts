/** The gateway's public face: the aggregator routes, the journal, and what they ask of other rooms. */
export { gateway } from './routes.ts';
export type { GatewayAggregator, GatewayOptions } from './routes.ts';
export { openJournal } from './journal.ts';
export type { Journal, JournalEntry } from './journal.ts';
export { selectRefusedForConflict } from './conflicts-store.ts';
export { expireJournal } from './journal-retention.ts';
export type { JournalExpiry } from './journal-retention.ts';
export { exchangesOf } from './exchange.ts';
export type { Exchanges } from './exchange.ts';
export type { ResolvedSession, ResolvePorts } from './resolve.ts';
export { deadlineOf } from './spine.ts';
