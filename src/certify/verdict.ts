/** From what was played to what is said about the operator: a verdict per group and overall. Pure. */
import { groupOf } from './scenario.ts';
import type { Level } from './scenario.ts';
import type { Played } from './world.ts';

/** `undecided`: nothing wrong was seen, but something could not be seen. */
export type Verdict = 'would lose money' | 'would annoy players' | 'undecided' | 'clean' | 'not run';

export interface Counts {
  readonly clean: number;
  readonly players: number;
  readonly money: number;
  readonly undecided: number;
  readonly notRun: number;
}

export interface GroupVerdict extends Counts {
  readonly group: string;
  readonly subject: string;
  readonly verdict: Verdict;
}

const SUBJECTS: Readonly<Record<string, string>> = {
  SIG: 'Signature and authentication',
  BAL: 'Balance',
  BET: 'Bet',
  WIN: 'Win',
  RB: 'Refund and rollback',
  BW: 'Bet and win together',
  FR: 'Free rounds',
  RET: 'Retries and crashes',
  SET: 'Settlement',
  FX: 'Exchange',
  SES: 'Session events',
  CMP: 'Compliance',
  BUG: 'Bugs other ledgers had',
  STORM: 'Random histories',
};

export function countsOf(played: readonly Played[]): Counts {
  const count = (outcome: Played['outcome']) => played.filter((each) => each.outcome === outcome).length;
  return {
    clean: count('clean'),
    players: count('players'),
    money: count('money'),
    undecided: count('undecided'),
    notRun: count('not run'),
  };
}

export function verdictOf(played: readonly Played[]): Verdict {
  const counts = countsOf(played);
  if (counts.money > 0) return 'would lose money';
  if (counts.players > 0) return 'would annoy players';
  if (counts.undecided > 0) return 'undecided';
  return counts.clean > 0 ? 'clean' : 'not run';
}

export function groupVerdicts(played: readonly Played[]): readonly GroupVerdict[] {
  const groups = [...new Set(played.map((each) => groupOf(each.scenario.id)))];
  return groups.map((group) => {
    const own = played.filter((each) => groupOf(each.scenario.id) === group);
    return { group, subject: SUBJECTS[group] ?? group, verdict: verdictOf(own), ...countsOf(own) };
  });
}

/** 1: money would be lost. 2: that none would be lost could not be shown. 0: nothing that can lose money failed. */
export function exitCodeOf(played: readonly Played[]): 0 | 1 | 2 {
  const counts = countsOf(played);
  if (counts.money > 0) return 1;
  return counts.undecided > 0 || counts.clean + counts.players === 0 ? 2 : 0;
}

/** How many scenarios there are of a level, and how many of them were played. */
export function levelCounts(played: readonly Played[]): readonly { level: Level; all: number; ran: number }[] {
  const levels: readonly Level[] = ['B', 'L', 'C', 'F'];
  return levels
    .map((level) => {
      const own = played.filter((each) => each.scenario.level === level);
      return { level, all: own.length, ran: own.filter((each) => each.outcome !== 'not run').length };
    })
    .filter(({ all }) => all > 0);
}
