/** A table to play at in tests: a database of its own, one or more replicas of the ledger, and players with money. */
import { currencies, parseDecimal } from '../../src/money/index.ts';
import type { Decimal } from '../../src/money/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import type { Ledger } from '../../src/ledger/index.ts';
import { createMetrics, newId, silentLog, systemClock } from '../../src/platform/index.ts';
import type { Database } from '../../src/platform/index.ts';
import {
  aggregatorName,
  CASHIER,
  externalId,
  gameCode,
  playerId,
  roundId,
  SAFE_POLICY,
  sessionId,
  transactionId,
} from '../../src/wallet/index.ts';
import type { Operation, Outcome, PlayerId, Policy, WalletRequest } from '../../src/wallet/index.ts';
import { testDatabase } from './database.ts';
import { cuttingProxy } from './proxy.ts';
import type { CuttingProxy } from './proxy.ts';
import { until } from './wait.ts';

export const CURRENCIES = currencies({
  USD: { scale: 2 },
  EUR: { scale: 2 },
  JPY: { scale: 0 },
  BTC: { scale: 8 },
  ETH: { scale: 18 },
});

export function amount(text: string): Decimal {
  const decimal = parseDecimal(text);
  if ('kind' in decimal) throw new Error(`not an amount: ${text}`);
  return decimal;
}

export function request(
  player: PlayerId,
  currency: string,
  operations: WalletRequest['operations'],
  more: Partial<WalletRequest> = {},
): WalletRequest {
  return {
    aggregator: aggregatorName('acme'),
    idScope: '',
    player,
    currency,
    exchange: null,
    session: { kind: 'live', currency },
    sessionId: sessionId('s-1'),
    gameCode: gameCode('g-1'),
    gameKnown: true,
    operations,
    onlyKnown: false,
    nowMs: systemClock.now(),
    nextId: () => transactionId(newId()),
    ...more,
  };
}

/** Until that many lanes of this database wait for a lock of somebody else. */
export async function lanesWaiting(table: { readonly sql: Database }, count: number): Promise<void> {
  await until(`${count} lanes wait for a lock`, async () => {
    const waiting = await table.sql`
      SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'croupier-lane-%' AND wait_event_type = 'Lock'`;
    return waiting.length === count;
  });
}

export async function ledgerTable(
  options: {
    replicas?: number;
    lanes?: number;
    policy?: Policy;
    proxied?: boolean;
    maxQueue?: number;
    lockTimeoutMs?: number;
  } = {},
) {
  const database = await testDatabase();
  const proxy = options.proxied === true ? await cuttingProxy(database.url) : null;
  const policy = options.policy ?? { ...SAFE_POLICY, 'rollback.amount': 'partial', 'win.withoutBet': 'park' };
  const ledgers: readonly Ledger[] = Array.from({ length: options.replicas ?? 1 }, () =>
    openLedger({
      url: proxy?.url ?? database.url,
      sql: database.sql,
      clock: systemClock,
      log: silentLog,
      metrics: createMetrics(),
      ...(options.lanes === undefined ? {} : { lanes: options.lanes }),
      ...(options.maxQueue === undefined ? {} : { maxQueue: options.maxQueue }),
      ...(options.lockTimeoutMs === undefined ? {} : { lockTimeoutMs: options.lockTimeoutMs }),
    }),
  );
  const ledgerAt = (replica = 0): Ledger => {
    const ledger = ledgers[replica];
    if (ledger === undefined) throw new Error(`there is no replica ${replica}`);
    return ledger;
  };
  const submit = async (player: PlayerId, operation: Operation, replica = 0, currency = 'USD'): Promise<Outcome> =>
    ledgerAt(replica).submit(request(player, currency, [operation]), policy, 20_000);

  return {
    sql: database.sql,
    url: database.url,
    proxy: (): CuttingProxy => {
      if (proxy === null) throw new Error('this table has no proxy');
      return proxy;
    },
    policy,
    ledgerAt,
    submit,
    player: async (currency: string, deposit: string): Promise<PlayerId> => {
      const player = playerId(`player-${newId()}`);
      const known = CURRENCIES.get(currency);
      if (known === undefined) throw new Error(`no currency ${currency}`);
      await ledgerAt().ensureWallet(player, known, 'active');
      await ledgerAt().submit(
        request(player, currency, [{ kind: 'deposit', id: externalId(newId()), amount: amount(deposit) }], {
          aggregator: CASHIER,
          session: { kind: 'none' },
          sessionId: null,
          gameCode: null,
        }),
        policy,
        20_000,
      );
      return player;
    },
    bet: async (player: PlayerId, bet: { id: string; round: string; amount: string }, replica = 0) =>
      submit(
        player,
        {
          kind: 'bet',
          id: externalId(bet.id),
          round: roundId(bet.round),
          amount: amount(bet.amount),
          flavour: 'cash',
          combined: false,
          closesRound: false,
        },
        replica,
      ),
    rollback: async (player: PlayerId, rollback: { id: string; bet: string; amount?: string }, replica = 0) =>
      submit(
        player,
        {
          kind: 'rollback',
          id: externalId(rollback.id),
          target: { kind: 'bet', id: externalId(rollback.bet) },
          round: null,
          amount: rollback.amount === undefined ? null : amount(rollback.amount),
          closesRound: false,
        },
        replica,
      ),
    balance: async (player: PlayerId, currency = 'USD'): Promise<bigint> =>
      (await ledgerAt().balances(player)).find((money) => money.currency === currency)?.units ?? 0n,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(ledgers.map(async (ledger) => ledger.close()));
      await proxy?.close();
      await database.close();
    },
  };
}
