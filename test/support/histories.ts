/**
 * Random histories of wallet calls as plain data, made so that collisions are common: few players, ids from a small window
 * that moves along, few rounds, repeats, repeats with one fact changed, everything out of order, time that jumps. The first
 * alternative of a step is "nothing", so that fast-check shrinks a history to the few steps that matter.
 */
import fc from 'fast-check';
import { parseDecimal } from '../../src/money/index.ts';
import type { Decimal, ExchangeTerms } from '../../src/money/index.ts';
import { SAFE_POLICY, transactionId } from '../../src/wallet/index.ts';
import type { ConflictField, PlayerStatus, Policy, TransactionId, WalletRequest } from '../../src/wallet/index.ts';

/** A call without the parts that only the place where it is played can give. */
export type Asked = Omit<WalletRequest, 'nextId' | 'sessionId' | 'nowMs'>;

export type Fact = 'amount' | 'currency' | 'round' | 'reference' | 'game' | 'player' | 'operation';

export type Step =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'call'; readonly asked: Template }
  /** the call of `back` calls ago once more; `session`: it expired meanwhile */
  | { readonly kind: 'again'; readonly back: number; readonly expired: boolean; readonly onlyKnown: boolean }
  | { readonly kind: 'otherwise'; readonly back: number; readonly fact: Fact }
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'status'; readonly player: number; readonly status: PlayerStatus }
  | {
      readonly kind: 'limits';
      readonly player: number;
      readonly maxStake: bigint | null;
      readonly dailyLossLimit: bigint | null;
    };

export interface Story {
  readonly policy: Policy;
  /** null: everybody plays in the currency of the wallet */
  readonly terms: ExchangeTerms | null;
  readonly steps: readonly Step[];
}

export interface Template {
  readonly house: number;
  readonly player: number;
  readonly currency: number;
  readonly session: number;
  readonly game: number;
  readonly round: number;
  readonly roundless: boolean;
  readonly ids: readonly [number, number, number];
  readonly shape: Shape;
  readonly amount: string;
  readonly other: string;
  readonly closes: boolean;
  readonly named: boolean;
  readonly flavour: number;
  /** how the wallet's currency is that of the game, in stories where it need not be */
  readonly exchange: 'plain' | 'quoted' | 'expired' | 'unpriced' | 'unconfigured';
}

type Shape =
  | 'bet'
  | 'win'
  | 'undoBet'
  | 'undoPart'
  | 'undoWin'
  | 'undoAny'
  | 'undoRollback'
  | 'undoRound'
  | 'close'
  | 'adjust'
  | 'deposit'
  | 'withdrawal'
  | 'betWin'
  | 'bets'
  | 'betThenWin';

export const PLAYERS = ['ann', 'bob', 'nobody'] as const;
/** Which wallets the players hold; `nobody` holds none, and `bob` only one. */
export const WALLETS = [
  { player: 'ann', currency: 'USD', scale: 2 },
  { player: 'ann', currency: 'BTC', scale: 8 },
  { player: 'bob', currency: 'USD', scale: 2 },
] as const;

export const HOUSES = [
  { aggregator: 'acme', idScope: '' },
  { aggregator: 'acme', idScope: 'studio' },
  { aggregator: 'beta', idScope: '' },
] as const;

export const PARK_MS = 60_000;
export const STORY_BEGINS_MS = Date.UTC(2026, 0, 15, 20, 0, 0);

export function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if ('kind' in parsed) throw new Error(`not a decimal: ${text}`);
  return parsed;
}

const pick = <T>(...weighted: readonly (readonly [number, T])[]): fc.Arbitrary<T> =>
  fc.oneof(...weighted.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

/** The last two fit no dollar wallet: finer than a cent, and beyond what a row holds. */
const amounts = pick(
  [12, '1'],
  [6, '0.33'],
  [6, '0.34'],
  [4, '2.5'],
  [4, '7.77'],
  [2, '0'],
  [2, '40'],
  [2, '0.01'],
  [1, '0.001'],
  [1, `1${'0'.repeat(36)}`],
);

const template: fc.Arbitrary<Template> = fc.record({
  house: pick([12, 0], [1, 1], [1, 2]),
  player: pick([40, 0], [10, 1], [1, 2]),
  currency: pick([48, 0], [4, 1], [1, 2]),
  session: pick([40, 0], [2, 1], [1, 2], [1, 3], [1, 4], [2, 5], [1, 6]),
  game: pick([40, 0], [1, 1], [1, 2]),
  round: fc.integer({ min: 0, max: 2 }),
  roundless: pick([7, false], [1, true]),
  ids: fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })),
  shape: pick<Shape>(
    [10, 'bet'],
    [8, 'win'],
    [5, 'undoBet'],
    [4, 'undoPart'],
    [3, 'undoWin'],
    [4, 'undoAny'],
    [3, 'undoRollback'],
    [2, 'undoRound'],
    [2, 'close'],
    [3, 'adjust'],
    [1, 'deposit'],
    [1, 'withdrawal'],
    [3, 'betWin'],
    [2, 'bets'],
    [1, 'betThenWin'],
  ),
  amount: amounts,
  other: amounts,
  closes: pick([8, false], [1, true]),
  named: pick([3, true], [2, false]),
  flavour: pick([12, 0], [2, 1], [1, 2], [1, 3]),
  exchange: pick<Template['exchange']>(
    [24, 'quoted'],
    [3, 'plain'],
    [1, 'expired'],
    [1, 'unpriced'],
    [1, 'unconfigured'],
  ),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'nothing' }) },
  { weight: 60, arbitrary: template.map((asked): Step => ({ kind: 'call', asked })) },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('again' as const),
      back: fc.integer({ min: 1, max: 12 }),
      expired: pick([8, false], [1, true]),
      onlyKnown: pick([8, false], [1, true]),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('otherwise' as const),
      back: fc.integer({ min: 1, max: 6 }),
      fact: fc.constantFrom<Fact>('amount', 'currency', 'round', 'reference', 'game', 'player', 'operation'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('pause' as const),
      ms: fc.constantFrom(1, 1_000, PARK_MS - 1, PARK_MS, 4 * 3_600_000, 86_400_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      player: fc.integer({ min: 0, max: 1 }),
      status: pick<PlayerStatus>([6, 'active'], [1, 'blocked'], [1, 'self_excluded'], [1, 'closed']),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('limits' as const),
      player: fc.integer({ min: 0, max: 1 }),
      maxStake: fc.constantFrom(null, 500n),
      dailyLossLimit: fc.constantFrom(null, 400n),
    }),
  },
);

/** Any mix of the knobs that move money differently. */
export const policies: fc.Arbitrary<Policy> = fc
  .record({
    'rollback.unknown': fc.constantFrom('notFoundCode' as const, 'ok' as const),
    'rollback.lateOriginal': fc.constantFrom('reject' as const, 'ignore' as const),
    'rollback.ofRejected': fc.constantFrom('ok' as const, 'parentFailed' as const),
    'rollback.afterWin': fc.constantFrom('reject' as const, 'reverseBoth' as const, 'keepWins' as const),
    'rollback.win': fc.constantFrom('unsupported' as const, 'debit' as const),
    'rollback.rollback': fc.constantFrom('unsupported' as const, 'reapply' as const),
    'rollback.amount': fc.constantFrom('mustMatch' as const, 'ignore' as const, 'partial' as const),
    'duplicate.balance': fc.constantFrom('current' as const, 'stored' as const),
    'conflict.fields': fc
      .subarray<ConflictField>(['round', 'reference', 'game'])
      .map((more): readonly ConflictField[] => ['player', 'amount', 'currency', ...more]),
    'win.withoutBet': fc.constantFrom('reject' as const, 'accept' as const, 'park' as const),
    'win.afterRollback': fc.constantFrom('reject' as const, 'accept' as const),
    'win.perBet': fc.constantFrom('many' as const, 'one' as const),
    'win.zeroMeansLoss': fc.boolean(),
    'win.reviewAbove': fc.constantFrom(null, '5'),
    'bet.zero': fc.constantFrom('accept' as const, 'reject' as const),
    'round.betAfterClose': fc.constantFrom('reject' as const, 'reopen' as const),
    'round.betAfterVoid': fc.constantFrom('accept' as const, 'reject' as const),
    'round.winAfterClose': fc.constantFrom('accept' as const, 'reject' as const),
    'freeRound.ungranted': pick<Policy['freeRound.ungranted']>([3, 'flag'], [1, 'reject']),
    'id.kinds': pick<Policy['id.kinds']>([2, 'apart'], [1, 'shared']),
    'balance.negative': fc.constantFrom('receivable' as const, 'allow' as const),
  })
  .map((knobs): Policy => ({ ...SAFE_POLICY, ...knobs, 'win.parkMs': PARK_MS }));

const terms: fc.Arbitrary<ExchangeTerms> = fc.record({
  lockScope: pick<ExchangeTerms['lockScope']>([4, 'round'], [1, 'session'], [1, 'bet']),
  sessionLockMaxMs: fc.constant(86_400_000),
  onQuoteExpiry: pick<ExchangeTerms['onQuoteExpiry']>([3, 'requote'], [1, 'reject']),
  rounding: fc.constantFrom('half_even' as const, 'house_favour' as const),
  maxRoundingErrorBps: fc.constantFrom(0, 300, 9_999),
});

/** A policy and exactly `length` steps. */
export function stories(length: number): fc.Arbitrary<Story> {
  return fc.record({
    policy: policies,
    terms: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 2, arbitrary: terms }),
    steps: fc.array(step, { minLength: length, maxLength: length, size: 'max' }),
  });
}

/** What is done to the wallet, one after the other. Nothing in it depends on an answer. */
export type Act =
  | { readonly kind: 'call'; readonly asked: Asked; readonly nowMs: number }
  | { readonly kind: 'status'; readonly player: string; readonly status: PlayerStatus }
  | {
      readonly kind: 'limits';
      readonly player: string;
      readonly currency: string;
      readonly limits: { readonly maxStake: bigint | null; readonly dailyLossLimit: bigint | null };
    };

/** Our own ids in counting order, in the form PostgreSQL takes; `series` keeps stories apart. */
export function countingIds(series: number): () => TransactionId {
  let next = 0;
  return () => {
    next += 1;
    const tail = next.toString(16).padStart(12, '0');
    return transactionId(`01900000-0000-7000-8${(series & 0xfff).toString(16).padStart(3, '0')}-${tail}`);
  };
}
