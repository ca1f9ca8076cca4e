/**
 * Sessions as analytics count them: what wallet calls say about one, and on which days it counts as what. Pure; the judgement
 * whether one is real is the sessions room's.
 */
import { classify, spanOf } from '../sessions/index.ts';
import { isBooked } from './plays.ts';
import type { BookRow } from './plays.ts';
import type { KnownSession, SessionDay, WalletSigns } from './session-store.ts';

/** Calls are remembered by stretches of five minutes: enough to see a pause in a session, and all of one is one day. */
export const MARK_MS = 5 * 60_000;

/** What new rows of the book say about the sessions they carry, one for each session. */
export function walletSignsOf(rows: readonly BookRow[]): readonly WalletSigns[] {
  const found = new Map<string, WalletSigns>();
  for (const row of rows) {
    // A tombstone learns later what its bet was, and no row tells of it; a rollback is no sign that anybody plays.
    if (row.session === null || row.state === 'tombstone' || (row.kind !== 'bet' && row.kind !== 'win')) continue;
    const key = `${row.aggregator}\0${row.session}`;
    const bet = row.kind === 'bet' && isBooked(row);
    const mark = Math.floor(row.createdAtMs / MARK_MS);
    const one: WalletSigns = {
      aggregator: row.aggregator,
      session: row.session,
      player: bet ? row.player : null,
      game: bet ? row.game : null,
      currency: bet ? row.currency : null,
      firstAtMs: row.createdAtMs,
      lastAtMs: row.createdAtMs,
      marks: [mark],
    };
    const before = found.get(key);
    found.set(key, before === undefined ? one : together(before, one));
  }
  return [...found.values()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

const nameOf = (each: { readonly aggregator: string; readonly session: string }): string =>
  `${each.aggregator}\0${each.session}`;

function together(a: WalletSigns, b: WalletSigns): WalletSigns {
  return {
    ...a,
    player: least(a.player, b.player),
    game: least(a.game, b.game),
    currency: least(a.currency, b.currency),
    firstAtMs: Math.min(a.firstAtMs, b.firstAtMs),
    lastAtMs: Math.max(a.lastAtMs, b.lastAtMs),
    marks: [...new Set([...a.marks, ...b.marks])].toSorted((x, y) => x - y),
  };
}

function least(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

export interface CountedSession {
  readonly mode: SessionDay['mode'];
  readonly conflict: boolean;
  readonly days: readonly SessionDay[];
}

export interface CountingRules {
  readonly dayOf: (ms: number) => string;
  readonly idleMs: number;
  /** players made for tests, of those named by these sessions */
  readonly isTest: (player: string) => boolean;
}

/** What a session is, and the days it counts on; none at all when a test player has anything to do with it (SES-09). */
export function countSession(known: KnownSession, rules: CountingRules): CountedSession {
  const { launch, wallet, events } = known;
  const { mode, conflict } = classify({
    launched: launch?.mode ?? null,
    told: new Set(events.flatMap((event) => event.mode ?? [])),
    hasBet: wallet?.player != null,
  });
  const players = playersOf(known);
  const signs = signsOf(known);
  if (players.some(rules.isTest) || signs.length === 0) return { mode, conflict, days: [] };
  const ended = events.filter(({ type }) => type === 'ended').map(({ atMs }) => atMs);
  const endedAtMs = ended.length === 0 ? null : Math.max(...ended);
  const span = spanOf({ atMs: signs, endedAtMs, idleMs: rules.idleMs });
  const firstDay = rules.dayOf(span.firstAtMs);
  const days = [...new Set([...signs, span.lastAtMs].map(rules.dayOf))].toSorted();
  return {
    mode,
    conflict,
    days: days.map((day) => ({
      day,
      aggregator: known.aggregator,
      session: known.session,
      mode,
      conflict,
      visitor: visitorOf(known, mode),
      game: launch?.game ?? wallet?.game ?? firstOf(events.map(({ game }) => game)) ?? '',
      currency: launch?.currency ?? wallet?.currency ?? '',
      seconds: day === firstDay ? Math.round(span.lengthMs / 1_000) : null,
    })),
  };
}

/** Everybody who is named with the session. */
export function playersOf({ launch, wallet, events }: KnownSession): readonly string[] {
  return [launch?.player, wallet?.player, ...events.map(({ player }) => player)].filter((each) => each != null);
}

/** Every sign of life but the end, epoch ms. An end tells when somebody noticed, not when somebody played. */
function signsOf({ launch, wallet, events }: KnownSession): readonly number[] {
  const told = events.filter(({ type }) => type !== 'ended').map(({ atMs }) => atMs);
  const signs = [...(launch === null ? [] : [launch.atMs]), ...told];
  if (wallet !== null) {
    const within = (ms: number) => Math.min(Math.max(ms, wallet.firstAtMs), wallet.lastAtMs);
    signs.push(wallet.firstAtMs, wallet.lastAtMs);
    for (const mark of wallet.marks) signs.push(within(mark * MARK_MS), within((mark + 1) * MARK_MS - 1));
  }
  return signs.length > 0 ? signs : events.map(({ atMs }) => atMs);
}

/**
 * For whom a visit counts. A demo visitor is never a player of ours, whatever id the event carries (SES-12); who is not named
 * is as many visitors as sessions.
 */
function visitorOf(known: KnownSession, mode: SessionDay['mode']): string {
  const { aggregator, session } = known;
  const told = firstOf(known.events.map(({ player }) => player));
  if (mode !== 'real') return `${mode}:${aggregator}:${told ?? `session ${session}`}`;
  const player = known.wallet?.player ?? known.launch?.player ?? told;
  return player === null ? `real:${aggregator}:session ${session}` : `player:${player}`;
}

/** The least of those that are there: whichever came first, it is the same one. */
function firstOf(values: readonly (string | null)[]): string | null {
  return values.reduce<string | null>((a, b) => least(a, b), null);
}
