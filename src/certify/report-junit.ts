/** A run as JUnit XML, for CI: a suite a group, a failure where money is lost or players are annoyed, skipped where it was not run. Pure. */
import type { Redact } from './curl.ts';
import { stepsOf } from './describe.ts';
import type { RunResult } from './result.ts';
import { groupOf } from './scenario.ts';
import { groupVerdicts } from './verdict.ts';
import type { Played } from './world.ts';

export function junitReport(result: RunResult, redact: Redact): string {
  const suites = groupVerdicts(result.played).map((group) => {
    const own = result.played.filter((each) => groupOf(each.scenario.id) === group.group);
    const time = own.reduce((sum, each) => sum + each.tookMs, 0) / 1000;
    const failures = group.money + group.players;
    return [
      `  <testsuite name="${xml(`${group.group} ${group.subject}`)}" tests="${own.length}" failures="${failures}" errors="${group.undecided}" skipped="${group.notRun}" time="${time.toFixed(3)}">`,
      ...own.map((each) => caseOf(each, redact)),
      '  </testsuite>',
    ].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="croupier certify">\n${suites.join('\n')}\n</testsuites>\n`;
}

function caseOf({ scenario, outcome, findings, why, tookMs }: Played, redact: Redact): string {
  const head = `    <testcase classname="certify.${xml(groupOf(scenario.id))}" name="${xml(`${scenario.id} ${scenario.title}`)}" time="${(tookMs / 1000).toFixed(3)}"`;
  const text = [
    `At stake: ${scenario.why}`,
    ...stepsOf(scenario).map((step) => `- ${step}`),
    ...findings.map(
      (finding) => `${finding.message}${finding.wrongBy === null ? '' : ` (wrong by ${finding.wrongBy})`}`,
    ),
  ].join('\n');
  const message = findings[0]?.message ?? why ?? '';
  switch (outcome) {
    case 'clean':
      return `${head}/>`;
    case 'not run':
      return `${head}><skipped message="${xml(redact(message))}"/></testcase>`;
    case 'undecided':
      return `${head}><error type="undecided" message="${xml(redact(message))}"/></testcase>`;
    case 'money':
    case 'players':
      return `${head}><failure type="${outcome === 'money' ? 'would lose money' : 'would annoy players'}" message="${xml(redact(message))}">${xml(redact(text))}</failure></testcase>`;
  }
}

/** Signs XML has no way to say are left out. */
export function xml(text: string): string {
  return Array.from(text, (sign) => (isUnsayable(sign) ? '' : sign))
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function isUnsayable(sign: string): boolean {
  const code = sign.codePointAt(0) ?? 0;
  const isControl = code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d;
  return isControl || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
}
