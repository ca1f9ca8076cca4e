/** Who plays in the zoo: the operator's players, sessions, games and currencies before anybody has bet. */
import type { Cast, CastPlayer, ExchangedPlayer } from '../lookup.ts';
import type { Session, Wallet } from './book.ts';

/** The cast of the kit, with everybody there whom a scenario may need. */
export interface ZooCast extends Cast {
  readonly otherGame: string;
  readonly otherCurrency: string;
  readonly blocked: CastPlayer;
  readonly poor: CastPlayer;
  readonly demoSession: string;
  readonly exchanged: ExchangedPlayer;
}

/** Decimals of the currencies that are known. */
const SCALES: Readonly<Record<string, number>> = { USD: 2, EUR: 2, JPY: 0, KWD: 3, BTC: 8, ETH: 18 };

export const scaleOf = (currency: string): number | null =>
  Object.hasOwn(SCALES, currency) ? (SCALES[currency] ?? null) : null;

const player = (id: string, expired: string | null = null): CastPlayer => ({ id, session: `session-${id}`, expired });

/** So many players with as much money as `balance` says. */
export function castOf(players: number): ZooCast {
  return {
    currency: 'USD',
    scale: 2,
    stake: '1.00',
    game: 'fruits',
    players: Array.from({ length: players }, (_, n) => player(`player-${n + 1}`, `expired-${n + 1}`)),
    otherGame: 'dice',
    otherCurrency: 'EUR',
    blocked: player('blocked'),
    poor: player('poor'),
    demoSession: 'session-demo',
    exchanged: { ...player('exchanged'), wallet: { currency: 'BTC', scale: 8 } },
  };
}

export interface World {
  readonly wallets: readonly Wallet[];
  readonly session: (token: string) => Session | null;
  readonly knowsGame: (code: string, session: Session | null) => boolean;
}

/** 0.02 BTC, and a little that no bet of whole cents can take. */
const EXCHANGED_UNITS = 2_000_007n;

/** `balance`: what each player has, in the currency's smallest units. */
export function worldOf(cast: ZooCast, balance: bigint): World {
  const { currency, scale, game } = cast;
  const wallet = (id: string, units: bigint, status: Wallet['status'], of = { currency, scale }): Wallet => {
    return { player: id, ...of, balance: units, available: units, status, maxStake: null };
  };
  const everybody = [...cast.players, cast.blocked, cast.poor, cast.exchanged];
  const sessions = new Map<string, Session>([
    ...everybody.map(({ id, session }) => [session, { player: id, game, currency, standing: 'live' }] as const),
    ...everybody.flatMap(({ id, expired }) =>
      expired === null ? [] : [[expired, { player: id, game, currency, standing: 'expired' }] as const],
    ),
    [cast.demoSession, { player: null, game, currency, standing: 'demo' }],
  ]);
  return {
    wallets: [
      ...cast.players.map(({ id }) => wallet(id, balance, 'active')),
      wallet(cast.blocked.id, balance, 'blocked'),
      wallet(cast.poor.id, 0n, 'active'),
      wallet(cast.exchanged.id, EXCHANGED_UNITS, 'active', cast.exchanged.wallet),
    ],
    session: (token) => sessions.get(token) ?? null,
    knowsGame: (code, session) => code === session?.game || code === game || code === cast.otherGame,
  };
}
