/** What the console's calls answer, as far as the page reads it. Amounts are decimal text, times ISO 8601 in UTC. */

export type Operator =
  | {
      readonly signed_in: false;
      /** whether passwords are taken */
      readonly local: boolean;
      /** what the button of the identity provider says; null: there is none */
      readonly provider: string | null;
    }
  | {
      readonly signed_in: true;
      readonly name: string;
      readonly role: string;
      readonly second_factor: boolean;
      /** an identity provider says who this is */
      readonly vouched: boolean;
      readonly csrf: string;
      /** the routes somebody with this role may write to */
      readonly may: readonly string[];
    };
export type SignedIn = Extract<Operator, { signed_in: true }>;
export type SignedOut = Extract<Operator, { signed_in: false }>;

export interface Hit {
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly page: 'player' | 'round' | 'discrepancy';
  readonly id: string;
  readonly mark: string | null;
  readonly by: string;
}

export type Lane = 'aggregator' | 'gateway' | 'ledger';
export type Tone = 'good' | 'bad' | 'warn' | 'plain';
export interface Bytes {
  readonly text: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly binary: boolean;
}
export interface Move {
  readonly debit: string;
  readonly credit: string;
  readonly amount: string;
  readonly currency: string;
  readonly before: string;
  readonly after: string;
}
export interface StoryItem {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly lane: Lane;
  readonly to: Lane | null;
  readonly title: string;
  readonly detail: string;
  readonly tone: Tone;
  readonly reference: string | null;
  readonly facts: readonly (readonly [string, string])[];
  readonly moves: readonly Move[];
  readonly raw: Bytes | null;
  readonly replay: string | null;
}
export interface Story {
  readonly round: {
    readonly id: string;
    readonly round_id: string;
    readonly player: string;
    readonly aggregator: string;
    readonly game: string | null;
    readonly session: string | null;
    readonly state: string;
    readonly currency: string;
    readonly staked: string;
    readonly returned: string;
    readonly paid: string;
    readonly opened_at: string;
    readonly closed_at: string | null;
  };
  readonly summary: string;
  readonly items: readonly StoryItem[];
}

export interface Adjustment {
  readonly id: string;
  readonly player: string;
  readonly currency: string;
  readonly amount: string;
  readonly reason: string;
  readonly state: 'proposed' | 'approved' | 'rejected' | 'booked' | 'failed';
  readonly proposed_by: string;
  readonly proposed_at: string;
  readonly decided_by: string | null;
  readonly decided_reason: string | null;
  readonly decided_at: string | null;
  readonly transaction_id: string | null;
  readonly problem: string | null;
  readonly needs_two: boolean;
}
export interface WalletView {
  readonly currency: string;
  readonly balance: string;
  readonly on_game: string;
  readonly maxStake: string | null;
  readonly dailyLossLimit: string | null;
}
export interface Player {
  readonly player: {
    readonly id: string;
    readonly status: string;
    readonly country: string | null;
    readonly test: boolean;
    readonly created_at: string;
    readonly changed_at: string;
  };
  readonly wallets: readonly WalletView[];
  readonly open_rounds: readonly {
    readonly id: string;
    readonly round_id: string;
    readonly aggregator: string;
    readonly game: string | null;
    readonly state: string;
    readonly currency: string;
    readonly staked: string;
    readonly on_game: string;
    readonly opened_at: string;
  }[];
  readonly open_rounds_whole: boolean;
  readonly adjustments: readonly Adjustment[];
}
export interface PlayerSessions {
  readonly real: readonly {
    readonly id: string;
    readonly aggregator: string;
    readonly game_code: string;
    readonly currency: string | null;
    readonly platform: string | null;
    readonly country: string | null;
    readonly created_at: string;
    readonly last_seen_at: string;
    readonly ended_at: string | null;
  }[];
  readonly demo: readonly {
    readonly aggregator: string;
    readonly session_id: string;
    readonly game_code: string | null;
    readonly at: string;
  }[];
}
export interface Round {
  readonly id: string;
  readonly round_id: string;
  readonly aggregator: string;
  readonly game_code: string | null;
  readonly state: string;
  readonly currency: string;
  readonly staked: string;
  readonly returned: string;
  readonly paid: string;
  readonly opened_at: string;
}

export interface Evidence {
  readonly source: string;
  readonly reference: string;
  readonly since: string;
}
export interface Discrepancy {
  readonly id: string;
  readonly aggregator: string;
  readonly player_id: string | null;
  readonly round_id: string;
  readonly kind: string;
  readonly weight: string;
  readonly state: string;
  readonly transaction_kind: string | null;
  readonly transaction_id: string | null;
  readonly currency: string | null;
  readonly claimed: string | null;
  readonly booked: string | null;
  readonly amount: string;
  readonly favour: string;
  readonly contested: boolean;
  readonly detail: string;
  readonly game_code: string | null;
  readonly evidence: readonly Evidence[];
  readonly first_seen_at: string;
  readonly last_seen_at: string;
}
export interface Discrepancies {
  readonly items: readonly Discrepancy[];
  readonly next_cursor: string | null;
}
export interface Totals {
  readonly bet: string;
  readonly win: string;
  readonly refund: string;
}
export interface Resolution {
  readonly id: string;
  readonly action: string;
  readonly amount: string;
  readonly currency: string | null;
  readonly state: string;
  readonly automatic: boolean;
  readonly reason: string;
  readonly proposed: { readonly by: string; readonly at: string };
  readonly decided: { readonly by: string; readonly reason: string; readonly at: string } | null;
  readonly entry: { readonly external_id: string; readonly transaction_id: string | null } | null;
  readonly problem: string | null;
}
export interface DiscrepancyStory extends Discrepancy {
  readonly resolutions: readonly Resolution[];
  readonly round: {
    readonly state: string;
    readonly declared: Totals | null;
    readonly booked: Totals | null;
    readonly missing: readonly string[];
    readonly extra: readonly string[];
    readonly notes: readonly string[];
  } | null;
}

export interface PulseRow {
  readonly atMs: number;
  readonly aggregator: string;
  readonly outcome: string;
  readonly verdict: string;
  readonly calls: number;
  readonly meanMs: number;
  readonly p95Ms: number;
}
export interface Pulse {
  readonly step_seconds: number;
  readonly from: string;
  readonly to: string;
  readonly whole: boolean;
  readonly rows: readonly PulseRow[];
}
export interface Queues {
  readonly queues: readonly { readonly name: string; readonly waiting: number; readonly detail: string }[];
}
export interface Estimate {
  readonly ahead_ms: number;
  readonly bound_ms: number;
}
export interface ClockReport {
  readonly alert: { readonly level: string; readonly message: string } | null;
  readonly nodes: readonly {
    readonly node: string;
    readonly level: string;
    readonly message: string;
    readonly probe: string | null;
    readonly offset: Estimate | null;
    readonly database: Estimate | null;
    readonly seen_at: string;
  }[];
}
export interface Fx {
  readonly items: readonly {
    readonly pair: string;
    readonly origin: string;
    readonly state: string;
    readonly age_seconds: number | null;
    readonly warn_after_seconds: number | null;
    readonly refuse_after_seconds: number | null;
    readonly quote: { readonly rate: string; readonly source: string; readonly expires_at: string } | null;
  }[];
}
interface LaunchCounts {
  readonly launches: number;
  readonly opened: number;
  readonly waiting: number;
  readonly unopened: number;
  readonly refused: number;
  readonly failed: number;
  readonly not_opened_share: number | null;
}
export interface LaunchOutcomes {
  readonly nodes: readonly (LaunchCounts & {
    readonly node: string;
    readonly aggregator: string;
    readonly reasons: readonly { readonly reason: string; readonly launches: number }[];
  })[];
  readonly alert: { readonly message: string } | null;
}
export interface Call {
  readonly id: string;
  readonly at: string;
  readonly aggregator: string;
  readonly route: string;
  readonly verdict: string;
  readonly outcome: string;
  readonly player: string | null;
  readonly round: string | null;
  readonly external_id: string | null;
  readonly status: number;
  readonly ms: number;
}

export interface Game {
  readonly id: string;
  readonly name: string;
  readonly aggregator: string;
  readonly provider: { readonly code: string; readonly name: string };
  readonly code: string;
  readonly category: string;
  readonly rtp: string | null;
  readonly enabled: boolean;
  /** smaller comes first */
  readonly order: number;
  readonly available: boolean;
  readonly vendor_enabled: boolean;
}
export interface Games {
  readonly items: readonly Game[];
  readonly next_cursor: string | null;
  readonly total?: number;
}
export interface Syncs {
  readonly items: readonly {
    readonly id: string;
    readonly started_at: string;
    readonly outcome: string;
    readonly listed: number;
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
    readonly reason: string | null;
    readonly decision: string | null;
  }[];
}

export interface DailyMoney {
  readonly currency: string;
  readonly rounds: number;
  readonly bets: number;
  readonly turnover: string;
  readonly payouts: string;
  readonly ggr: string;
  readonly rtp: string | null;
  readonly rtp_interval: { readonly low: string; readonly high: string; readonly plays: number } | null;
}
export interface DailyHeads {
  readonly dau: number;
  readonly dau_sessions: number;
  readonly free_round_only: number;
  readonly sessions: { readonly real: number; readonly demo: number; readonly unknown: number };
  readonly naive: { readonly dau: number; readonly times: string | null };
}
export interface DailyRow extends DailyHeads {
  readonly aggregator: string | null;
  readonly provider: string | null;
  readonly game: string | null;
  readonly currency: string | null;
  readonly mode: string | null;
  readonly money: readonly DailyMoney[];
}
export interface Daily {
  readonly time_zone: string;
  readonly state: string;
  readonly as_of: string | null;
  readonly definitions: Readonly<Record<string, string>>;
  readonly days: readonly (DailyHeads & {
    readonly day: string;
    readonly status: string;
    readonly revision: number;
    readonly money: readonly DailyMoney[];
    readonly rows: readonly DailyRow[];
  })[];
}

export interface AuditItem {
  readonly id: string;
  readonly at: string;
  readonly who: string;
  readonly role: string | null;
  readonly address: string | null;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string | null;
  readonly asked: unknown;
  readonly before: unknown;
  readonly after: unknown;
}
export interface AuditPage {
  readonly items: readonly AuditItem[];
  readonly next: string | null;
}
export interface User {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly disabled: boolean;
  readonly second_factor: boolean;
  readonly vouched: boolean;
  readonly locked_until: string | null;
}
