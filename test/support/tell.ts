/** Tells a story in full: templates become calls with ids, rounds and sessions; repeats become the call they repeat. */
import { aggregatorName, CASHIER, externalId, gameCode, playerId, roundId } from '../../src/wallet/index.ts';
import type { Bet, Operation, Operations, RollbackTarget, SessionFact, Win } from '../../src/wallet/index.ts';
import type { Decimal, Exchange, ExchangeTerms } from '../../src/money/index.ts';
import { exchangeAt, quotedAt } from './exchange.ts';
import { decimal, HOUSES, PLAYERS, STORY_BEGINS_MS, WALLETS } from './histories.ts';
import type { Act, Asked, Fact, Story, Template } from './histories.ts';

/** The story told in full. `prefix` keeps its players and ids apart from other stories in the same database. */
export function tell(story: Story, prefix = ''): Act[] {
  const acts: Act[] = [];
  const calls: Asked[] = [];
  let nowMs = STORY_BEGINS_MS;
  const call = (given: Asked): void => {
    const { exchange } = given;
    const asked = exchange === null ? given : { ...given, exchange: exchangeAt(exchange, calls.length) };
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
        call(spell(one.asked, story.terms, prefix, Math.floor(calls.length / 3)));
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
    exchange: null,
    session: { kind: 'none' },
    gameCode: null,
    gameKnown: true,
    operations,
    onlyKnown: false,
  };
}

/** Writes the template out as a call. */
function spell(one: Template, terms: ExchangeTerms | null, prefix: string, window: number): Asked {
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
    exchange: currency === 'USD' && terms !== null ? exchangeOf(one.exchange, terms) : null,
    session: sessionOf(one.session, currency),
    gameCode: one.game === 1 ? gameCode('other-game') : gameCode('game'),
    gameKnown: one.game !== 2,
    operations,
    onlyKnown: false,
  };
}

function exchangeOf(kind: Template['exchange'], terms: ExchangeTerms): Exchange | null {
  const pair = { wallet: 'BTC', game: 'USD' };
  switch (kind) {
    case 'plain':
      return null;
    case 'quoted':
      return quotedAt('1', { terms });
    case 'expired':
      return quotedAt('1', { terms, freshness: 'expired' });
    case 'unpriced':
    case 'unconfigured':
      return { kind, pair };
  }
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
      return [{ kind: 'adjust', id, round, reference: named, amount: one.closes ? amount : decimal(`-${one.amount}`) }];
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
      return {
        ...asked,
        currency: asked.currency === 'USD' ? 'BTC' : 'USD',
        exchange: null,
        session: { kind: 'none' },
      };
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
