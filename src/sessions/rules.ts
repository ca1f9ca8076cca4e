/**
 * What a session is worth to a money call, as a pure function. Expiry stops bets; that it never stops a win or a refund is
 * the wallet's rule, so here an expired session still says its currency.
 */
import type { AggregatorName, GameCode, PlayerId, SessionFact, SessionId } from '../wallet/index.ts';

/** The token that went out with a launch, and the facts it stands for. */
export interface Session {
  readonly id: SessionId;
  /** null in demo mode */
  readonly player: PlayerId | null;
  readonly aggregator: AggregatorName;
  readonly gameId: string;
  readonly gameCode: GameCode;
  readonly mode: 'real' | 'demo';
  /** of the wallet it plays from; fixed for the session's life (LCH-22); null only in demo mode */
  readonly currency: string | null;
  /** what the game is played in, when that is not the wallet's currency; fixed as well */
  readonly gameCurrency: string | null;
  /** the exchange quote the player was last shown, by the launch or a balance */
  readonly quoteId: string | null;
  readonly country: string | null;
  readonly lang: string | null;
  readonly platform: string | null;
  readonly ip: string | null;
  /** as passed on with the launch (LCH-24) */
  readonly jurisdiction: string | null;
  readonly region: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** after this long without a sign of life the session has expired, too; null: never by idling */
  readonly idleMs: number | null;
  readonly lastSeenAtMs: number;
  /** as the aggregator says; null: it did not */
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** when a launch last resumed it for an unfinished round; null: never */
  readonly resumedAtMs: number | null;
}

export type SessionState = 'live' | 'expired' | 'ended';

/** Ended is what somebody said; expired is what the clock says. */
export function stateOfSession(session: Session, nowMs: number): SessionState {
  if (session.endedAtMs !== null) return 'ended';
  const idleAtMs = session.idleMs === null ? Number.POSITIVE_INFINITY : session.lastSeenAtMs + session.idleMs;
  return nowMs < Math.min(session.expiresAtMs, idleAtMs) ? 'live' : 'expired';
}

/** What the wallet is told about the session that a call of `aggregator` for `player` names. */
export function sessionFact(
  session: Session | null,
  about: { readonly player: PlayerId; readonly aggregator: AggregatorName; readonly nowMs: number },
): SessionFact {
  if (session === null) return { kind: 'unknown' };
  if (session.aggregator !== about.aggregator) return { kind: 'foreign' };
  if (session.mode === 'demo' || session.currency === null) return { kind: 'demo' };
  if (session.player !== about.player) return { kind: 'foreign' };
  const currency = session.gameCurrency ?? session.currency;
  return stateOfSession(session, about.nowMs) === 'live' ? { kind: 'live', currency } : { kind: 'expired', currency };
}
