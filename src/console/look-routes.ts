/** Calls that only look: the search, a round's story, the player, the pulse of the last minutes, the queues. */
import { z } from 'zod';
import { refuse } from '../api/index.ts';
import { shardOf } from '../ledger/index.ts';
import { formatUnits } from '../money/index.ts';
import { limitsText } from '../players/index.ts';
import { playerId, sessionId } from '../wallet/index.ts';
import type { ConsoleScope, RouteParts } from './deps.ts';
import { PREFIX } from './guard.ts';
import { selectDemoSigns, selectOpenRounds, selectSessionsOf } from './players-store.ts';
import type { OpenRound } from './players-store.ts';
import { selectPulse } from './pulse-store.ts';
import { roundIdOf } from './round-id.ts';
import { search } from './search.ts';
import { selectClaims, selectDiscrepancyIds, selectEvents, selectLaunches, selectMessages } from './story-store.ts';
import { storyOf, summaryOf } from './story.ts';
import type { StoryParts } from './story.ts';

const named = z.object({ id: z.string().min(1).max(4_000) });
const OPEN_MAX = 200;
const SESSIONS_MAX = 200;
const MONTH_MS = 30 * 24 * 3_600_000;
const PULSE_MS = 15 * 60_000;
const STEP_SECONDS = 5;

export function lookRoutes(app: ConsoleScope, parts: RouteParts): void {
  const { sql, ledger, aggregators } = parts;

  app.get(`${PREFIX}/search`, { schema: { querystring: z.object({ q: z.string().max(1_000) }) } }, async (request) => ({
    hits: await search({ sql, aggregators }, request.query.q),
  }));

  app.get(`${PREFIX}/rounds/:id/story`, { schema: { params: named } }, async (request) => {
    const book = (await ledger.round(request.params.id)) ?? refuse(404, 'not_found', 'There is no such round.');
    const told = await gather(parts, book);
    const { round } = book;
    return {
      round: {
        id: round.id,
        round_id: round.round,
        player: round.player,
        aggregator: round.aggregator,
        game: round.gameCode,
        session: round.sessionId,
        state: round.state,
        currency: round.currency,
        staked: formatUnits(round.staked, round.scale),
        returned: formatUnits(round.returned, round.scale),
        paid: formatUnits(round.paid, round.scale),
        opened_at: new Date(round.openedAtMs).toISOString(),
        closed_at: round.closedAtMs === null ? null : new Date(round.closedAtMs).toISOString(),
      },
      summary: summaryOf(told),
      items: storyOf(told),
    };
  });

  playerRoutes(app, parts);
  pulseRoutes(app, parts);
}

/** Everything that is known of the round, from every room. */
async function gather(
  { sql, sessions, settlement }: RouteParts,
  book: Pick<StoryParts, 'round' | 'transactions' | 'postings'>,
): Promise<StoryParts> {
  const { aggregator, player, round, sessionId: session } = book.round;
  const about = { aggregator, player, round };
  const ids = [...new Set(book.transactions.map((row) => row.externalId))];
  const [opened, launches, messages, events, claims, found] = await Promise.all([
    session === null ? null : sessions.get(sessionId(session)),
    session === null ? [] : selectLaunches(sql, session),
    selectMessages(sql, { ...about, ids }),
    selectEvents(sql, about),
    selectClaims(sql, about),
    selectDiscrepancyIds(sql, { ...about, shard: shardOf(player) }),
  ]);
  const stories = await Promise.all(found.map(async (each) => settlement.discrepancy(each)));
  const discrepancies = stories.flatMap((each) => (each === null ? [] : [each]));
  return { ...book, session: opened, launches, messages, events, claims, discrepancies };
}

function playerRoutes(app: ConsoleScope, { sql, ledger, players, sessions, adjustments }: RouteParts): void {
  app.get(`${PREFIX}/players/:id`, { schema: { params: named } }, async (request) => {
    const id = playerId(request.params.id);
    const player = (await players.get(id)) ?? refuse(404, 'unknown_player', 'There is no such player.');
    const [wallets, open, made] = await Promise.all([
      ledger.wallets(id),
      selectOpenRounds(sql, shardOf(id), id, OPEN_MAX),
      adjustments.list(id),
    ]);
    return {
      player: {
        id: player.id,
        status: player.status,
        country: player.country,
        test: player.test,
        created_at: new Date(player.createdAtMs).toISOString(),
        changed_at: new Date(player.changedAtMs).toISOString(),
      },
      wallets: wallets.map((wallet) => ({
        currency: wallet.currency,
        balance: formatUnits(wallet.balance, wallet.scale),
        on_game: formatUnits(onGame(open, wallet.currency), wallet.scale),
        ...limitsText(wallet),
      })),
      open_rounds: open.map((row) => ({
        id: roundIdOf(id, row.aggregator, row.id_scope, row.round_id),
        round_id: row.round_id,
        aggregator: row.aggregator,
        game: row.game_code,
        state: row.state,
        currency: row.currency,
        staked: formatUnits(BigInt(row.staked), row.scale),
        on_game: formatUnits(standing(row), row.scale),
        opened_at: row.opened_at.toISOString(),
      })),
      open_rounds_whole: open.length < OPEN_MAX,
      adjustments: made.map(adjustments.shown),
    };
  });

  app.get(`${PREFIX}/players/:id/sessions`, { schema: { params: named } }, async (request) => {
    const { id } = request.params;
    const [real, demo] = await Promise.all([
      selectSessionsOf(sql, id, SESSIONS_MAX),
      selectDemoSigns(sql, id, sessions.now() - MONTH_MS, SESSIONS_MAX),
    ]);
    return { real, demo };
  });
}

/** What was staked, was not given back, and is not settled yet. */
const standing = (row: OpenRound): bigint => BigInt(row.staked) - BigInt(row.returned);

function onGame(open: readonly OpenRound[], currency: string): bigint {
  return open.filter((row) => row.currency === currency).reduce((sum, row) => sum + standing(row), 0n);
}

function pulseRoutes(app: ConsoleScope, { sql, sessions, clock, queues }: RouteParts): void {
  let kept: { readonly atMs: number; readonly answer: Promise<unknown> } | null = null;
  const measure = async (): Promise<unknown> => {
    const sinceMs = sessions.now() - PULSE_MS;
    const { rows, whole } = await selectPulse(sql, { sinceMs, stepSeconds: STEP_SECONDS });
    const from = whole ? sinceMs : (rows[0]?.atMs ?? sinceMs);
    return {
      step_seconds: STEP_SECONDS,
      from: new Date(from).toISOString(),
      to: new Date(sessions.now()).toISOString(),
      whole,
      rows,
    };
  };
  app.get(`${PREFIX}/pulse`, async () => {
    // However many people look, the journal is asked every two seconds.
    if (kept === null || clock.monotonic() - kept.atMs > 2_000) kept = { atMs: clock.monotonic(), answer: measure() };
    return kept.answer;
  });
  app.get(`${PREFIX}/queues`, async () => ({ queues: await queues() }));
}
