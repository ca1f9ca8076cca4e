/**
 * Random histories of wallet calls as plain data, made so that collisions are common: few players, ids from a small window
 * that moves along, few rounds, repeats, repeats with one fact changed, everything out of order, time that jumps. The first
 * alternative of a step is "nothing", so that fast-check shrinks a history to the few steps that matter.
 */
import fc from 'fast-check';
import { parseDecimal } from '../../src/money/index.ts';
import type { Decimal } from '../../src/money/index.ts';
import {
  aggregatorName,
  CASHIER,
  externalId,
  gameCode,
  playerId,
  roundId,
  SAFE_POLICY,
  transactionId,
} from '../../src/wallet/index.ts';
import type {
  Bet,
  ConflictField,
  Operation,
  Operations,
  PlayerStatus,
  Policy,
  RollbackTarget,
  SessionFact,
  TransactionId,
  WalletRequest,
  Win,
} from '../../src/wallet/index.ts';

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
  readonly steps: readonly Step[];
}

interface Template {
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

const HOUSES = [
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

const amounts = pick([6, '1'], [3, '0.33'], [3, '0.34'], [2, '2.5'], [2, '7.77'], [1, '0'], [1, '40'], [1, '0.01']);

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
    [2, 'undoAny'],
    [3, 'undoRollback'],
    [2, 'undoRound'],
    [2, 'close'],
    [1, 'adjust'],
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
    'rollback.ofRejected': fc.constantFrom('ok' as const, 'parentFailed' as const),
    'rollback.afterWin': fc.constantFrom('reject' as const, 'reverseBoth' as const),
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
    'balance.negative': fc.constantFrom('receivable' as const, 'allow' as const),
  })
  .map((knobs): Policy => ({ ...SAFE_POLICY, ...knobs, 'win.parkMs': PARK_MS }));

/** A policy and exactly `length` steps. */
export function stories(length: number): fc.Arbitrary<Story> {
  return fc.record({
    policy: policies,
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

/** The story told in full. `prefix` keeps its players and ids apart from other stories in the same database. */
export function tell(story: Story, prefix = ''): Act[] {
  const acts: Act[] = [];
  const calls: Asked[] = [];
  let nowMs = STORY_BEGINS_MS;
  const call = (asked: Asked): void => {
    calls.push(asked);
    acts.push({ kind: 'call', asked, nowMs });
  };
  for (const { player, currency } of WALLETS)
    call(
      cashierCall(prefix + player, currency, [
        { kind: 'deposit', id: externalId(`${prefix}first-${player}-${currency}`), amount: decimal('20') },
      ]),
    );

  for (const one of story.steps) {
    nowMs += 1;
    const before = (back: number): Asked | undefined => calls.at(-back);
    switch (one.kind) {
      case 'nothing':
        break;
      case 'pause':
        nowMs += one.ms;
        break;
      case 'call':
        call(spell(one.asked, prefix, Math.floor(calls.length / 3)));
        break;
      case 'again': {
        const asked = before(one.back);
        if (asked === undefined) break;
        const session: SessionFact = one.expired ? { kind: 'expired', currency: asked.currency } : asked.session;
        call({ ...asked, session, onlyKnown: one.onlyKnown });
        break;
      }
      case 'otherwise': {
        const asked = before(one.back);
        if (asked !== undefined) call(changed(asked, one.fact, prefix));
        break;
      }
      case 'status':
        acts.push({ kind: 'status', player: prefix + (PLAYERS[one.player] ?? ''), status: one.status });
        break;
      case 'limits': {
        const { maxStake, dailyLossLimit } = one;
        const player = prefix + (PLAYERS[one.player] ?? '');
        acts.push({ kind: 'limits', player, currency: 'USD', limits: { maxStake, dailyLossLimit } });
        break;
      }
    }
  }
  return acts;
}

function cashierCall(player: string, currency: string, operations: Operations): Asked {
  return {
    aggregator: CASHIER,
    idScope: '',
    player: playerId(player),
    currency,
    session: { kind: 'none' },
    gameCode: null,
    gameKnown: true,
    operations,
    onlyKnown: false,
  };
}

/** Writes the template out as a call. */
function spell(one: Template, prefix: string, window: number): Asked {
  const player = prefix + (PLAYERS[one.player] ?? '');
  const currency = ['USD', 'BTC', 'EUR'][one.currency] ?? 'USD';
  const operations = operationsOf(one, prefix, window);
  const [{ kind }] = operations;
  if (kind === 'deposit' || kind === 'withdrawal') return cashierCall(player, currency, operations);
  const house = HOUSES[one.house] ?? HOUSES[0];
  return {
    aggregator: aggregatorName(house.aggregator),
    idScope: house.idScope,
    player: playerId(player),
    currency,
    session: sessionOf(one.session, currency),
    gameCode: one.game === 1 ? gameCode('other-game') : gameCode('game'),
    gameKnown: one.game !== 2,
    operations,
    onlyKnown: false,
  };
}

function sessionOf(which: number, currency: string): SessionFact {
  const kinds: readonly SessionFact[] = [
    { kind: 'live', currency },
    { kind: 'none' },
    { kind: 'unknown' },
    { kind: 'demo' },
    { kind: 'foreign' },
    { kind: 'expired', currency },
    { kind: 'live', currency: 'GBP' },
  ];
  return kinds[which] ?? { kind: 'none' };
}

/** Bets, wins and rollbacks draw from the same names on purpose: ids are unique per kind only (RB-09). */
function operationsOf(one: Template, prefix: string, window: number): Operations {
  const [id, second, third] = one.ids.map((offset) => externalId(`${prefix}t${window + offset}`)) as [
    Bet['id'],
    Bet['id'],
    Bet['id'],
  ];
  const round = one.roundless ? null : roundId(`r${Math.floor(window / 3) + one.round}`);
  const someRound = round ?? roundId(`r${Math.floor(window / 3)}`);
  const [amount, other] = [decimal(one.amount), decimal(one.other)];
  const betFlavour = (['cash', 'cash', 'free', 'tip'] as const)[one.flavour] ?? 'cash';
  const winFlavour = (['win', 'jackpot', 'promo', 'free_round'] as const)[one.flavour] ?? 'win';
  const bet: Bet = {
    kind: 'bet',
    id,
    round: betFlavour === 'tip' ? null : round,
    amount,
    flavour: betFlavour,
    combined: false,
    closesRound: one.closes,
  };
  const named = one.named ? second : null;
  const win: Win = {
    kind: 'win',
    id,
    round,
    bet: named,
    amount: other,
    flavour: winFlavour,
    combined: false,
    closesRound: one.closes,
  };
  const undo = (target: RollbackTarget, part: Decimal | null): Operations => [
    { kind: 'rollback', id, target, round: one.named ? round : null, amount: part, closesRound: one.closes },
  ];
  switch (one.shape) {
    case 'bet':
      return [bet];
    case 'win':
      return [win];
    case 'undoBet':
      return undo({ kind: 'bet', id: second }, null);
    case 'undoPart':
      return undo({ kind: 'bet', id: second }, amount);
    case 'undoWin':
      return undo({ kind: 'win', id: second }, null);
    case 'undoAny':
      return undo({ kind: 'any', id: second }, null);
    case 'undoRollback':
      return undo({ kind: 'rollback', id: second }, null);
    case 'undoRound':
      return [
        {
          kind: 'rollback',
          id,
          target: { kind: 'round', round: someRound },
          round: someRound,
          amount: null,
          closesRound: one.closes,
        },
      ];
    case 'close':
      return [{ kind: 'close', round: someRound }];
    case 'adjust':
      return [
        { kind: 'adjust', id, round: null, reference: named, amount: one.closes ? amount : decimal(`-${one.amount}`) },
      ];
    case 'deposit':
      return [{ kind: 'deposit', id, amount: one.amount === '0' ? decimal('1') : amount }];
    case 'withdrawal':
      return [{ kind: 'withdrawal', id, amount: one.amount === '0' ? decimal('1') : amount }];
    case 'betWin': {
      const both = { flavour: 'cash', combined: true, closesRound: false, round: someRound } as const;
      return [
        { ...bet, ...both },
        { ...win, ...both, flavour: 'win', bet: one.named ? id : null, closesRound: one.closes },
      ];
    }
    case 'bets':
      return [bet, { ...bet, id: second, amount: other }, { ...bet, id: third }];
    case 'betThenWin':
      return [bet, { ...win, flavour: 'win', bet: id, round: bet.round, closesRound: false }];
  }
}

/** The same call with one fact changed, so that its ids conflict. */
function changed(asked: Asked, fact: Fact, prefix: string): Asked {
  switch (fact) {
    case 'player':
      return { ...asked, player: playerId(prefix + (asked.player === `${prefix}ann` ? 'bob' : 'ann')) };
    case 'currency':
      return { ...asked, currency: asked.currency === 'USD' ? 'BTC' : 'USD', session: { kind: 'none' } };
    case 'game':
      return { ...asked, gameCode: gameCode('yet-another-game') };
    case 'amount':
    case 'round':
    case 'reference':
    case 'operation': {
      const [first, ...rest] = asked.operations;
      return { ...asked, operations: [altered(first, fact, prefix), ...rest] };
    }
  }
}

function altered(
  operation: Operation,
  fact: 'amount' | 'round' | 'reference' | 'operation',
  prefix: string,
): Operation {
  const amount = decimal('3.21');
  const elsewhere = externalId(`${prefix}elsewhere`);
  const round = roundId('r0');
  switch (operation.kind) {
    case 'close':
      return { ...operation, round };
    case 'deposit':
    case 'withdrawal':
      return { ...operation, amount };
    case 'adjust':
      return fact === 'reference' ? { ...operation, reference: elsewhere } : { ...operation, amount };
    case 'rollback':
      if (fact === 'reference' || fact === 'operation') return { ...operation, target: { kind: 'bet', id: elsewhere } };
      return fact === 'round' && operation.target.kind !== 'round' ? { ...operation, round } : { ...operation, amount };
    case 'bet':
      if (fact === 'operation' && operation.flavour === 'cash') return { ...operation, flavour: 'free' };
      return fact === 'round' && operation.flavour !== 'tip' ? { ...operation, round } : { ...operation, amount };
    case 'win':
      if (fact === 'operation' && operation.flavour === 'win') return { ...operation, flavour: 'promo' };
      if (fact === 'reference') return { ...operation, bet: elsewhere };
      return fact === 'round' ? { ...operation, round } : { ...operation, amount };
  }
}

/** Our own ids in counting order, in the form PostgreSQL takes; `series` keeps stories apart. */
export function countingIds(series: number): () => TransactionId {
  let next = 0;
  return () => {
    next += 1;
    const tail = next.toString(16).padStart(12, '0');
    return transactionId(`01900000-0000-7000-8${(series & 0xfff).toString(16).padStart(3, '0')}-${tail}`);
  };
}

/** A call as one line of text, for the report of a failing story. */
export function describeAct(act: Act): string {
  return JSON.stringify(act, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
}
