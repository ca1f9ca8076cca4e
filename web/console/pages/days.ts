/** From daily figures to the lines of a chart. Amounts become numbers here to be drawn, and nothing is counted with them. Pure. */
import type { Daily, DailyMoney, DailyRow } from '../types.ts';

export type Figure = 'ggr' | 'turnover' | 'rtp';

export interface DayLineOf {
  readonly name: string;
  /** one a day, in the order of the days; null where there is none */
  readonly values: readonly (number | null)[];
}

/** More lines than this cannot be told apart: the busiest are drawn, and the table has all. */
const LINES_MAX = 6;

export function playerLines({ days }: Daily): readonly DayLineOf[] {
  return [
    { name: 'players who bet', values: days.map(({ dau }) => dau) },
    { name: 'naive', values: days.map(({ naive }) => naive.dau) },
  ];
}

/** What a row is about, as the table names it. */
export function nameOf(row: Pick<DailyRow, 'provider' | 'game' | 'aggregator' | 'mode'>): string {
  const words = [row.provider, row.game, row.aggregator, row.mode].flatMap((word) => word ?? []);
  return words.length === 0 ? 'all' : words.join(' · ');
}

/** A line for each thing and currency: amounts of different currencies are never added. */
export function moneyLines({ days }: Daily, figure: Figure): readonly DayLineOf[] {
  const lines = new Map<string, { rounds: number; values: (number | null)[] }>();
  for (const [index, { rows }] of days.entries()) {
    for (const row of rows) {
      for (const money of row.money) {
        const of = nameOf(row);
        const name = of === 'all' ? money.currency : `${of} ${money.currency}`;
        const line = lines.get(name) ?? { rounds: 0, values: days.map(() => null) };
        line.rounds += money.rounds;
        line.values[index] = valueOf(money, figure);
        lines.set(name, line);
      }
    }
  }
  return [...lines]
    .toSorted(([a, one], [b, other]) => other.rounds - one.rounds || (a < b ? -1 : 1))
    .slice(0, LINES_MAX)
    .map(([name, { values }]) => ({ name, values }));
}

function valueOf(money: DailyMoney, figure: Figure): number | null {
  const text = money[figure];
  return text === null ? null : Number(text);
}
