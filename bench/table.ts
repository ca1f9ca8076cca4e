/** The result of a run as text for people: facts, figures, targets. Pure. A void figure is never printed as a figure. */
import type { Cell } from './cells.ts';
import type { BenchResult } from './run.ts';
import type { ContestantName } from './options.ts';
import type { Judgement } from './targets.ts';

const TITLES: Record<ContestantName, string> = {
  croupier: 'Croupier',
  redis: 'Redis GET, transaction, SET',
  ordinary: 'ordinary transaction',
  pgbench: 'pgbench -N',
  ceiling: 'HTTP ceiling, no database',
};

/** Above this the figures say as much about the others. */
const QUIET_PART = 0.1;

export function tableOf(result: BenchResult): string {
  const { options } = result;
  return [
    ...headOf(
      result,
      `${options.players} players, ${options.books.map(whole).join(' / ')} transactions in the book before, ${options.slices} slices of ${options.seconds} s, ${options.mix === 'slot' ? 'bet and win in turn' : 'bets only'}`,
    ),
    '',
    ...section(result, 'closed'),
    ...section(result, 'open'),
    ...Object.entries(result.leftOut).map(([name, why]) => `${name}: ${why}`),
    ...Object.entries(result.checks).map(
      ([name, check]) => `${name}: ${check.kind === 'void' ? 'VOID: ' : ''}${check.detail}`,
    ),
    '',
    ...judgementLines(result.judgements),
  ].join('\n');
}

/** The machine, what was done, and whether anybody else was at work meanwhile. */
export function headOf(
  { machine, postgres, othersPart }: Pick<BenchResult, 'machine' | 'postgres' | 'othersPart'>,
  what: string,
): readonly string[] {
  const database =
    postgres === null
      ? 'no PostgreSQL'
      : `PostgreSQL ${postgres.version} (fsync ${postgres.fsync}, shared_buffers ${postgres.sharedBuffers})`;
  return [
    `${machine.cores} × ${machine.processor}, ${machine.memoryGb} GB, Node ${machine.node}, ${database}`,
    what,
    ...(othersPart === null
      ? []
      : [
          `other programs took ${Math.round(othersPart * 100)} % of the processors meanwhile${othersPart > QUIET_PART ? ': NOT a quiet machine, these figures are not to be quoted' : ''}`,
        ]),
  ];
}

export function judgementLines(judgements: readonly Judgement[]): readonly string[] {
  return judgements.map(({ target, wanted, got, atLeast, met }) => {
    const bound = `${atLeast ? 'at least' : 'at most'} ${wanted}`;
    const short = atLeast ? got / wanted - 1 : wanted / got - 1;
    return `${met ? 'met   ' : 'MISSED'}  ${round(got)} ${target} (${bound}${met ? '' : `; ${Math.round(-short * 100)} % short`})`;
  });
}

const HEADS = {
  closed: ['closed loop', 'conn.', 'requests/s', 'min – max'],
  open: ['open loop, fixed arrivals', 'conn.', 'arrivals/s', 'answered/s'],
} as const;
const COMMON = ['p50 ms', 'p90', 'p99', 'p99.9', 'max', 'cpu s/1000: server', 'postgres', 'generator', 'failed'];

function section(result: BenchResult, loop: Cell['loop']): readonly string[] {
  const cells = result.cells.filter((cell) => cell.loop === loop);
  if (cells.length === 0) return [];
  const rows = cells.map((cell) => {
    const title = cell.label === cell.contestant ? TITLES[cell.contestant] : cell.label;
    const name = `${title}${cell.load === 'spread' ? '' : `, ${cell.load}`}`;
    const place = [name, String(cell.connections)];
    if (result.checks[cell.label]?.kind === 'void') return [...place, 'VOID', ...COMMON.map(() => ''), ''];
    const { ratePerSecond: rate, latencyMs: latency, cpuPerThousand: cpu } = cell;
    const figures =
      loop === 'closed'
        ? [whole(rate.median), `${whole(rate.min)} – ${whole(rate.max)}`]
        : [whole(cell.arrivalsPerSecond ?? 0), whole(rate.median)];
    return [
      ...place,
      ...figures,
      ...[latency.p50, latency.p90, latency.p99, latency.p999, latency.max].map(round),
      ...[cpu.server, cpu.postgres, cpu.generator].map((value) => (value === null ? '–' : round(value))),
      String(cell.failures + cell.unsent),
    ];
  });
  return [...align([[...HEADS[loop], ...COMMON], ...rows]), ''];
}

/** Columns under each other; the first to the left, figures to the right. */
export function align(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_head, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const round = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
