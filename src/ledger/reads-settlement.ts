/** What settlement asks the book: rounds with their transactions in one snapshot, open rounds, days. Never writes. */
import type { Database } from '../platform/index.ts';
import type { AggregatorName, PlayerId, Round, RoundId, Transaction, TransactionKind } from '../wallet/index.ts';
import {
  inSnapshot,
  selectBookedBetween,
  selectByExternalIds,
  selectDayLines,
  selectFirstOpened,
  selectNamedRounds,
  selectOpenWithoutOutcome,
  selectReferring,
  selectTransactionsOfRounds,
} from './reads-settlement-store.ts';
import type { CutOff, DayLine, ScaledRound } from './reads-settlement-store.ts';
import { shardOf } from './shard.ts';

export interface RoundQuestion {
  readonly player: PlayerId;
  readonly aggregator: AggregatorName;
  readonly round: RoundId;
}

export interface BookedRounds {
  readonly rounds: readonly ScaledRound[];
  /** what names the rounds */
  readonly transactions: readonly Transaction[];
  /** what bears one of the asked ids, wherever it is booked */
  readonly named: readonly Transaction[];
}

export interface DayQuestion {
  readonly aggregator: AggregatorName;
  readonly cutOff: CutOff;
  /** midnight UTC, epoch ms */
  readonly dayMs: number;
  /** how many days before it a round may have been opened that still counts on it */
  readonly lookBackDays: number;
}

export interface SettlementReads {
  /** rounds and what bears the given ids, all of one moment */
  readonly settlementRounds: (
    rounds: readonly RoundQuestion[],
    ids: readonly {
      readonly aggregator: AggregatorName;
      readonly kind: TransactionKind;
      readonly externalId: string;
    }[],
  ) => Promise<BookedRounds>;
  /** transactions that name a bet of the round and no round; dear for players with a long history */
  readonly referring: (round: RoundQuestion, bets: readonly string[]) => Promise<readonly Transaction[]>;
  /** open rounds of a span with a stake and no payout, oldest first */
  readonly withoutOutcome: (span: { fromMs: number; toMs: number }, limit: number) => Promise<readonly Round[]>;
  /** bets and wins booked in a span, of rounds opened in it or up to a week before, an hour of rounds at a time */
  readonly bookedBetween: (
    aggregator: AggregatorName,
    span: { readonly fromMs: number; readonly toMs: number },
  ) => AsyncGenerator<Transaction>;
  readonly firstOpenedMs: () => Promise<number | null>;
  /** one line a game and currency, an hour of opened rounds at a time; `turn` may stop it */
  readonly dayLines: (question: DayQuestion, turn?: { readonly stopped: boolean }) => Promise<readonly DayLine[]>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LOOK_BACK_MS = 7 * DAY_MS;

export function createSettlementReads(sql: Database): SettlementReads {
  return {
    settlementRounds: async (questions, ids) => {
      const asked = questions.map((each) => ({ ...each, shard: shardOf(each.player) }));
      return inSnapshot(sql, async (tx) => {
        const transactions = await selectTransactionsOfRounds(tx, asked);
        const scopes = new Map(
          transactions.flatMap(({ player, aggregator, round, idScope }) =>
            round === null
              ? []
              : [
                  [
                    JSON.stringify([player, aggregator, round, idScope]),
                    { player, aggregator, round, idScope, shard: shardOf(player) },
                  ] as const,
                ],
          ),
        );
        const rounds = await selectNamedRounds(tx, [...scopes.values()]);
        return { rounds, transactions, named: await selectByExternalIds(tx, ids) };
      });
    },
    referring: async (round, bets) =>
      inSnapshot(sql, async (tx) => selectReferring(tx, { ...round, shard: shardOf(round.player) }, bets)),
    withoutOutcome: async (span, limit) => selectOpenWithoutOutcome(sql, span, limit),
    bookedBetween: async function* (aggregator, span) {
      for await (const opened of openedHours(sql, span.fromMs - LOOK_BACK_MS, span.toMs))
        yield* await selectBookedBetween(sql, { aggregator, ...span, ...opened });
    },
    firstOpenedMs: async () => selectFirstOpened(sql),
    dayLines: async ({ aggregator, cutOff, dayMs, lookBackDays }, turn = { stopped: false }) => {
      const lines: DayLine[] = [];
      const day = { dayFromMs: dayMs, dayToMs: dayMs + DAY_MS };
      for await (const opened of openedHours(sql, dayMs - lookBackDays * DAY_MS, day.dayToMs)) {
        if (turn.stopped) break;
        lines.push(...(await selectDayLines(sql, { aggregator, cutOff, ...day, ...opened })));
      }
      return lines;
    },
  };
}

/** Hour by hour, those in which a round began: a statement reads an hour's rounds at most, and none is sent for quiet weeks. */
async function* openedHours(
  sql: Database,
  fromMs: number,
  toMs: number,
): AsyncGenerator<{ readonly openedFromMs: number; readonly openedToMs: number }> {
  for (let at = fromMs; ; at += HOUR_MS) {
    const first = await selectFirstOpened(sql, at);
    if (first === null || first >= toMs) return;
    at += Math.floor((first - at) / HOUR_MS) * HOUR_MS;
    yield { openedFromMs: at, openedToMs: at + HOUR_MS };
  }
}
