/** What the calls of the days, the reports and the catalogue's upkeep answer. */
import type { Game, Syncs } from './types.ts';

export interface DaySide {
  readonly bets: number;
  readonly bet: string;
  readonly bet_rollbacks: number;
  readonly bet_rollback: string;
  readonly wins: number;
  readonly win: string;
  readonly win_rollbacks: number;
  readonly win_rollback: string;
  readonly ggr: string;
}
export interface DayLine {
  readonly provider: string;
  readonly game_code: string;
  readonly currency: string;
  readonly cut_off: string;
  readonly ours: DaySide;
  readonly theirs: DaySide | null;
  readonly differs: boolean;
  readonly explained: boolean;
  readonly run: number;
  readonly compared_at: string;
}
export interface DayRound {
  readonly player_id: string;
  readonly round_id: string;
  readonly ours: string;
  readonly theirs: string;
}
export interface AggregatorWord {
  readonly name: string;
  readonly takes_reports: boolean;
}
export interface ReportDifference {
  readonly kind: string;
  readonly transactionKind: string | null;
  readonly transactionId: string;
  readonly currency: string | null;
  readonly detail: string;
  readonly player: string;
  readonly round: string;
  readonly claimed: string | null;
  readonly booked: string | null;
}
export interface PieceResult {
  readonly lines: number;
  readonly kept: number;
  readonly unread_count: number;
  readonly differences_count: number;
  readonly unread: readonly { readonly line: number; readonly problem: string }[];
  readonly differences: readonly ReportDifference[];
}

export interface Facets {
  readonly total: number;
  readonly categories: readonly { readonly code: string; readonly count: number }[];
}
export interface Change {
  readonly id: string;
  readonly at: string;
  readonly what: string;
  readonly aggregator: string | null;
  readonly game_id: string | null;
  readonly offer_id: string | null;
  readonly provider: string | null;
  readonly field: string | null;
  readonly was: unknown;
  readonly became: unknown;
  readonly by: { readonly source: string; readonly id: string };
}
export interface Changes {
  readonly items: readonly Change[];
  readonly next_cursor: string | null;
}
export type SyncRun = Syncs['items'][number];
export interface SyncDifference {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly provider: string;
  readonly code: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, { readonly was: unknown; readonly becomes: unknown }>>;
}
export interface SyncDetail extends SyncRun {
  readonly differences: {
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    readonly first: readonly SyncDifference[];
  } | null;
}
export type GamePatch = Partial<Pick<Game, 'enabled' | 'order'>> & { readonly category?: string | null };
