/** What the settlement room is given, and what it keeps to: other rooms by the few things asked of them, and its limits. */
import type { OpenDialect } from '../dialects/dialect.ts';
import type { CutOff, Ledger, SettlementReads } from '../ledger/index.ts';
import type { Currencies, Decimal } from '../money/index.ts';
import type { Clock, Database, Log, Metrics } from '../platform/index.ts';
import type { Sessions } from '../sessions/index.ts';
import type { AggregatorName, Policy } from '../wallet/index.ts';
import type { ErrandTools } from '../wire/index.ts';
import type { ListSettings } from './pull-rules.ts';

export interface SettlementAggregator {
  readonly name: AggregatorName;
  readonly open: Pick<OpenDialect, 'decodeWebhook' | 'transactions'>;
  readonly policy: Policy;
}

/** How much may be corrected without a person, per aggregator and currency. Absent: nothing. */
export interface AutomaticCap {
  readonly perTransaction: Decimal;
  /** for a UTC day */
  readonly perDay: Decimal;
}

export interface SettlementSettings {
  /** a disagreement is reported after this long at the earliest */
  readonly graceMs: number;
  /** a bet without an outcome, or a settlement that stays unfinished, is reported after this long */
  readonly stuckAfterMs: number;
  readonly automatic: ReadonlyMap<string, AutomaticCap>;
  /** above this a second person decides; a currency without an entry: always */
  readonly fourEyesAbove: ReadonlyMap<string, Decimal>;
  /** how a UTC day is cut */
  readonly dailyCutOff: CutOff;
  /** how the aggregators' own lists are asked for */
  readonly lists: ListSettings;
  /** facts and views of settled rounds are kept this long */
  readonly retentionMs: number;
}

export interface SettlementOptions {
  /** the room's own connections: the lanes' and the API's are never taken */
  readonly sql: Database;
  /** for the inbox alone, so that an event never waits for a judgement */
  readonly inboxSql: Database;
  readonly ledger: Pick<Ledger, 'submit' | 'playerOf' | 'depth'> & SettlementReads;
  readonly sessions: Pick<Sessions, 'get'>;
  readonly aggregators: readonly SettlementAggregator[];
  readonly currencies: Currencies;
  readonly settings: SettlementSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** how aggregators are reached; tests pass their own */
  readonly errands?: Omit<ErrandTools, 'clock'>;
  /** what an aggregator's games are played in; absent: any of the configured currencies may be */
  readonly played?: (aggregator: AggregatorName) => Promise<readonly string[]>;
  /** the studio of a game, for daily figures; '' when nobody knows */
  readonly providerOf?: (aggregator: AggregatorName, game: string) => Promise<string>;
}
