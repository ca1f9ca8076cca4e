/** A scenario in the middle of being played: who plays, what is written down, and how an answer becomes a finding. */
import type { Call } from '../wallet/index.ts';
import type { Notes } from './ask.ts';
import { lineText } from './describe.ts';
import { judge } from './judge.ts';
import type { Ending, Finding } from './judge.ts';
import type { ByKnob, Expected, Line, Scenario, Who, Word } from './scenario.ts';
import { findingOf, mayOwe } from './shown.ts';
import type { Roles } from './speak.ts';
import { isByKnob } from './words.ts';
import type { Exchange, Played, World } from './world.ts';

export interface Playing {
  readonly world: World;
  readonly scenario: Scenario;
  readonly roles: Roles & { readonly start: Map<Who, bigint> };
  readonly notes: Notes;
  readonly findings: Finding[];
  readonly spreadsUs: number[];
  /** whom the scenario left in another standing than it found him */
  readonly changed: Set<Who>;
  /** whose stakes it limited */
  readonly limited: Set<Who>;
  bursts: number;
  /** units of the wallet's own currency, by the names of weighings */
  readonly weighed: Map<string, bigint>;
  /** how many of the answers were looked at for what is odd in any scenario */
  seen: number;
}

/** Something could not be found out, so nothing more is proved. */
export class Undecided extends Error {
  override readonly name = 'Undecided';
}

export function begin(world: World, scenario: Scenario, roles: Omit<Roles, 'start'>): Playing {
  return {
    world,
    scenario,
    roles: { ...roles, start: new Map() },
    notes: { startedAtMs: world.clock.monotonic(), exchanges: [], messages: new Map() },
    findings: [],
    spreadsUs: [],
    changed: new Set(),
    limited: new Set(),
    weighed: new Map(),
    bursts: 0,
    seen: 0,
  };
}

export function resultOf(
  playing: Playing,
  stopped: { readonly outcome: 'undecided' | 'not run'; readonly why: string } | null,
): Played {
  const { findings, notes, scenario, spreadsUs, world, roles } = playing;
  const found = findings.some((each) => each.severity === 'money') ? 'money' : findings.length > 0 ? 'players' : null;
  return {
    scenario,
    outcome: found ?? stopped?.outcome ?? 'clean',
    findings,
    why: stopped?.why ?? null,
    exchanges: notes.exchanges,
    spreadsUs,
    tookMs: world.clock.monotonic() - notes.startedAtMs,
    player: roles.player,
  };
}

export function choose<T>({ world }: Playing, choice: ByKnob<T>): T {
  const value: unknown = world.aggregator.policy[choice.knob];
  // of a list: the first case that is in it
  const found = Array.isArray(value) ? Object.keys(choice.when).find((each) => value.includes(each)) : String(value);
  return (found === undefined ? undefined : choice.when[found]) ?? choice.otherwise;
}

export const wordsFor = (playing: Playing, expected: Expected): readonly Word[] =>
  isByKnob(expected) ? choose(playing, expected) : expected;

export function judgeEnding(
  playing: Playing,
  { line, call, words }: { readonly line: Line; readonly call: Call; readonly words: readonly Word[] },
  ending: Ending,
): void {
  const { aggregator } = playing.world;
  const status = ending.status ?? 0;
  const judgement = judge(
    {
      words,
      line,
      label: lineText(line),
      isWord: (word) => aggregator.isWord(word, call, ending.reading, status),
      flagsDuplicates:
        aggregator.policy['duplicate.answer'] === 'okWithFlag' && call.kind === 'money' && line.what !== 'close',
    },
    ending,
  );
  if (judgement.kind === 'finding') accuse(playing, judgement.finding);
  if (judgement.kind === 'undecided') throw new Undecided(judgement.why);
}

/** Writes a finding down and marks the message it is about. */
export function accuse(playing: Playing, finding: Finding): void {
  playing.findings.push(finding);
  const { exchanges } = playing.notes;
  const last = exchanges.at(-1);
  if (last !== undefined) exchanges[exchanges.length - 1] = { ...last, isWrong: true } satisfies Exchange;
}

/** Finds fault with the answers since the last time that are odd whatever was asked. */
export function judgeAnswers(playing: Playing): void {
  const { notes, scenario, roles, world } = playing;
  const fresh = notes.exchanges.slice(playing.seen);
  playing.seen = notes.exchanges.length;
  for (const kind of ['below_zero', 'too_fine'] as const) {
    if (kind === 'below_zero' && mayOwe(world.aggregator.policy, scenario)) continue;
    const odd = fresh.filter(({ oddity }) => oddity?.kind === kind);
    const [first] = odd;
    if (first === undefined || first.oddity === null) continue;
    playing.findings.push(findingOf(first.oddity, first.label, odd.length, roles.cast));
    const at = notes.exchanges.indexOf(first);
    notes.exchanges[at] = { ...first, isWrong: true } satisfies Exchange;
  }
}
