/** The call about exchange rates: every configured pair, its quote, and what its sources said. Only reads. */
import type { Origin, PairReport } from '../fx/index.ts';
import { formatRate, pairText } from '../money/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import * as schemas from './fx-schemas.ts';
import { problems } from './schemas.ts';

type Item = (typeof schemas.rates)['_output']['items'][number];

export function fxRoutes(app: ApiScope, options: RouteOptions): void {
  const { fx } = options;
  if (fx === undefined) return;
  app.get(
    '/v1/fx/rates',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Server'],
        summary: 'Exchange rates, how fresh they are, and who said so',
        description:
          'One item for every pair of the configuration. A quote is the same for everybody until it expires; a round keeps the one it began with.',
        response: { 200: schemas.rates, ...problems },
      },
    },
    async () => ({ items: (await fx.report()).map(renderPair) }),
  );
}

const iso = (ms: number): string => new Date(ms).toISOString();
const seconds = (ms: number): number | null => (ms === Number.MAX_SAFE_INTEGER ? null : ms / 1_000);

function askedBy(origin: Origin): readonly string[] {
  switch (origin.kind) {
    case 'fixed':
      return [];
    case 'sources':
      return origin.names;
    case 'cross':
      return [origin.via];
  }
}

export function renderPair({ settings, state, quote, ageMs, ticks, rejected }: PairReport): Item {
  const { pair, origin, warnAfterMs, refuseAfterMs } = settings;
  return {
    pair: pairText(pair),
    wallet_currency: pair.wallet,
    game_currency: pair.game,
    origin: origin.kind,
    sources: [...askedBy(origin)],
    state,
    age_seconds: ageMs === null ? null : Math.round(ageMs / 1_000),
    warn_after_seconds: seconds(warnAfterMs),
    refuse_after_seconds: seconds(refuseAfterMs),
    quote:
      quote === null
        ? null
        : {
            id: quote.id,
            rate: formatRate(quote.rate),
            market_rate: formatRate(quote.market),
            spread_bps: quote.spreadBps,
            source: quote.source,
            observed_at: iso(quote.observedAtMs),
            starts_at: iso(quote.startsAtMs),
            expires_at: iso(quote.expiresAtMs),
          },
    ticks: ticks.map((each) => ({ source: each.source, value: each.value, observed_at: iso(each.observedAtMs) })),
    rejected: rejected.map(({ source, value, reason, detail, atMs }) => ({
      source,
      value,
      reason,
      detail,
      rejected_at: iso(atMs),
    })),
  };
}
