/**
 * What a session that plays in another currency than its wallet's is told of exchange: the quote of the moment, and the one its
 * player was shown where that matters. From memory; the database is asked only under `on_quote_expiry: reject`, once a window,
 * and for the quote of a launch that is no longer remembered under `lock_scope: session`.
 */
import type { Currencies, Exchange, ExchangeTerms, Quote } from '../money/index.ts';
import { quoteToShow } from '../money/index.ts';
import type { Session, Sessions } from '../sessions/index.ts';

interface Side {
  readonly code: string;
  readonly scale: number;
}

export interface ExchangeRooms {
  readonly fx: {
    readonly terms: () => ExchangeTerms;
    readonly exchange: (sides: { readonly wallet: Side; readonly game: Side }, shown: Quote | null) => Exchange;
    readonly quote: (id: string) => Promise<Quote | null>;
  };
  readonly sessions: Pick<Sessions, 'get' | 'noteQuote'>;
  readonly currencies: Currencies;
}

export interface Exchanges {
  /** null: the session plays in its wallet's own currency */
  readonly of: (session: Session) => Promise<Exchange> | null;
  /** A balance was answered by this exchange: from now on that is what the player was shown. */
  readonly showed: (session: Session, exchange: Exchange) => Promise<void>;
}

export function exchangesOf({ fx, sessions, currencies }: ExchangeRooms): Exchanges {
  const rejects = () => fx.terms().onQuoteExpiry === 'reject' && fx.terms().lockScope !== 'session';
  const find = async (wallet: Side, game: Side, session: Session): Promise<Exchange> => {
    const by = async (id: string | null) => fx.exchange({ wallet, game }, id === null ? null : await fx.quote(id));
    if (fx.terms().lockScope === 'session') return by(session.quoteId);
    // Whoever takes the current quote anyway need not know an earlier one.
    if (!rejects()) return fx.exchange({ wallet, game }, null);
    const known = await by(session.quoteId);
    if (known.kind !== 'quoted' || known.shown?.hasEnded !== true) return known;
    // Another process may have shown the player a newer one since.
    const stored = await sessions.get(session.id);
    return stored === null || stored.quoteId === session.quoteId ? known : by(stored.quoteId);
  };
  return {
    of: (session) => {
      const { currency, gameCurrency } = session;
      if (currency === null || gameCurrency === null) return null;
      const [wallet, game] = [currencies.get(currency), currencies.get(gameCurrency)];
      if (wallet === undefined || game === undefined)
        return Promise.resolve({ kind: 'unconfigured', pair: { wallet: currency, game: gameCurrency } });
      return find(wallet, game, session);
    },
    showed: async (session, exchange) => {
      if (exchange.kind !== 'quoted' || !rejects()) return;
      const { id } = quoteToShow(exchange);
      if (id !== session.quoteId) await sessions.noteQuote(session.id, id);
    },
  };
}
