/**
 * How the kit looks into an operator's book (observation level L): two read-only questions over HTTP. The shape is a subset of
 * Croupier's own `/v1`, so Croupier needs no adapter, and an operator with a private ledger answers the same two in a small
 * handler of its own:
 *
 *   GET {url}/transactions?external_id=ID&player=PLAYER  → 200 {"items":[{
 *       "kind": "bet" | "win" | "rollback",              a refund is a rollback
 *       "external_id": "…", "player_id": "…",
 *       "state": "applied" | "rejected" | "tombstone" | "parked" | "part_reversed" | "reversed",
 *       "currency": "USD", "amount": "1.00" | null,      as the aggregator said it; null where it said none
 *       "reversed_amount": "0.00",                       optional: how much of it was given back
 *       "round_id": "…" | null, "reference": "…" | null  optional
 *   }]}
 *   GET {url}/players/{player}/balances                  → 200 [{"currency":"USD","balance":"99.00"}]
 *
 * Every booking of the id must be listed, so a transaction that was booked twice shows as two items. Further members are
 * ignored. A bet and its win under one id (`bet_win`) are two items of one id. What is not known is an empty list, with 200.
 * Requests carry `Authorization: Bearer <api_key>` where the configuration names one. The kit never writes through this door.
 *
 * An operator under test is therefore: a callback address, to which the dialect's requests are posted as they are
 * (`http://127.0.0.1:4400/callbacks/acme`); perhaps a lookup address (`http://127.0.0.1:4400/v1`); and a `Cast`.
 */
import { z } from 'zod';

/** A player the kit may play with: an account made for tests that nobody else touches during a run. */
export interface CastPlayer {
  /** the operator's own id of the player */
  readonly id: string;
  /** a session token that is valid all the time the kit runs */
  readonly session: string;
  /** another session of the same player that was valid once and has run out: no bets in it, but wins and refunds; null: none */
  readonly expired: string | null;
}

/** A player whose wallet is in another currency than the game: the aggregator speaks `Cast.currency`, the book has `wallet`. */
export interface ExchangedPlayer extends CastPlayer {
  readonly wallet: { readonly currency: string; readonly scale: number };
}

/**
 * Who takes part. `players` have at least 100 stakes each in `currency` and are let into `game`. The more there are, the more
 * scenarios run at once; two are needed where one player must not touch another's money. Everything else is optional: a
 * scenario that needs what is missing is not run, and the report says what to add.
 */
export interface Cast {
  readonly currency: string;
  /** decimals of the currency */
  readonly scale: number;
  /** what "1.00" of a scenario means in the currency, e.g. "1.00" USD, "0.0001" BTC */
  readonly stake: string;
  readonly game: string;
  readonly players: readonly CastPlayer[];
  /** another game the operator knows */
  readonly otherGame: string | null;
  /** another currency the operator knows and these players do not play in */
  readonly otherCurrency: string | null;
  /** a player with a valid session who may not play: self-excluded or blocked */
  readonly blocked: CastPlayer | null;
  /** a player with a valid session and no money */
  readonly poor: CastPlayer | null;
  /** a demo session */
  readonly demoSession: string | null;
  /** plays in `currency` and has his money in another one */
  readonly exchanged: ExchangedPlayer | null;
}

export type TransactionState = 'applied' | 'rejected' | 'tombstone' | 'parked' | 'part_reversed' | 'reversed';

/** One booking as the operator's book has it. */
export interface Booking {
  readonly kind: string;
  readonly externalId: string;
  readonly player: string;
  readonly state: TransactionState;
  /** null: a mark of what never came */
  readonly currency: string | null;
  /** decimal text; null where none was said */
  readonly amount: string | null;
  readonly reversedAmount: string | null;
}

export interface Lookup {
  /** every booking under the aggregator's id, of any kind and any player */
  readonly bookings: (externalId: string, player: string) => Promise<readonly Booking[]>;
  /** decimal text, in the wallet's currency; null where the player has no such wallet */
  readonly balance: (player: string, currency: string) => Promise<string | null>;
}

/** The book could not be read: no finding, the operator just did not tell. */
export class LookupProblem extends Error {
  override readonly name = 'LookupProblem';
}

const bookingsSchema = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      external_id: z.string(),
      player_id: z.string(),
      state: z.enum(['applied', 'rejected', 'tombstone', 'parked', 'part_reversed', 'reversed']),
      // a mark of what never came has neither
      currency: z.string().nullable(),
      amount: z.string().nullable(),
      reversed_amount: z.string().nullable().optional(),
    }),
  ),
});
const balancesSchema = z.array(z.object({ currency: z.string(), balance: z.string() }));

export interface LookupOptions {
  /** without the slash at its end */
  readonly url: string;
  readonly apiKey: string | null;
  readonly timeoutMs: number;
}

export function openLookup(options: LookupOptions): Lookup {
  return {
    bookings: async (externalId, player) => {
      const query = new URLSearchParams({ external_id: externalId, player });
      const { items } = await read(options, `/transactions?${query.toString()}`, bookingsSchema);
      return items
        .filter((item) => item.external_id === externalId)
        .map((item) => ({
          kind: item.kind,
          externalId: item.external_id,
          player: item.player_id,
          state: item.state,
          currency: item.currency,
          amount: item.amount,
          reversedAmount: item.reversed_amount ?? null,
        }));
    },
    balance: async (player, currency) => {
      const balances = await read(options, `/players/${encodeURIComponent(player)}/balances`, balancesSchema);
      return balances.find((each) => each.currency === currency)?.balance ?? null;
    },
  };
}

const TRIES = 5;
const PAUSE_MS = 200;

/** Asked a few times: a busy book is no finding. */
async function read<T>(options: LookupOptions, path: string, schema: z.ZodType<T>): Promise<T> {
  let last = '';
  for (let tries = 1; tries <= TRIES; tries += 1) {
    if (tries > 1) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries));
    try {
      const response = await fetch(`${options.url}${path}`, {
        headers: {
          accept: 'application/json',
          ...(options.apiKey === null ? {} : { authorization: `Bearer ${options.apiKey}` }),
        },
        signal: AbortSignal.timeout(options.timeoutMs),
      });
      const body: unknown = await response.json();
      const parsed = schema.safeParse(body);
      if (response.status === 200 && parsed.success) return parsed.data;
      last = response.status === 200 ? `not the shape docs/certify.md describes` : `status ${response.status}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
  }
  throw new LookupProblem(`the lookup ${path.split('?')[0]} did not answer: ${last}`);
}
