/** Calls about players: made once per id, read, switched, given wallets. */
import { playerId } from '../wallet/index.ts';
import type { Player, PlayerPatch } from '../players/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { refuse } from './problem.ts';
import { renderMoney, renderPlayer } from './render.ts';
import * as schemas from './schemas.ts';

const TAGS = ['Players'];

export function playerRoutes(app: ApiScope, options: RouteOptions): void {
  const { players, idempotency } = options;

  app.post(
    '/v1/players',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Create a player',
        description: 'Idempotent by the id: the same facts again give the same player, other facts a conflict.',
        body: schemas.newPlayer,
        response: { 200: schemas.player, 201: schemas.player, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const { id, currency, country, test } = request.body;
        const facts = { id: playerId(id), currency, country: country ?? null, test: test ?? false };
        const created = await players.create(facts);
        if (created.kind === 'unknown_currency')
          return refuse(422, 'wrong_currency', 'The currency is not configured.');
        if (created.kind === 'conflict') {
          const detail = 'A player with this id exists with other facts.';
          return refuse(409, 'conflict', `${detail} What differs: ${created.field}.`, { field: created.field });
        }
        const body = await withLimits(options, created.player);
        return { status: created.kind === 'created' ? 201 : 200, body };
      });
      return sendAnswered(reply, answer);
    },
  );

  app.get(
    '/v1/players/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'One player',
        params: schemas.pathId,
        response: { 200: schemas.player, ...schemas.problems },
      },
    },
    async (request) => withLimits(options, await knownPlayer(options, request.params.id)),
  );
  changeRoutes(app, options);
  walletRoutes(app, options);
}

function changeRoutes(app: ApiScope, options: RouteOptions): void {
  const { players, idempotency } = options;
  app.patch(
    '/v1/players/:id',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Change status or limits',
        description:
          'Counts for the very next bet, a raised limit after the cool-off. Wins, refunds and closes of a blocked or excluded player still pass.',
        params: schemas.pathId,
        body: schemas.playerPatch,
        response: { 200: schemas.player, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const { status, limits } = request.body;
        const named = Object.entries(limits ?? {}).map(([currency, { max_stake, daily_loss_limit }]) => {
          return [currency, { maxStake: max_stake, dailyLossLimit: daily_loss_limit }] as const;
        });
        const patch: PlayerPatch = { limits: Object.fromEntries(named), ...(status === undefined ? {} : { status }) };
        const patched = await players.patch(playerId(request.params.id), patch);
        switch (patched.kind) {
          case 'unknown_player':
            return refuse(404, 'unknown_player', 'There is no such player.');
          case 'no_wallet':
            return refuse(422, 'wrong_currency', `The player has no wallet in ${patched.currency}.`);
          case 'invalid_limit':
            return refuse(400, 'bad_request', `body.limits.${patched.currency}: not an amount of this currency`);
          case 'patched':
            return { status: 200, body: await withLimits(options, patched.player) };
        }
      });
      return sendAnswered(reply, answer);
    },
  );
}

function walletRoutes(app: ApiScope, options: RouteOptions): void {
  const { players, ledger, idempotency } = options;

  app.get(
    '/v1/players/:id/balances',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Balances by currency',
        params: schemas.pathId,
        response: { 200: schemas.balances, ...schemas.problems },
      },
    },
    async (request) => {
      const { id } = await knownPlayer(options, request.params.id);
      return (await ledger.balances(id)).map(renderMoney);
    },
  );

  app.post(
    '/v1/players/:id/wallets',
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Give a player a wallet in another currency',
        description: 'Repeating it changes nothing.',
        params: schemas.pathId,
        body: schemas.newWallet,
        response: { 200: schemas.balances, ...schemas.problems },
      },
    },
    async (request, reply) => {
      const answer = await idempotency.once(request, async () => {
        const id = playerId(request.params.id);
        const { kind } = await players.addWallet(id, request.body.currency);
        if (kind === 'unknown_player') return refuse(404, 'unknown_player', 'There is no such player.');
        if (kind === 'unknown_currency') return refuse(422, 'wrong_currency', 'The currency is not configured.');
        return { status: 200, body: (await ledger.balances(id)).map(renderMoney) };
      });
      return sendAnswered(reply, answer);
    },
  );
}

async function withLimits({ ledger, players }: RouteOptions, player: Player) {
  return renderPlayer(player, await ledger.wallets(player.id), await players.raises(player.id));
}

async function knownPlayer(options: RouteOptions, id: string): Promise<Player> {
  return (await options.players.get(playerId(id))) ?? refuse(404, 'unknown_player', 'There is no such player.');
}
