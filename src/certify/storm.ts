/**
 * Random interleaved histories of all players for some seconds, and the shadow book at the end: does every wallet have what the
 * reference wallet says? If not, the histories are played again, fewer and shorter each time, until the shortest one that still
 * goes wrong is left.
 */
import { formatUnits } from '../money/index.ts';
import { dice } from './dice.ts';
import type { Dice } from './dice.ts';
import { stepText } from './describe.ts';
import { predict, randomHistory } from './histories.ts';
import type { History } from './histories.ts';
import type { Finding } from './judge.ts';
import type { CastPlayer } from './lookup.ts';
import { play } from './play.ts';
import { begin } from './playing.ts';
import type { Delta, Scenario, Step } from './scenario.ts';
import { notebook, settle } from './settling.ts';
import { balanceOf } from './wallets.ts';
import { scenario } from './words.ts';
import type { Exchange, Played, World } from './world.ts';

export interface StormOrder {
  readonly seed: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Histories of one player at a time. */
const LANES = 3;
/** How often histories are played again while looking for the shortest one. */
const SHRINKS_MAX = 60;
const WHY = 'what single scenarios do not find: some order of ordinary messages moves the wrong money';

interface Lane {
  readonly player: CastPlayer;
  /** units before the storm */
  readonly start: bigint;
  readonly histories: History[];
  expected: bigint;
}

export async function storm(world: World, order: StormOrder): Promise<Played> {
  const since = world.clock.monotonic();
  const lanes: Lane[] = [];
  const findings: Finding[] = [];
  const undecided: string[] = [];
  let messages = 0;
  for (const player of world.cast.players) {
    const start = await unitsOf(world, player);
    if (start !== null) lanes.push({ player, start, histories: [], expected: start });
  }
  const deadline = since + order.seconds * 1000;
  const goOn = () => world.clock.monotonic() < deadline && !order.signal.aborted;
  await Promise.all(
    lanes.flatMap((lane, at) =>
      Array.from({ length: LANES }, async (_none, number) => {
        const own = dice(order.seed + at * 1_000 + number);
        while (goOn()) {
          const played = await playOne(world, lane, own);
          messages += played.exchanges.length;
          findings.push(...played.findings);
          if (played.outcome === 'undecided') undecided.push(played.why ?? '');
        }
      }),
    ),
  );
  const wrong: { readonly lane: Lane; readonly finding: Finding }[] = [];
  for (const lane of lanes) {
    const finding = await balanceFinding(world, lane);
    if (finding !== null) wrong.push({ lane, finding });
  }
  const histories = lanes.reduce((sum, lane) => sum + lane.histories.length, 0);
  const title = `Random histories, seed ${order.seed}: ${histories} of ${lanes.length} players, ${messages} messages in ${order.seconds} s`;
  const all = [...wrong.map((each) => each.finding), ...findings];
  const shrunk = all.length === 0 ? null : await shrink(world, wrong[0]?.lane ?? lanes[0]);
  for (const { player, start } of lanes) await settle(world, player, start, 0n);
  const named: Scenario = { ...scenario('STORM-1', title, WHY, shrunk?.steps ?? []) };
  return {
    scenario: named,
    outcome: outcomeOf(all, undecided),
    findings: shrunk === null ? all : [...all.slice(0, 20), shrunk.finding],
    why: undecided[0] ?? (lanes.length === 0 ? 'no balance was answered' : null),
    exchanges: shrunk?.exchanges ?? [],
    spreadsUs: [],
    tookMs: world.clock.monotonic() - since,
    player: wrong[0]?.lane.player ?? null,
  };
}

function outcomeOf(findings: readonly Finding[], undecided: readonly string[]): Played['outcome'] {
  if (findings.some((each) => each.severity === 'money')) return 'money';
  if (findings.length > 0) return 'players';
  return undecided.length > 0 ? 'undecided' : 'clean';
}

async function unitsOf(world: World, player: CastPlayer): Promise<bigint | null> {
  const balance = await balanceOf(world, notebook(world), player);
  return balance.kind === 'units' ? balance.units : null;
}

async function playOne(world: World, lane: Lane, own: Dice): Promise<Played> {
  const history = randomHistory(own, world.aggregator.policy);
  const { steps, units } = predict(history, world.cast, world.aggregator.policy);
  lane.histories.push(history);
  lane.expected += units;
  return playSteps(world, lane.player, steps);
}

let played = 0;

async function playSteps(world: World, player: CastPlayer, steps: readonly Step[]): Promise<Played> {
  played += 1;
  const roles = { cast: world.cast, prefix: `${world.run}-storm${played}-`, player, rival: null };
  return play(begin(world, scenario('STORM-1', 'a history', WHY, steps), roles), steps);
}

async function balanceFinding(world: World, { player, expected }: Lane): Promise<Finding | null> {
  for (let looks = 1; ; looks += 1) {
    const units = await unitsOf(world, player);
    if (units === null || units === expected) return null;
    if (looks === 10) {
      const { currency, scale } = world.cast;
      const difference = units - expected;
      const [has, must] = [formatUnits(units, scale), formatUnits(expected, scale)];
      return {
        severity: 'money',
        message: `after the storm ${player.id} has ${has} ${currency}, and by the shadow book must have ${must}`,
        wrongBy: `${difference > 0n ? '+' : ''}${formatUnits(difference, scale)} ${currency}`,
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 100 * looks));
  }
}

interface Shrunk {
  readonly steps: readonly Step[];
  readonly finding: Finding;
  readonly exchanges: readonly Exchange[];
}

/** The shortest history that goes wrong when it is played alone; null when none of them does. */
async function shrink(world: World, lane: Lane | undefined): Promise<Shrunk | null> {
  if (lane === undefined) return null;
  let tries = 0;
  const failing = async (history: History): Promise<Played | null> => {
    tries += 1;
    const { steps, units } = predict(history, world.cast, world.aggregator.policy);
    const is: Delta = [
      { amount: { parts: 1, plusUnits: units }, times: 1 },
      { amount: { parts: 1, plusUnits: 0n }, times: -1 },
    ];
    const result = await playSteps(world, lane.player, [...steps, { do: 'wallet', who: 'player', is, soon: true }]);
    return result.findings.length > 0 ? result : null;
  };
  // short ones first: they are the likeliest to be understood
  const candidates = lane.histories.toSorted((a, b) => a.happenings.length - b.happenings.length);
  for (const candidate of candidates.slice(0, SHRINKS_MAX)) {
    if (tries >= SHRINKS_MAX) break;
    const result = await failing(candidate);
    if (result === null) continue;
    return shorten(candidate, result, failing, () => tries < 2 * SHRINKS_MAX);
  }
  return null;
}

/** Leaves out one message after another, then copies and lost answers, as long as it still goes wrong. */
async function shorten(
  history: History,
  result: Played,
  failing: (history: History) => Promise<Played | null>,
  mayGoOn: () => boolean,
): Promise<Shrunk> {
  let [best, shown] = [history, result];
  for (let isShorter = true; isShorter && mayGoOn();) {
    isShorter = false;
    for (const shorter of simpler(best)) {
      if (!mayGoOn()) break;
      const still = await failing(shorter);
      if (still === null) continue;
      [best, shown, isShorter] = [shorter, still, true];
      break;
    }
  }
  const { steps } = shown.scenario;
  const words = steps.map((step, at) => `${at + 1}. ${stepText(step)}`).join('; ');
  const severity = shown.findings.some((each) => each.severity === 'money') ? 'money' : 'players';
  const first = shown.findings[0];
  return {
    steps,
    exchanges: shown.exchanges,
    finding: {
      severity,
      message: `the shortest history that goes wrong: ${words}. ${first?.message ?? ''}`,
      wrongBy: first?.wrongBy ?? null,
    },
  };
}

function simpler({ happenings }: History): readonly History[] {
  const without = happenings.map((_each, at) => ({ happenings: happenings.toSpliced(at, 1) }));
  const calmer = happenings.flatMap((each, at) => [
    ...(each.isCut ? [{ happenings: happenings.with(at, { ...each, isCut: false }) }] : []),
    ...(each.copies > 1 ? [{ happenings: happenings.with(at, { ...each, copies: 1 }) }] : []),
  ]);
  return [...without.filter((each) => each.happenings.length > 0), ...calmer];
}
