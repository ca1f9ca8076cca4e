/** Tables of a live game, where the aggregator wants a launch to name one. */
import type { Decimal } from '../money/index.ts';

export interface TablesAsked {
  /** the aggregator's code of the game */
  readonly game: string;
  readonly currency: string;
}

/** One table as it is at this moment. */
export interface ListedTable {
  /** what a launch names it by; the aggregator's own, opaque */
  readonly table: string;
  readonly name: string;
  readonly open: boolean;
  /** when it opens and closes, as the aggregator writes times; null: not said */
  readonly opens: string | null;
  readonly closes: string | null;
  readonly dealer: string | null;
  readonly limits: readonly TableLimit[];
}

export interface TableLimit {
  readonly currency: string;
  /** stakes, in units of the currency; null: not said */
  readonly min: Decimal | null;
  readonly max: Decimal | null;
}
