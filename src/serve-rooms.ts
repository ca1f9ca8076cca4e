/** What a running server consists of. */
import type { Analytics } from './analytics/index.ts';
import type { Catalogue } from './catalogue/index.ts';
import type { ClockWatch } from './clock/index.ts';
import type { Fx } from './fx/index.ts';
import type { Ledger } from './ledger/index.ts';
import type { Database, Metrics } from './platform/index.ts';
import type { Players } from './players/index.ts';
import type { Launching } from './serve-launches.ts';
import type { Sessions } from './sessions/index.ts';
import type { Settlement } from './settlement/index.ts';

export interface Rooms extends Launching {
  readonly sql: Database;
  readonly metrics: Metrics;
  readonly ledger: Ledger;
  readonly players: Players;
  readonly sessions: Sessions;
  readonly catalogue: Catalogue;
  readonly clocks: ClockWatch;
  /** null: a distributed book has no one order of transactions to follow */
  readonly analytics: Analytics | null;
  readonly settlement: Settlement;
  readonly fx: Fx;
}
