/** What the console is given: rooms, settings, and what the server knows of its own queues. */
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ReportMapping } from '../dialects/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Currencies, Decimal } from '../money/index.ts';
import type { Clock, Database, Log } from '../platform/index.ts';
import type { Players } from '../players/index.ts';
import type { Sessions } from '../sessions/index.ts';
import type { Settlement } from '../settlement/index.ts';
import type { Accounts, SignedIn } from './accounts.ts';
import type { Adjustments } from './adjustments.ts';
import type { ProviderSettings } from './provider-rules.ts';

/** How long something waits in, right now. */
export interface Queue {
  readonly name: string;
  readonly waiting: number;
  /** a word for people: what it is that waits */
  readonly detail: string;
}

export interface ConsoleOptions {
  /** connections of its own: whoever looks takes none from those who play */
  readonly sql: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Pick<Ledger, 'submit' | 'wallets' | 'round'>;
  readonly players: Pick<Players, 'get'>;
  readonly sessions: Pick<Sessions, 'get' | 'now'>;
  readonly settlement: Pick<Settlement, 'discrepancy' | 'propose' | 'decide'>;
  readonly currencies: Currencies;
  readonly aggregators: readonly string[];
  /** how reports of aggregators are read, by name; whose dialect has no mapping is not in it */
  readonly reports: ReadonlyMap<string, ReportMapping>;
  /** what one person may correct alone, by currency */
  readonly fourEyesAbove: ReadonlyMap<string, Decimal>;
  readonly queues: () => Promise<readonly Queue[]>;
  /** of this process, for what the operator's API answers too; never leaves it */
  readonly apiKey: string;
  /** the built pages */
  readonly webRoot: string;
  /** where people reach it: on plain http at this machine cookies go without `Secure` */
  readonly publicUrl: string;
  /** whether accounts of the console sign in with their password */
  readonly localSignIn: boolean;
  /** the company's identity provider; null: none */
  readonly oidc: ProviderSettings | null;
}

export type ConsoleScope = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface RouteParts extends ConsoleOptions {
  readonly accounts: Accounts;
  readonly adjustments: Adjustments;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** who is signed in; null on what needs nobody */
    operator: SignedIn | null;
    /** the cookie's own value */
    operatorToken: string | null;
  }
}
