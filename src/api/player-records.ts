/** Calls for a player's records: their whole game history as a file, and what of their money is at play. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { csvLine, isDay } from '../analytics/index.ts';
import type { CsvCell } from '../analytics/index.ts';
import type { Records } from '../ledger/index.ts';
import { formatUnits } from '../money/index.ts';
import { playerId } from '../wallet/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { refuse } from './problem.ts';
import { renderTransaction } from './render.ts';
import { idText, pathId, problems } from './schemas.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 400;
const FUNDS_DAYS = 7;

const day = z.string().refine(isDay, 'is no day like 2026-01-31');
const historyQuery = z.object({ from: day.describe('UTC; counts in.'), to: day.describe('UTC; counts in.') });
const fundsQuery = z.object({
  player: idText.optional(),
  days: z.coerce.number().int().min(1).max(90).default(FUNDS_DAYS).describe('How long ago a round may have begun.'),
});
const funds = z.object({
  items: z.array(
    z.object({
      player_id: z.string(),
      currency: z.string(),
      stake: z.string(),
      rounds: z.number(),
      oldest_opened_at: z.string(),
    }),
  ),
  complete: z.boolean().describe('False: more players have open stakes than are listed.'),
});

export function playerRecordRoutes(app: ApiScope, { records, clock }: RouteOptions): void {
  if (records === undefined) return;
  app.get(
    '/v1/players/:id/history',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Players'],
        summary: "A player's whole game history",
        description:
          'As CSV: every bet, win, return and correction of the days, oldest first, in the currency of the game and in that of the account, with the rate between them.',
        params: pathId,
        querystring: historyQuery,
        response: {
          200: { description: 'The history.', content: { 'text/csv': { schema: z.unknown() } } },
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const [fromMs, lastMs] = [Date.parse(request.query.from), Date.parse(request.query.to)];
      if (lastMs < fromMs) refuse(400, 'bad_request', 'query.to: is before from', { field: 'to' });
      if ((lastMs - fromMs) / DAY_MS >= MOST_DAYS)
        refuse(400, 'bad_request', `query.to: at most ${MOST_DAYS} days at once`, { field: 'to' });
      const query = { player: playerId(request.params.id), fromMs, toMs: lastMs + DAY_MS };
      const name = `history-${request.query.from}-${request.query.to}.csv`;
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Readable.from(linesOf(records, query)));
    },
  );
  app.get(
    '/v1/funds-on-game',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Players'],
        summary: 'Stakes at play: rounds without an outcome, by player',
        querystring: fundsQuery,
        response: { 200: funds, ...problems },
      },
    },
    async ({ query: { player, days } }) => {
      const nowMs = clock.now();
      const sinceMs = nowMs - days * DAY_MS;
      const of = player === undefined ? null : playerId(player);
      const { stakes, isCut } = await records.fundsOnGame({ player: of, sinceMs, nowMs });
      return {
        items: stakes.map((each) => ({
          player_id: each.player,
          currency: each.currency,
          stake: formatUnits(each.units, each.scale),
          rounds: each.rounds,
          oldest_opened_at: new Date(each.oldestMs).toISOString(),
        })),
        complete: !isCut,
      };
    },
  );
}

const COLUMNS = [
  'at',
  'kind',
  'flavour',
  'state',
  'aggregator',
  'game_code',
  'round_id',
  'transaction_id',
  'session_id',
  'game_currency',
  'game_amount',
  'game_amount_returned',
  'account_currency',
  'account_amount',
  'account_amount_returned',
  'rate',
  'account_balance_after',
] as const;

/** The file, a line at a time. */
async function* linesOf(records: Records, query: Parameters<Records['history']>[0]): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for await (const row of records.history(query)) {
    const told = renderTransaction(row);
    const { scale } = row.fx === null ? row : { scale: row.fx.lock.walletScale };
    const number = (text: string | null): CsvCell => (text === null ? null : { number: text });
    const line: readonly CsvCell[] = [
      told.created_at,
      told.kind,
      told.flavour,
      told.state,
      told.aggregator,
      told.game_code,
      told.round_id,
      told.external_id,
      told.session_id,
      told.currency,
      number(told.amount),
      number(told.reversed_amount),
      told.wallet_currency,
      number(told.wallet_amount),
      number(scale === null ? null : formatUnits(row.reversedUnits, scale)),
      number(told.exchange?.rate ?? null),
      number(told.balance_after),
    ];
    yield csvLine(line);
  }
}
