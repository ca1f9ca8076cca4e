/**
 * Deposits and withdrawals: through the same lanes, keys and postings as bets. The reference is booked at most once; the
 * same reference with other facts is a conflict. What could not be found out is answered as uncertain, never as refused.
 */
import { isNegative, isProblem, isZero, parseDecimal, toUnits } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { newId } from '../platform/index.ts';
import { CASHIER, externalId, playerId, SAFE_POLICY, transactionId } from '../wallet/index.ts';
import type { Outcome, PlayerId, Refusal, WalletRequest } from '../wallet/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { sendAnswered } from './idempotency.ts';
import { ApiProblem, refuse } from './problem.ts';
import { renderMoney } from './render.ts';
import * as schemas from './schemas.ts';

/** How long the lane may take before the caller hears "uncertain". */
const TIMEOUT_MS = 5_000;

const STATUS: Record<Refusal, 404 | 409 | 422> = {
  insufficient_funds: 422,
  unknown_player: 404,
  player_blocked: 422,
  player_excluded: 422,
  limit_reached: 422,
  session_invalid: 422,
  session_expired: 422,
  unknown_game: 422,
  wrong_currency: 422,
  round_closed: 422,
  not_found: 404,
  conflict: 409,
  reversed: 422,
  already_settled: 422,
  below_minimum: 422,
  parent_failed: 422,
};

interface Movement {
  readonly amount: string;
  readonly currency: string;
  readonly reference: string;
}

export function cashierRoutes(app: ApiScope, options: RouteOptions): void {
  const kinds = [
    { kind: 'deposit', path: '/v1/players/:id/deposits', summary: 'Put money into a wallet' },
    { kind: 'withdrawal', path: '/v1/players/:id/withdrawals', summary: 'Take money out of a wallet' },
  ] as const;
  for (const { kind, path, summary } of kinds) {
    app.post(
      path,
      {
        config: { scope: 'money' },
        schema: {
          tags: ['Money'],
          summary,
          description: 'Booked at most once per reference. 503 means: not known, ask again with the same reference.',
          params: schemas.pathId,
          body: schemas.movement,
          response: { 200: schemas.moved, ...schemas.problems },
        },
      },
      async (request, reply) => {
        const answer = await options.idempotency.once(request, async () => {
          const player = playerId(request.params.id);
          if (kind === 'withdrawal') await refuseWhileFrozen(options, player);
          const outcome = await submit(options, kind, player, request.body);
          return { status: 200, body: movedOf(outcome) };
        });
        return sendAnswered(reply, answer);
      },
    );
  }
}

/** Not remembered as an answer: it may be paid as soon as somebody has looked. */
async function refuseWhileFrozen({ settlement }: RouteOptions, player: PlayerId): Promise<void> {
  if (settlement === undefined || !(await settlement.hasFrozen(player))) return;
  const detail =
    'The sums of one of the player’s rounds are not those of its transactions. Nothing is paid out until the discrepancy LEDGER_IMBALANCE is decided.';
  refuse(403, 'payouts_frozen', detail);
}

async function submit(
  options: RouteOptions,
  kind: 'deposit' | 'withdrawal',
  player: PlayerId,
  movement: Movement,
): Promise<Outcome> {
  const amount = readAmount(options, movement);
  const request: WalletRequest = {
    aggregator: CASHIER,
    idScope: '',
    player,
    currency: movement.currency,
    exchange: null,
    session: { kind: 'none' },
    sessionId: null,
    gameCode: null,
    gameKnown: true,
    operations: [{ kind, id: externalId(movement.reference), amount }],
    onlyKnown: false,
    nowMs: options.clock.now(),
    nextId: () => transactionId(newId()),
  };
  return options.ledger.submit(request, SAFE_POLICY, TIMEOUT_MS);
}

/** A positive amount that the currency can hold to the last digit. */
function readAmount(options: RouteOptions, movement: Movement): Decimal {
  const currency = options.currencies.get(movement.currency);
  if (currency === undefined) refuse(422, 'wrong_currency', 'The currency is not configured.');
  const amount = parseDecimal(movement.amount);
  if (isProblem(amount))
    refuse(400, 'bad_request', 'body.amount: write plain digits like "12.50"', { field: 'amount' });
  if (isNegative(amount) || isZero(amount)) {
    refuse(400, 'bad_request', 'body.amount: must be more than zero', { field: 'amount' });
  }
  const units = toUnits(amount, currency.scale);
  if (typeof units !== 'bigint') {
    const detail =
      units.reason === 'too_large' ? 'is too large' : `${currency.code} has ${currency.scale} decimal digits`;
    refuse(400, 'bad_request', `body.amount: ${detail}`, { field: 'amount' });
  }
  return amount;
}

function movedOf(outcome: Outcome) {
  switch (outcome.kind) {
    case 'applied': {
      const id = outcome.results[0]?.id ?? null;
      if (id === null) throw new Error('defect: a movement was applied without an id');
      return { transaction_id: id, ...renderMoney(outcome.balance), duplicate: outcome.duplicate };
    }
    case 'rejected': {
      const { refusal, message, field } = outcome;
      const details = { status: STATUS[refusal], code: refusal, detail: message };
      throw new ApiProblem(field === null ? details : { ...details, field });
    }
    case 'parked':
    case 'stale':
    case 'unpriced':
      throw new Error(`defect: a movement of the cashier came to "${outcome.kind}"`);
  }
}
