/** How files and lists of an aggregator are read that come as columns: its reports, and its transactions. */
import type { AssertedStatus, AssertedTransaction } from './dialect.ts';

/** How an aggregator's report, or its list of transactions, is read: which column is what, and what its words mean. */
export interface ReportMapping {
  readonly format: 'csv' | 'jsonl';
  /** between the columns of a CSV */
  readonly separator: string;
  /** `minor`: amounts are whole numbers of the currency's smallest unit */
  readonly amounts: 'major' | 'minor';
  /** names of columns or members; null: the report has none */
  readonly columns: {
    readonly id: string;
    readonly kind: string;
    readonly amount: string;
    readonly status: string | null;
    readonly round: string | null;
    readonly player: string | null;
    readonly currency: string | null;
    readonly game: string | null;
    readonly provider: string | null;
    readonly bet: string | null;
    readonly occurredAt: string | null;
    readonly version: string | null;
  };
  /** their words, exactly as spelled; a word that is not here makes its line unreadable, never guessed */
  readonly kinds: Readonly<Record<string, AssertedTransaction['kind']>>;
  readonly statuses: Readonly<Record<string, AssertedStatus>>;
}
