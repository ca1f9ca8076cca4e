/** Short words for single calls in tests: `call(bet('b1', { amount: '1' }))`. Player `ann`, house `acme`, US dollars. */
import { aggregatorName, CASHIER, externalId, gameCode, playerId, roundId } from '../../src/wallet/index.ts';
import type { Adjust, Bet, Operation, Operations, Rollback, RollbackTarget, Win } from '../../src/wallet/index.ts';
import { decimal, STORY_BEGINS_MS } from './histories.ts';
import type { Act, Asked } from './histories.ts';

interface BetWords {
  readonly amount?: string;
  readonly round?: string | null;
  readonly flavour?: Bet['flavour'];
  readonly combined?: boolean;
  readonly closes?: boolean;
}

export function bet(id: string, words: BetWords = {}): Bet {
  const round = words.round === undefined ? 'r1' : words.round;
  return {
    kind: 'bet',
    id: externalId(id),
    round: round === null ? null : roundId(round),
    amount: decimal(words.amount ?? '1'),
    flavour: words.flavour ?? 'cash',
    combined: words.combined ?? false,
    closesRound: words.closes ?? false,
  };
}

interface WinWords {
  readonly amount?: string;
  readonly round?: string | null;
  readonly bet?: string;
  readonly flavour?: Win['flavour'];
  readonly combined?: boolean;
  readonly closes?: boolean;
}

export function win(id: string, words: WinWords = {}): Win {
  const round = words.round === undefined ? 'r1' : words.round;
  return {
    kind: 'win',
    id: externalId(id),
    round: round === null ? null : roundId(round),
    bet: words.bet === undefined ? null : externalId(words.bet),
    amount: decimal(words.amount ?? '2.5'),
    flavour: words.flavour ?? 'win',
    combined: words.combined ?? false,
    closesRound: words.closes ?? false,
  };
}

export function undo(
  id: string,
  kind: 'bet' | 'win' | 'any' | 'rollback' | 'round',
  of: string,
  amount?: string,
): Rollback {
  const target: RollbackTarget = kind === 'round' ? { kind, round: roundId(of) } : { kind, id: externalId(of) };
  const part = amount === undefined ? null : decimal(amount);
  return { kind: 'rollback', id: externalId(id), target, round: null, amount: part, closesRound: false };
}

export function adjust(id: string, amount: string, round: string | null = null): Adjust {
  const inRound = round === null ? null : roundId(round);
  return { kind: 'adjust', id: externalId(id), round: inRound, reference: null, amount: decimal(amount) };
}

export const close = (round = 'r1'): Operation => ({ kind: 'close', round: roundId(round) });

export type CallWords = Partial<Omit<Asked, 'operations' | 'player'>> & {
  readonly player?: string;
  readonly afterMs?: number;
};

/** One call of the house `acme`, or of the cashier for a deposit or withdrawal. */
export function call(operations: Operation | Operations, words: CallWords = {}): Extract<Act, { kind: 'call' }> {
  const { player, afterMs, ...more } = words;
  const currency = words.currency ?? 'USD';
  const asked: Asked = {
    aggregator: aggregatorName('acme'),
    idScope: '',
    player: playerId(player ?? 'ann'),
    currency,
    exchange: null,
    session: { kind: 'live', currency },
    gameCode: gameCode('game'),
    gameKnown: true,
    operations: 'kind' in operations ? [operations] : operations,
    onlyKnown: false,
    ...more,
  };
  return { kind: 'call', asked, nowMs: STORY_BEGINS_MS + (afterMs ?? 0) };
}

/** A deposit by the operator's cashier. */
export function deposit(
  amount: string,
  words: { readonly id?: string; readonly player?: string; readonly currency?: string } = {},
) {
  const { id, ...more } = words;
  const operation: Operation = { kind: 'deposit', id: externalId(id ?? `deposit-${amount}`), amount: decimal(amount) };
  return call(operation, { ...more, aggregator: CASHIER, session: { kind: 'none' }, gameCode: null });
}
