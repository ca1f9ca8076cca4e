/** A run as JSON, for scripts: everything a person sees in the other reports, redacted alike. Pure. */
import type { Redact } from './curl.ts';
import { answerText, curlOf } from './curl.ts';
import { stepsOf } from './describe.ts';
import { paceOf } from './result.ts';
import type { RunResult } from './result.ts';
import { countsOf, exitCodeOf, groupVerdicts, levelCounts, verdictOf } from './verdict.ts';
import type { Exchange, Played } from './world.ts';

export function jsonReport(result: RunResult, redact: Redact): string {
  const { played } = result;
  return `${JSON.stringify(
    {
      kit: 'croupier certify',
      dialect: result.dialect,
      urls: result.urls.map(redact),
      started_at: new Date(result.startedAtMs).toISOString(),
      took_ms: Math.round(result.tookMs),
      seed: result.seed,
      verdict: verdictOf(played),
      exit_code: exitCodeOf(played),
      counts: countsOf(played),
      levels: levelCounts(played),
      groups: groupVerdicts(played),
      pace: paceOf(played),
      clock: result.clock,
      scenarios: played.map((each) => scenarioOf(each, redact)),
    },
    null,
    2,
  )}\n`;
}

function scenarioOf({ scenario, outcome, findings, why, exchanges, tookMs, spreadsUs }: Played, redact: Redact) {
  const isClean = outcome === 'clean' || outcome === 'not run';
  return {
    id: scenario.id,
    title: scenario.title,
    why: scenario.why,
    level: scenario.level,
    steps: stepsOf(scenario),
    outcome,
    reason: why === null ? null : redact(why),
    took_ms: Math.round(tookMs),
    burst_spread_us: spreadsUs,
    findings: findings.map((finding) => ({ ...finding, message: redact(finding.message) })),
    exchanges: isClean ? [] : exchanges.map((each) => exchangeOf(each, redact)),
  };
}

export function exchangeOf(exchange: Exchange, redact: Redact) {
  return {
    at_ms: Math.round(exchange.atMs * 1000) / 1000,
    took_ms: Math.round(exchange.tookMs * 1000) / 1000,
    connection: exchange.wire,
    burst: exchange.burst,
    label: exchange.label,
    request: curlOf(exchange.message, redact),
    status: exchange.reply?.status ?? null,
    silence: exchange.silence,
    answer: exchange.reply === null ? null : answerText(exchange.reply.body, redact),
    is_wrong: exchange.isWrong,
  };
}
