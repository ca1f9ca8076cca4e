/** A run in a terminal: findings as they come, a table of groups at the end. Pure: lines of text. */
import type { Redact } from './curl.ts';
import { curlOf, answerText } from './curl.ts';
import { paceOf } from './result.ts';
import type { RunResult } from './result.ts';
import type { Need } from './scenario.ts';
import { countsOf, groupVerdicts, levelCounts, verdictOf } from './verdict.ts';
import type { Played } from './world.ts';

const MARKS = { clean: 'ok  ', players: 'NOTE', money: 'LOSS', undecided: '?   ', 'not run': '-   ' } as const;

/** What came of one scenario; a clean one is one line. */
export function playedLines(played: Played, redact: Redact): readonly string[] {
  const { scenario, outcome, findings, why, exchanges } = played;
  const head = `${MARKS[outcome]} ${scenario.id.padEnd(14)} ${scenario.title}`;
  if (outcome === 'clean') return [head];
  if (outcome === 'not run') return [`${head} (${why ?? ''})`];
  const wrong = exchanges.filter((each) => each.isWrong).slice(0, 3);
  return [
    head,
    `       at stake: ${scenario.why}`,
    ...findings
      .slice(0, 5)
      .map(
        (finding) =>
          `       ${finding.severity === 'money' ? 'money' : 'play'}: ${redact(finding.message)}${finding.wrongBy === null ? '' : ` (wrong by ${finding.wrongBy})`}`,
      ),
    ...(findings.length > 5 ? [`       and ${findings.length - 5} more`] : []),
    ...(why === null ? [] : [`       ${redact(why)}`]),
    ...wrong.flatMap((exchange) => [
      `       $ ${curlOf(exchange.message, redact).replaceAll('\n', '\n         ')}`,
      `       ← ${exchange.reply === null ? (exchange.silence ?? '') : `${exchange.reply.status} ${answerText(exchange.reply.body, redact)}`}`,
    ]),
  ];
}

export function summaryLines(result: RunResult): readonly string[] {
  const { played } = result;
  const pace = paceOf(played);
  const counts = countsOf(played);
  const levels = levelCounts(played).map(({ level, all, ran }) => `${level} ${ran}/${all}`);
  const missing = new Map<string, number>();
  for (const each of played)
    if (each.outcome === 'not run' && each.why !== null) missing.set(each.why, (missing.get(each.why) ?? 0) + 1);
  return [
    '',
    ...groupVerdicts(played).map(
      (group) => `${group.group.padEnd(6)} ${group.subject.padEnd(30)} ${tally(group).padEnd(46)} ${group.verdict}`,
    ),
    '',
    `${played.length} scenarios: ${tally(counts)}; run by level: ${levels.join(', ')}`,
    ...[...missing].map(([why, count]) => `  not run: ${count} (${why})`),
    ...hintsFor([...missing.keys()]),
    ...result.clock,
    `${pace.exchanges} messages in ${(result.tookMs / 1000).toFixed(1)} s; answers p50 ${pace.p50Ms.toFixed(1)} ms, p99 ${pace.p99Ms.toFixed(1)} ms, slowest ${pace.slowestMs.toFixed(0)} ms`,
    ...(pace.bursts === 0
      ? []
      : [
          `${pace.bursts} bursts; between their first and last request ${pace.spreadUsMedian} µs (median), ${pace.spreadUsMost} µs (most)`,
        ]),
    '',
    `Verdict: ${verdictOf(played)}`,
  ];
}

/** What to write into certify.yaml, so that more is played. */
const HINTS: Readonly<Partial<Record<Need, string>>> = {
  rival: 'a second one of `players`',
  'expired session': '`expired_session` of a player',
  'blocked player': '`blocked_player`',
  'poor player': '`poor_player`',
  'demo session': '`demo_session`',
  'other game': '`other_game`',
  'other currency': '`other_currency`',
  lookup: '`lookup`',
  backstage: '`backstage`',
  'crash commands': '`kill_command` and `restart_command`',
  'two addresses': 'a second `url`',
  'second secret': 'a second signing secret',
  'exchanged player': '`exchanged_player`',
  rates: '`rates` and `rate_command`',
};

function hintsFor(reasons: readonly string[]): readonly string[] {
  const needs = new Set(
    reasons.flatMap((why) => (why.startsWith('needs: ') ? why.slice('needs: '.length).split(', ') : [])),
  );
  const hints = Object.entries(HINTS).flatMap(([need, hint]) => (needs.has(need) ? [hint] : []));
  return hints.length === 0 ? [] : [`  to play more, add to the file: ${hints.join('; ')} (docs/certify.md)`];
}

function tally(counts: { clean: number; players: number; money: number; undecided: number; notRun: number }): string {
  const parts = [
    [counts.clean, 'clean'],
    [counts.money, 'lose money'],
    [counts.players, 'annoy players'],
    [counts.undecided, 'undecided'],
    [counts.notRun, 'not run'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}
