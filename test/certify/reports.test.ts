/** What a run tells: to the person at the terminal, to a vendor, to CI; and what it must never tell anybody. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certify } from '../../src/certify/certify.ts';
import { redactorOf } from '../../src/certify/curl.ts';
import { htmlReport } from '../../src/certify/report-html.ts';
import { jsonReport } from '../../src/certify/report-json.ts';
import { junitReport, xml } from '../../src/certify/report-junit.ts';
import { playedLines, summaryLines } from '../../src/certify/report-terminal.ts';
import type { RunResult } from '../../src/certify/result.ts';
import { selected } from '../../src/certify/scenarios/index.ts';
import { exitCodeOf, groupVerdicts, verdictOf } from '../../src/certify/verdict.ts';
import { SIGNING_SECRET, tinyOperator } from '../sandbox/operator.ts';
import type { TinyOperator } from '../sandbox/operator.ts';
import { SESSION, worldOf } from './broken.ts';

describe('a run against an operator that gives stakes back twice', () => {
  let operator: TinyOperator;
  let result: RunResult;
  let redact: (text: string) => string;
  beforeAll(async () => {
    operator = await tinyOperator(0, 100_000);
    const world = worldOf(operator);
    redact = redactorOf(world.aggregator, world.cast);
    const scenarios = selected(['RB-02', 'BET-01', 'BAL-03', 'SIG-15']);
    const nothing = { onPlayed: () => undefined, signal: new AbortController().signal };
    result = await certify({ world, scenarios, seed: 1, stormSeconds: 0, sweepsClock: true, ...nothing });
    world.transport.close();
  });
  afterAll(async () => operator?.close());

  const of = (id: string) => result.played.find((each) => each.scenario.id === id);

  it('is told to lose money, by how much, and with exit code 1', () => {
    expect(verdictOf(result.played)).toBe('would lose money');
    expect(exitCodeOf(result.played)).toBe(1);
    expect(of('RB-02.new')?.findings.map((each) => each.wrongBy)).toContain('+2.00 USD');
    expect(of('BET-01')?.outcome).toBe('clean');
    expect(of('SIG-15')?.outcome).toBe('clean');
    const groups = groupVerdicts(result.played).map(({ group, verdict }) => [group, verdict]);
    expect(groups).toEqual([
      ['SIG', 'clean'],
      ['BAL', 'not run'],
      ['BET', 'clean'],
      ['RB', 'would lose money'],
    ]);
  });

  it('says what was not run and what is missing for it', () => {
    expect(of('BAL-03')).toMatchObject({ outcome: 'not run', why: 'needs: other currency' });
    expect(summaryLines(result).join('\n')).toContain('not run: 1 (needs: other currency)');
    expect(result.clock.join('\n')).toContain('signs no time');
  });

  it('shows the request as curl, the answer, and a picture of what happened when', () => {
    const html = htmlReport(result, redact);
    expect(html).toContain('RB-02.new');
    expect(html).toContain('<svg');
    expect(html).toMatch(/curl -X POST .*callbacks\/acme/);
    expect(html).toContain('Wrong by +2.00 USD');
    // nothing is loaded from elsewhere, nothing runs
    expect(html).not.toMatch(/<script|<link|src=|href="http|@import|url\(/);
    const terminal = result.played.flatMap((each) => playedLines(each, redact)).join('\n');
    expect(terminal).toMatch(/LOSS RB-02\.new/);
    expect(terminal).toContain('$ curl');
  });

  it('fails the build of whoever reads JUnit or JSON', () => {
    const junit = junitReport(result, redact);
    expect(junit).toMatch(/<testsuite name="RB [^"]+" tests="\d+" failures="[1-9]/);
    expect(junit).toContain('<failure type="would lose money"');
    expect(junit).toContain('<skipped message="needs: other currency"/>');
    const json = JSON.parse(jsonReport(result, redact)) as {
      verdict: string;
      exit_code: number;
      scenarios: { id: string; exchanges: unknown[] }[];
    };
    expect(json).toMatchObject({ verdict: 'would lose money', exit_code: 1 });
    expect(json.scenarios.find((each) => each.id === 'RB-02.new')?.exchanges.length).toBeGreaterThan(3);
  });

  it('has no secret, signature or session token in any of them', () => {
    const all = [
      htmlReport(result, redact),
      junitReport(result, redact),
      jsonReport(result, redact),
      ...result.played.flatMap((each) => playedLines(each, redact)),
      ...summaryLines(result),
    ].join('\n');
    expect(all).not.toContain(SIGNING_SECRET);
    expect(all).not.toContain(SESSION);
    for (const { message } of result.played.flatMap((each) => each.exchanges))
      for (const [name, value] of message.headers)
        if (name === 'x-signature' && value !== '') expect(all).not.toContain(value);
    expect(all).toContain('<session of anna>'.replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
  });

  it('writes text that XML cannot say without what cannot be said', () => {
    expect(xml('a\u0000<b>&"\u{1F3B0}\ud800')).toBe('a&lt;b&gt;&amp;&quot;\u{1F3B0}');
  });
});
