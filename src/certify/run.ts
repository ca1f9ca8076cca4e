/**
 * Plays many scenarios at once, each with players nobody else plays with meanwhile, and puts their wallets back to about what
 * they had. What cannot be run is said with what is missing. Crashes come last and alone.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CastPlayer } from './lookup.ts';
import { play } from './play.ts';
import { begin, resultOf } from './playing.ts';
import type { Playing } from './playing.ts';
import { saidBy } from './said.ts';
import type { Need, Scenario } from './scenario.ts';
import { moveRate, setRate } from './rates.ts';
import { notebook, settle } from './settling.ts';
import { unitsOfText } from './speak.ts';
import { balanceOf } from './wallets.ts';
import type { Played, World } from './world.ts';

export interface RunOptions {
  readonly world: World;
  readonly scenarios: readonly Scenario[];
  readonly onPlayed: (played: Played, done: number, all: number) => void;
  /** stops after what is being played */
  readonly signal: AbortSignal;
}

/** What the scenario needs and is not there, in words that say how to add it. */
export function missing(world: World, scenario: Scenario): readonly Need[] {
  const { cast, aggregator } = world;
  const said = saidBy(world);
  const has: Readonly<Record<Need, boolean>> = {
    rival: cast.players.length > 1,
    'expired session': cast.players.some((each) => each.expired !== null),
    'blocked player': cast.blocked !== null,
    'poor player': cast.poor !== null,
    'demo session': cast.demoSession !== null,
    'other game': cast.otherGame !== null,
    'other currency': cast.otherCurrency !== null,
    lookup: world.lookup !== null,
    backstage: world.backstage !== null,
    webhooks: world.webhookUrl !== null && aggregator.sayWebhook !== null,
    'crash commands': world.faults !== null,
    'signs any bytes': aggregator.signer !== null,
    'signature header': aggregator.signatureHeader !== null,
    'json body': aggregator.body === 'json',
    'form body': aggregator.body === 'form',
    'form or query': aggregator.body !== 'json',
    body: aggregator.body !== 'none',
    'wins that name their bet': said.namesBets,
    'one message for bet and win': said.isOne,
    'signs a time': aggregator.signer?.signsTime === true,
    'signs no time': aggregator.signer?.signsTime === false,
    fractions: cast.scale >= 2,
    'two addresses': world.urls.length > 1,
    'second secret': aggregator.signer?.hasSecond === true,
    'exchanged player': cast.exchanged !== null,
    'balances that name their session': said.namesSession,
    rates: world.rates !== null,
  };
  return scenario.needs.filter((need) => !has[need]);
}

export async function run(options: RunOptions): Promise<readonly Played[]> {
  const { world, scenarios } = options;
  const results = new Map<string, Played>();
  const done = (played: Played): void => {
    results.set(played.scenario.id, played);
    options.onPlayed(played, results.size, scenarios.length);
  };
  const runnable = scenarios.filter((scenario) => {
    const needs = missing(world, scenario);
    if (needs.length > 0) done(notRun(world, scenario, `needs: ${needs.join(', ')}`));
    return needs.length === 0;
  });
  const homes = await homesOf(world);
  const alone = runnable.filter((scenario) => scenario.level === 'F');
  const [first] = world.cast.players;
  // what is asked again at the very end is begun before everything else
  const bookends = runnable.filter((scenario) => scenario.later.length > 0);
  const begun: { readonly playing: Playing; readonly played: Played }[] = [];
  for (const scenario of bookends) {
    if (first === undefined || options.signal.aborted) break;
    const playing = beginWith(world, scenario, [first]);
    begun.push({ playing, played: await play(playing, scenario.steps) });
  }
  const isTogether = ({ level, later, moved }: Scenario) => level !== 'F' && later.length === 0 && moved.length === 0;
  await together(options, runnable.filter(isTogether), homes, done);
  for (const played of await playAcrossMove(options, runnable)) done(played);
  for (const scenario of alone) {
    if (first === undefined || options.signal.aborted) break;
    done(await play(beginWith(world, scenario, world.cast.players), scenario.steps));
  }
  for (const { playing, played } of begun) {
    const isOver = played.outcome !== 'clean' || options.signal.aborted;
    done(isOver ? played : await play(playing, playing.scenario.later));
  }
  for (const player of world.cast.players) await settle(world, player, homes.get(player.id) ?? null, 0n);
  return scenarios.flatMap((scenario) => results.get(scenario.id) ?? []);
}

function beginWith(world: World, scenario: Scenario, players: readonly CastPlayer[]): Playing {
  const [player, rival] = players;
  if (player === undefined) throw new Error('defect: a scenario was begun without a player');
  const slug = scenario.id.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const sharesIds = world.aggregator.policy['rollback.id'] === 'sameAsBet';
  const roles = { cast: world.cast, prefix: `${world.run}-${slug}-`, player, rival: rival ?? null, sharesIds };
  return begin(world, scenario, roles);
}

function notRun(world: World, scenario: Scenario, why: string): Played {
  const [player] = world.cast.players;
  const nobody: CastPlayer = { id: '', session: '', expired: null };
  const roles = { cast: world.cast, prefix: '', player: player ?? nobody, rival: null };
  return resultOf(begin(world, scenario, roles), { outcome: 'not run', why });
}

/** Everything that is about a move of the rate is begun, then the rate moves once, and then it is ended. */
async function playAcrossMove(
  { world, signal }: RunOptions,
  scenarios: readonly Scenario[],
): Promise<readonly Played[]> {
  const { exchanged } = world.cast;
  const across = scenarios.filter(({ moved }) => moved.length > 0);
  if (exchanged === null || world.rates === null || across.length === 0) return [];
  const begun: { readonly playing: Playing; readonly played: Played }[] = [];
  for (const scenario of across) {
    if (signal.aborted) break;
    const playing = beginWith(world, scenario, [exchanged]);
    begun.push({ playing, played: await play(playing, scenario.steps) });
  }
  const problem = await moveRate(world, exchanged);
  let ended: Played[] = [];
  for (const { playing, played } of begun) {
    if (played.outcome !== 'clean' || signal.aborted) ended.push(played);
    else if (problem !== null) ended.push(resultOf(playing, { outcome: 'undecided', why: problem }));
    else ended.push(await play(playing, playing.scenario.moved));
  }
  const stuck = await setRate(world.rates, 'usual');
  if (stuck !== null)
    ended = ended.map((each) => (each.outcome === 'clean' ? { ...each, outcome: 'undecided', why: stuck } : each));
  return ended;
}

/** As many at once as there are players, in the order of the list as far as that goes. */
async function together(
  { world, signal }: RunOptions,
  scenarios: readonly Scenario[],
  homes: ReadonlyMap<string, bigint>,
  done: (played: Played) => void,
): Promise<void> {
  const waiting = [...scenarios];
  const { exchanged } = world.cast;
  const free = [...world.cast.players, ...(exchanged === null ? [] : [exchanged])];
  const running = new Set<Promise<void>>();
  const startable = (): Scenario | null => {
    const at = waiting.findIndex((scenario) => casting(scenario, free, exchanged) !== null);
    return at < 0 ? null : (waiting.splice(at, 1)[0] ?? null);
  };
  while (waiting.length > 0 && !signal.aborted) {
    const scenario = startable();
    if (scenario === null) {
      await Promise.race(running);
      continue;
    }
    const players = casting(scenario, free, exchanged) ?? [];
    for (const player of players) free.splice(free.indexOf(player), 1);
    const work = (async () => {
      const played = await play(beginWith(world, scenario, players), scenario.steps);
      for (const player of players.filter((each) => each !== exchanged))
        await settle(world, player, homes.get(player.id) ?? null, unitsOfText('10', world.cast));
      free.push(...players);
      done(played);
    })();
    running.add(work);
    void work.finally(() => running.delete(work)).catch(() => undefined);
  }
  await Promise.all(running);
}

/** Who of those who are free could play it; null: not enough of them. */
function casting(
  scenario: Scenario,
  all: readonly CastPlayer[],
  exchanged: CastPlayer | null,
): readonly CastPlayer[] | null {
  const free = all.filter((each) => each !== exchanged);
  if (scenario.needs.includes('exchanged player'))
    return exchanged !== null && all.includes(exchanged) ? [exchanged] : null;
  const main = scenario.needs.includes('expired session') ? free.find((each) => each.expired !== null) : free[0];
  if (main === undefined) return null;
  if (!scenario.needs.includes('rival')) return [main];
  const rival = free.find((each) => each !== main);
  return rival === undefined ? null : [main, rival];
}

async function homesOf(world: World): Promise<ReadonlyMap<string, bigint>> {
  const homes = new Map<string, bigint>();
  for (const player of world.cast.players) {
    const balance = await balanceOf(world, notebook(world), player);
    if (balance.kind === 'units') homes.set(player.id, balance.units);
  }
  return homes;
}

/** Waits until the operator answers anything at all; false when it does not within `timeoutMs`. */
export async function answers(world: World, timeoutMs: number): Promise<boolean> {
  const [first] = world.cast.players;
  if (first === undefined) return false;
  const since = world.clock.monotonic();
  for (;;) {
    const balance = await balanceOf({ ...world, patienceMs: 0 }, notebook(world), first);
    if (balance.kind === 'units') return true;
    if (world.clock.monotonic() - since > timeoutMs) return false;
    await sleep(200);
  }
}
