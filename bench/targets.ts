/**
 * What Croupier promises to be, as ratios to the others in the same run, and whether it is. Pure. A ratio is of medians; a
 * target without both its figures is not judged.
 */
import type { Cell } from './cells.ts';
import type { ContestantName, Load } from './options.ts';

export interface Judgement {
  readonly target: string;
  readonly wanted: number;
  readonly got: number;
  /** true: more is better */
  readonly atLeast: boolean;
  readonly met: boolean;
}

interface Ratio {
  readonly target: string;
  readonly atLeast: number;
  readonly of: readonly [ContestantName, Load];
  readonly to: readonly [ContestantName, Load];
  /** one connection instead of the most */
  readonly single?: boolean;
}

const RATIOS: readonly Ratio[] = [
  { target: 'times the Redis pattern', atLeast: 5, of: ['croupier', 'spread'], to: ['redis', 'spread'] },
  { target: 'times the ordinary transaction', atLeast: 3, of: ['croupier', 'spread'], to: ['ordinary', 'spread'] },
  { target: 'times pgbench -N', atLeast: 2.5, of: ['croupier', 'spread'], to: ['pgbench', 'spread'] },
  { target: 'of the HTTP ceiling', atLeast: 0.75, of: ['croupier', 'spread'], to: ['ceiling', 'spread'] },
  {
    target: 'times the ordinary transaction, one connection',
    atLeast: 1,
    of: ['croupier', 'spread'],
    to: ['ordinary', 'spread'],
    single: true,
  },
  {
    target: 'duplicates, of the HTTP ceiling',
    atLeast: 0.85,
    of: ['croupier', 'duplicates'],
    to: ['ceiling', 'duplicates'],
  },
  { target: 'one hot player, of spread load', atLeast: 1, of: ['croupier', 'hot'], to: ['croupier', 'spread'] },
];

const P50_MS = 5;
const P99_MS = 15;
const GROWTH = 0.1;

export function judge(cells: readonly Cell[]): readonly Judgement[] {
  const most = Math.max(...cells.map((cell) => cell.connections));
  const find = (contestant: ContestantName, load: Load, loop: Cell['loop'], connections: number) =>
    cells.find(
      (cell) =>
        cell.contestant === contestant && cell.load === load && cell.loop === loop && cell.connections === connections,
    );
  const ratios = RATIOS.flatMap(({ target, atLeast, of, to, single }) => {
    const connections = single === true ? 1 : most;
    const ours = find(...of, 'closed', connections)?.ratePerSecond.median;
    const theirs = find(...to, 'closed', connections)?.ratePerSecond.median;
    if (ours === undefined || theirs === undefined || theirs === 0) return [];
    const got = ours / theirs;
    return [{ target, wanted: atLeast, got, atLeast: true, met: got >= atLeast }];
  });
  const grown = judgeGrowth(cells.filter((cell) => cell.connections === most));
  const half = find('croupier', 'spread', 'open', most)?.latencyMs;
  if (half === undefined) return [...ratios, ...grown];
  return [
    ...ratios,
    ...grown,
    { target: 'p50 at half load, ms', wanted: P50_MS, got: half.p50, atLeast: false, met: half.p50 <= P50_MS },
    { target: 'p99 at half load, ms', wanted: P99_MS, got: half.p99, atLeast: false, met: half.p99 < P99_MS },
  ];
}

/** What the largest book costs beside the smallest one. */
function judgeGrowth(cells: readonly Cell[]): readonly Judgement[] {
  const own = cells
    .filter((cell) => cell.contestant === 'croupier' && cell.load === 'spread' && cell.loop === 'closed')
    .toSorted((a, b) => a.book - b.book);
  const [small] = own;
  const large = own.at(-1);
  if (small === undefined || large === undefined || small.book === large.book) return [];
  const rate = large.ratePerSecond.median / small.ratePerSecond.median;
  const p99 = large.latencyMs.p99 / small.latencyMs.p99;
  return [
    {
      target: 'of the rate, with the largest book',
      wanted: 1 - GROWTH,
      got: rate,
      atLeast: true,
      met: rate >= 1 - GROWTH,
    },
    {
      target: 'times the p99, with the largest book',
      wanted: 1 + GROWTH,
      got: p99,
      atLeast: false,
      met: p99 <= 1 + GROWTH,
    },
  ];
}
