/** The call about exchange rates: every configured pair, its quote, and what its sources said. Only reads. */
import { resultsOf } from '../fx/index.ts';
import type { Origin, PairReport, PairResult } from '../fx/index.ts';
import type { Records } from '../ledger/index.ts';
import { formatDecimal, formatRate, formatUnits, pairText } from '../money/index.ts';
import type { Rate } from '../money/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import * as schemas from './fx-schemas.ts';
import { refuse } from './problem.ts';
import { problems } from './schemas.ts';

type Item = (typeof schemas.rates)['_output']['items'][number];

export function fxRoutes(app: ApiScope, options: RouteOptions): void {
  const { fx, records } = options;
  if (fx === undefined) return;
  if (records !== undefined) resultRoutes(app, fx, records);
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

function resultRoutes(app: ApiScope, fx: NonNullable<RouteOptions['fx']>, records: Records): void {
  app.get(
    '/v1/fx/results',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Analytics'],
        summary: 'What exchange rates did to the house, apart from GGR',
        description:
          'By pair, of what was booked in whole UTC days, with or without a round: GGR at the rates of the locks, and what the coins kept or paid are worth since. What was returned later is taken from the day of its bet.',
        querystring: schemas.resultsQuery,
        response: { 200: schemas.results, ...problems },
      },
    },
    async ({ query: { from, to } }) => {
      const [fromMs, lastMs] = [Date.parse(from), Date.parse(to)];
      const days = (lastMs - fromMs) / DAY_MS + 1;
      if (days < 1 || days > RESULT_DAYS)
        refuse(400, 'bad_request', `query.to: from is 1 to ${RESULT_DAYS} days before it, both counted`, {
          field: 'to',
        });
      const quotes = new Map((await fx.report()).map(({ settings, quote }) => [pairText(settings.pair), quote]));
      const now = (pair: string): Rate | null => quotes.get(pair)?.market ?? null;
      const results = resultsOf(await records.converted({ fromMs, toMs: lastMs + DAY_MS }), now);
      return { items: results.map((each) => renderResult(each, now(each.pair))) };
    },
  );
}

function renderResult({ pair, walletScale, units, ggr, other, exchange, spread }: PairResult, now: Rate | null) {
  const [wallet = '', game = ''] = pair.split('/');
  return {
    pair,
    wallet_currency: wallet,
    game_currency: game,
    kept: formatUnits(units, walletScale),
    ggr: formatDecimal(ggr),
    other: formatDecimal(other),
    rate_now: now === null ? null : formatRate(now),
    fx_result: exchange === null ? null : formatDecimal(exchange),
    spread_result: formatDecimal(spread),
  };
}

const DAY_MS = 86_400_000;
const RESULT_DAYS = 31;
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
