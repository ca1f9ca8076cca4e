/**
 * Free rounds the operator issued at an aggregator whose summary of them names only the issue: whose they are, and in which of the
 * player's currencies they pay. Told once, before the rounds are over; never changed, because money is paid by it. Moves none itself.
 */
import type { Ledger } from '../ledger/index.ts';
import type { Clock, Database } from '../platform/index.ts';
import type { AggregatorName } from '../wallet/index.ts';
import { insertGrant, selectGrant } from './grant-store.ts';
import { differingGrantFact } from './rules.ts';
import type { Grant } from './rules.ts';

export interface GrantsOptions {
  readonly sql: Database;
  readonly ledger: Pick<Ledger, 'wallets'>;
  readonly clock: Clock;
  /** the aggregators there are; absent: any */
  readonly aggregators?: ReadonlySet<string>;
}

export type Granted =
  | { readonly kind: 'granted' | 'known'; readonly grant: Grant }
  /** the issue was granted before, with other facts: those stand */
  | { readonly kind: 'conflict'; readonly field: 'player' | 'currency' }
  | { readonly kind: 'unknown_aggregator' | 'unknown_player' | 'no_wallet' };

export interface Grants {
  readonly grant: (grant: Grant) => Promise<Granted>;
  readonly grantOf: (aggregator: AggregatorName, issue: string) => Promise<Grant | null>;
}

export function openGrants({ sql, ledger, clock, aggregators }: GrantsOptions): Grants {
  return {
    grantOf: async (aggregator, issue) => selectGrant(sql, aggregator, issue),
    grant: async (grant) => {
      if (aggregators?.has(grant.aggregator) === false) return { kind: 'unknown_aggregator' };
      const wallets = await ledger.wallets(grant.player);
      if (wallets.length === 0) return { kind: 'unknown_player' };
      if (!wallets.some(({ currency }) => currency === grant.currency)) return { kind: 'no_wallet' };
      const made = await insertGrant(sql, grant, clock.now());
      const stored = await selectGrant(sql, grant.aggregator, grant.issue);
      if (stored === null) throw new Error('defect: a grant vanished');
      const field = differingGrantFact(stored, grant);
      return field === null ? { kind: made ? 'granted' : 'known', grant: stored } : { kind: 'conflict', field };
    },
  };
}
