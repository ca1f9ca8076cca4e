/** Quotes that move from call to call, for tests that play from a wallet of another currency than the game's. */
import { isProblem, parsePair, parseRate, SAFE_TERMS } from '../../src/money/index.ts';
import type { Exchange, ExchangeTerms, Freshness, Quote } from '../../src/money/index.ts';

export type Quoted = Extract<Exchange, { kind: 'quoted' }>;

const ISSUED_MS = Date.UTC(2026, 0, 15, 19, 0, 0);

export function quoteOf(
  rate: string,
  more: { readonly pair?: string; readonly id?: string; readonly spreadBps?: number } = {},
): Quote {
  const [parsed, pair] = [parseRate(rate), parsePair(more.pair ?? 'BTC/USD')];
  if (isProblem(parsed) || pair === null) throw new Error(`no rate: ${rate}`);
  return {
    id: more.id ?? `01900000-0000-7000-9000-${Buffer.from(rate.padEnd(6).slice(0, 6)).toString('hex')}`,
    pair,
    market: parsed,
    spreadBps: more.spreadBps ?? 0,
    rate: parsed,
    source: 'fixed',
    observedAtMs: ISSUED_MS,
    startsAtMs: ISSUED_MS,
    expiresAtMs: ISSUED_MS + 60_000,
  };
}

export interface QuotedWords {
  readonly pair?: string;
  readonly freshness?: Freshness;
  readonly shown?: Quoted['shown'];
  readonly walletScale?: number;
  readonly gameScale?: number;
  readonly terms?: Partial<ExchangeTerms>;
}

/** A game in US dollars played from a bitcoin wallet, unless told otherwise. */
export function quotedAt(rate: string, words: QuotedWords = {}): Quoted {
  return {
    kind: 'quoted',
    current: quoteOf(rate, words.pair === undefined ? {} : { pair: words.pair }),
    freshness: words.freshness ?? 'fresh',
    shown: words.shown ?? null,
    walletScale: words.walletScale ?? 8,
    gameScale: words.gameScale ?? 2,
    terms: { ...SAFE_TERMS, ...words.terms },
  };
}

/** Dollars for a bitcoin; by the last even a million of them is less than a satoshi. */
const RATES = ['2', '3', '64123.45', '0.7', '2.00000000000000000001', '65000', '7000000000000000'];

/** The exchange of a story as it is at its `at`th call: rates change all the time, and what was shown holds or does not. */
export function exchangeAt(exchange: Exchange, at: number): Exchange {
  if (exchange.kind !== 'quoted') return exchange;
  const current = quoteOf(RATES[Math.floor(at / 4) % RATES.length] ?? '2');
  const before = quoteOf(RATES[(Math.floor(at / 4) + 1) % RATES.length] ?? '2');
  const shown = at % 3 === 0 ? null : { quote: at % 3 === 1 ? current : before, hasEnded: at % 7 === 0 };
  return { ...exchange, current, shown };
}
