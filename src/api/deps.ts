/** What the operator API is given: rooms, keys and what the server knows of its own health. */
import type { FastifyInstance, FastifyBaseLogger, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Analytics } from '../analytics/index.ts';
import type { Catalogue } from '../catalogue/index.ts';
import type { ClockReport } from '../clock/index.ts';
import type { PairReport } from '../fx/index.ts';
import type { Launches, LaunchWatch } from '../launch/index.ts';
import type { Ledger, Records } from '../ledger/index.ts';
import type { Currencies } from '../money/index.ts';
import type { Clock, Database, Log } from '../platform/index.ts';
import type { Players } from '../players/index.ts';
import type { Sessions } from '../sessions/index.ts';
import type { Settlement } from '../settlement/index.ts';
import type { ApiKeySettings } from './auth.ts';
import type { Idempotency } from './idempotency.ts';

export type LedgerPort = Pick<Ledger, 'submit' | 'balances' | 'wallets' | 'rounds' | 'round' | 'transactions'>;

export type SettlementPort = Pick<
  Settlement,
  | 'discrepancies'
  | 'discrepancy'
  | 'propose'
  | 'decide'
  | 'setAside'
  | 'readAgain'
  | 'day'
  | 'roundsOfDay'
  | 'hasFrozen'
>;

export interface HealthCheck {
  readonly name: string;
  readonly ok: boolean;
  /** takes traffic, and somebody should look at it */
  readonly degraded?: boolean;
  readonly detail?: string;
}

export interface ApiOptions {
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly apiKeys: readonly ApiKeySettings[];
  readonly currencies: Currencies;
  readonly ledger: LedgerPort;
  readonly players: Players;
  readonly sessions: Pick<Sessions, 'get' | 'now' | 'erase'>;
  readonly catalogue: Catalogue;
  readonly launches: Launches;
  /** absent: `/v1/launches/outcomes` is not served */
  readonly launchWatch?: Pick<LaunchWatch, 'outcomes'>;
  /** absent: `/v1/clock` is not served */
  readonly clocks?: { readonly report: () => Promise<ClockReport> };
  /** absent: `/v1/analytics/daily` is not served */
  readonly analytics?: Pick<Analytics, 'daily'>;
  /** absent: histories and funds on game are not served */
  readonly records?: Records;
  /** absent: discrepancies are not served */
  readonly settlement?: SettlementPort;
  /** absent: `/v1/fx/rates` is not served */
  readonly fx?: { readonly report: () => Promise<readonly PairReport[]> };
  /** what must hold before traffic may come; a rejection counts as not ready */
  readonly ready: () => Promise<readonly HealthCheck[]>;
  /** null: `/metrics` is served elsewhere */
  readonly metrics: { readonly contentType: string; readonly text: () => Promise<string> } | null;
  /** how long `POST /v1/syncs` waits for the end of the sync before it answers that it is at work; default SYNC_PATIENCE_MS */
  readonly syncPatienceMs?: number;
  /** shown on the OpenAPI page */
  readonly version?: string;
}

export type RouteOptions = ApiOptions & { readonly idempotency: Idempotency };

export type ApiScope = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
