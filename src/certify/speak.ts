/** From a scenario's line to a call in the house's language: local names become ids of this run, stakes become money. Pure. */
import { fromUnits, isProblem, parseDecimal, toUnits } from '../money/index.ts';
import type { Decimal } from '../money/index.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../wallet/index.ts';
import type { Call, Operations } from '../wallet/index.ts';
import type { Cast, CastPlayer } from './lookup.ts';
import type { Amount, Delta, Line, Who } from './scenario.ts';

/** Whom the roles of one scenario are played by, and what they had when it began. */
export interface Roles {
  readonly cast: Cast;
  /** goes before every id of the scenario, so that no id is used twice, in this run or another */
  readonly prefix: string;
  readonly player: CastPlayer;
  readonly rival: CastPlayer | null;
  /** a refund has the id of the bet it undoes */
  readonly sharesIds?: boolean;
  /** units at the beginning, by role */
  readonly start: ReadonlyMap<Who, bigint>;
}

/** The scenario asks for something the cast or the currency does not have. */
export class NotPlayable extends Error {
  override readonly name = 'NotPlayable';
}

export function actor(roles: Roles, who: Who): CastPlayer {
  const { cast, player, rival } = roles;
  const found = { player, rival, blocked: cast.blocked, poor: cast.poor, stranger: strangerOf(roles) }[who];
  if (found === null) throw new NotPlayable(`nobody plays the ${who}`);
  return found;
}

function strangerOf({ prefix, player }: Roles): CastPlayer {
  return { id: `${prefix}nobody`, session: player.session, expired: null };
}

/** Units of a text in stakes, e.g. `1.50` of 2.00 USD is 300. */
export function unitsOfText(text: string, cast: Cast): bigint {
  const [count, stake] = [parseDecimal(text), parseDecimal(cast.stake)];
  if (isProblem(count) || isProblem(stake)) throw new NotPlayable(`"${text}" of "${cast.stake}" is no amount`);
  const units = toUnits({ unscaled: count.unscaled * stake.unscaled, scale: count.scale + stake.scale }, cast.scale);
  if (isProblem(units))
    throw new NotPlayable(`${text} stakes of ${cast.stake} ${cast.currency} is finer than its units`);
  return units;
}

export function unitsOf(amount: Amount, roles: Roles, who: Who): bigint {
  if (typeof amount === 'string') return unitsOfText(amount, roles.cast);
  return (roles.start.get(who) ?? 0n) / BigInt(amount.parts) + amount.plusUnits;
}

export const deltaUnits = (delta: Delta, roles: Roles, who: Who): bigint =>
  delta.reduce((sum, { amount, times }) => sum + unitsOf(amount, roles, who) * BigInt(times), 0n);

/** The external id of a local one. */
export const idOf = (roles: Roles, local: string): string => `${roles.prefix}${local}`;

export function callOf(line: Line, roles: Roles): Call {
  const { cast } = roles;
  const who = actor(roles, line.who);
  const context = {
    player: { kind: 'id', player: playerId(who.id) },
    session: sessionId(sessionOf(line, roles, who)),
    currency: currencyOf(line, cast),
    game: gameCode(gameOf(line, roles)),
    provider: null,
    requestId: line.request === null ? null : idOf(roles, line.request),
  } as const;
  if (line.what === 'balance') return { kind: 'balance', ...context };
  return { kind: 'money', ...context, operations: operationsOf(line, roles) };
}

function sessionOf(line: Line, roles: Roles, who: CastPlayer): string {
  const found = {
    own: who.session,
    expired: who.expired,
    rival: roles.rival?.session ?? null,
    demo: roles.cast.demoSession,
    nonsense: `${roles.prefix}session-nobody-issued`,
  }[line.session];
  if (found === null) throw new NotPlayable(`there is no ${line.session} session`);
  return found;
}

function currencyOf(line: Line, { currency, otherCurrency }: Cast): string {
  if (line.currency === 'own') return currency;
  if (line.currency === 'lower_case') return currency.toLowerCase();
  if (otherCurrency === null) throw new NotPlayable('there is no other currency');
  return otherCurrency;
}

function gameOf(line: Line, { cast, prefix }: Roles): string {
  if (line.game === 'own') return cast.game;
  if (line.game === 'unknown') return `${prefix}game-nobody-made`;
  if (cast.otherGame === null) throw new NotPlayable('there is no other game');
  return cast.otherGame;
}

const WINNING = ['win', 'jackpot', 'promo', 'free_round'] as const;

function operationsOf(line: Line, roles: Roles): Operations {
  const id = externalId(idOf(roles, line.id));
  const round = line.round === null ? null : roundId(idOf(roles, line.round));
  const bet = line.bet === null ? null : externalId(idOf(roles, line.bet));
  const money = (amount: Amount | null): Decimal =>
    fromUnits(amount === null ? 0n : unitsOf(amount, roles, line.who), roles.cast.scale);
  const amount = money(line.amount);
  const flavour = line.flavour === 'free' || line.flavour === 'tip' ? line.flavour : 'cash';
  switch (line.what) {
    case 'bet':
      return [{ kind: 'bet', id, round, amount, flavour, combined: false, closesRound: line.closes }];
    case 'win': {
      const winning = WINNING.find((each) => each === line.flavour) ?? 'win';
      return [{ kind: 'win', id, round, bet, amount, flavour: winning, combined: false, closesRound: line.closes }];
    }
    case 'bet_win':
      return [
        { kind: 'bet', id, round, amount, flavour, combined: true, closesRound: false },
        {
          kind: 'win',
          id,
          round,
          bet: id,
          amount: money(line.win),
          flavour: 'win',
          combined: true,
          closesRound: line.closes,
        },
      ];
    case 'bet_and_win':
      return [
        { kind: 'bet', id, round, amount, flavour, combined: false, closesRound: false },
        {
          kind: 'win',
          id: bet ?? id,
          round,
          bet: id,
          amount: money(line.win),
          flavour: 'win',
          combined: false,
          closesRound: line.closes,
        },
      ];
    case 'refund': {
      const part = line.amount === null ? null : amount;
      const target =
        line.undoes === 'round'
          ? ({ kind: 'round', round: round ?? roundId(idOf(roles, 'r')) } as const)
          : ({ kind: line.undoes, id: bet ?? id } as const);
      const own = roles.sharesIds === true && target.kind === 'bet' ? target.id : id;
      return [{ kind: 'rollback', id: own, target, round, amount: part, closesRound: line.closes }];
    }
    case 'correction':
      return [{ kind: 'adjust', id, round, reference: null, amount }];
    case 'close':
      return [{ kind: 'close', round: round ?? roundId(idOf(roles, 'r')) }];
    case 'balance':
      throw new NotPlayable('a balance moves no money');
  }
}
