/**
 * A run as one page that can be sent to a vendor or an auditor, and printed: nothing is loaded from elsewhere, nothing runs, no
 * secret is in it. Pure.
 */
import type { Redact } from './curl.ts';
import { answerText, curlOf } from './curl.ts';
import { stepsOf } from './describe.ts';
import { xml } from './report-junit.ts';
import { paceOf } from './result.ts';
import type { RunResult } from './result.ts';
import { LEFT_OUT } from './scenarios/left-out.ts';
import { LEGEND, readingText, timeline } from './timeline.ts';
import { countsOf, groupVerdicts, levelCounts, verdictOf } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import type { Exchange, Played } from './world.ts';

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;color:#212529;max-width:960px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{margin-top:2.2rem;border-bottom:1px solid #dee2e6}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #dee2e6;vertical-align:top}
td.n{text-align:right}pre{background:#f8f9fa;padding:.6rem;white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px}
.v{display:inline-block;padding:.1rem .6rem;border-radius:1rem;color:#fff;font-weight:600;white-space:nowrap}
.money{background:#c92a2a}.players{background:#e67700}.undecided{background:#5f3dc4}.clean{background:#2b8a3e}.off{background:#868e96}
article{border:1px solid #dee2e6;border-radius:.5rem;padding:.2rem 1rem 1rem;margin:1rem 0}
.wrong{outline:2px solid #e03131}.why{color:#495057}.legend span{margin-right:1rem}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
h3{line-height:1.7}li .v{font-size:.85em;margin:.1rem 0}
@media (max-width:700px){table{display:block;overflow-x:auto}}
@media print{@page{margin:14mm}body{margin:0;padding:0;max-width:none;font-size:11px}h1{font-size:20px}h2{font-size:15px}h3{font-size:12px}h2,h3,summary,.why{break-after:avoid}article{border-width:0 0 0 3px;border-radius:0;padding:0 0 0 .8rem}pre,svg,li,tr{break-inside:avoid}pre{font-size:9px;border:1px solid #dee2e6;padding:.3rem}.v{border:1px solid #495057}a{color:inherit;text-decoration:none}}
@media (prefers-color-scheme:dark){@media screen{body{background:#1a1b1e;color:#dee2e6}pre{background:#25262b}.why{color:#adb5bd}svg{background:#fff;border-radius:.3rem}}}`;

const CLASSES: Readonly<Record<Verdict, string>> = {
  'would lose money': 'money',
  'would annoy players': 'players',
  undecided: 'undecided',
  clean: 'clean',
  'not run': 'off',
};
const OUTCOMES: Readonly<Record<Played['outcome'], Verdict>> = {
  money: 'would lose money',
  players: 'would annoy players',
  undecided: 'undecided',
  clean: 'clean',
  'not run': 'not run',
};
const badge = (verdict: Verdict): string => `<span class="v ${CLASSES[verdict]}">${verdict}</span>`;

export function htmlReport(result: RunResult, redact: Redact): string {
  const { played } = result;
  const of = (outcome: Played['outcome']) => played.filter((each) => each.outcome === outcome);
  const failing = [...of('money'), ...of('players'), ...of('undecided')];
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>Certify: ${verdictOf(played)}</title><style>${STYLE}</style></head><body>`,
    headOf(result, redact),
    groupsOf(result),
    failing.length === 0 ? '' : `<h2>What went wrong</h2>${contentsOf(failing)}<p class="legend">${legend()}</p>`,
    ...failing.map((each) => failureOf(each, redact)),
    '<h2>Everything that was played</h2>',
    tableOf(played.filter((each) => each.outcome !== 'not run')),
    of('not run').length === 0 ? '' : `<h2>Not run, and why</h2>${notRunOf(of('not run'), redact)}`,
    `<details><summary>Entries of the catalogue that cannot be judged from outside</summary>${leftOut()}</details>`,
    '</body></html>\n',
  ].join('\n');
}

function headOf(result: RunResult, redact: Redact): string {
  const { played, startedAtMs, tookMs } = result;
  const pace = paceOf(played);
  const counts = countsOf(played);
  const rows: readonly (readonly [string, string])[] = [
    ['Operator', redact(result.urls.join(' and '))],
    ['Dialect', result.dialect],
    ['Played', `${new Date(startedAtMs).toISOString()}, ${(tookMs / 1000).toFixed(1)} s, seed ${result.seed}`],
    [
      'Scenarios',
      `${played.length}: ${counts.clean} clean, ${counts.money} lose money, ${counts.players} annoy players, ${counts.undecided} undecided, ${counts.notRun} not run`,
    ],
    [
      'Levels',
      levelCounts(played)
        .map(({ level, all, ran }) => `${level}: ${ran} of ${all}`)
        .join(', '),
    ],
    [
      'Answers',
      `${pace.exchanges} messages; p50 ${pace.p50Ms.toFixed(1)} ms, p99 ${pace.p99Ms.toFixed(1)} ms, slowest ${pace.slowestMs.toFixed(0)} ms`,
    ],
    [
      'Bursts',
      `${pace.bursts}; first to last request ${pace.spreadUsMedian} µs (median), ${pace.spreadUsMost} µs (most)`,
    ],
    ...result.clock.map((line) => ['Clock', line] as const),
  ];
  const table = rows.map(([name, value]) => `<tr><th>${name}</th><td>${xml(value)}</td></tr>`).join('');
  return `<h1>Certify ${badge(verdictOf(played))}</h1><table>${table}</table>`;
}

function groupsOf({ played }: RunResult): string {
  const rows = groupVerdicts(played).map(
    (group) =>
      `<tr><td>${group.group}</td><td>${xml(group.subject)}</td><td class="n">${group.clean}</td><td class="n">${group.money}</td><td class="n">${group.players}</td><td class="n">${group.undecided}</td><td class="n">${group.notRun}</td><td>${badge(group.verdict)}</td></tr>`,
  );
  return `<h2>By group</h2><table><tr><th></th><th>Subject</th><th>clean</th><th>lose money</th><th>annoy players</th><th>undecided</th><th>not run</th><th>Verdict</th></tr>${rows.join('')}</table>`;
}

/** Each with what it comes to, and a way to it. */
function contentsOf(failing: readonly Played[]): string {
  const rows = failing.map(({ scenario, outcome, findings }) => {
    const wrongBy = findings.flatMap((each) => each.wrongBy ?? []).join(', ');
    return `<tr><td><a href="#${xml(scenario.id)}">${xml(scenario.id)}</a></td><td>${xml(scenario.title)}</td><td class="n">${xml(wrongBy)}</td><td>${badge(OUTCOMES[outcome])}</td></tr>`;
  });
  return `<table><tr><th></th><th>Scenario</th><th>Wrong by</th><th>Verdict</th></tr>${rows.join('')}</table>`;
}

const legend = (): string =>
  `${LEGEND.map(([colour, meaning]) => `<span><svg width="12" height="12"><rect width="12" height="12" rx="2" fill="${colour}"/></svg> ${meaning}</span>`).join('')}<span>framed in red, with its answer: what the finding is about</span><span>dashed line: a while in which nothing was said</span>`;

function failureOf(played: Played, redact: Redact): string {
  const { scenario, findings, exchanges, outcome, why } = played;
  const steps = stepsOf(scenario).map((step) => `<li>${xml(step)}</li>`);
  const found = findings.map((finding) => {
    const wrongBy = finding.wrongBy === null ? '' : ` <strong>Wrong by ${xml(finding.wrongBy)}.</strong>`;
    return `<li>${badge(finding.severity === 'money' ? 'would lose money' : 'would annoy players')} ${xml(redact(finding.message))}${wrongBy}</li>`;
  });
  return [
    `<article id="${xml(scenario.id)}"><h3>${xml(scenario.id)} ${xml(scenario.title)} ${badge(OUTCOMES[outcome])}</h3>`,
    `<p class="why">At stake: ${xml(scenario.why)}.</p>`,
    `<details open><summary>What is played, and what must come back</summary><ol>${steps.slice(0, 40).join('')}</ol></details>`,
    `<ul>${found.slice(0, 20).join('')}${why === null ? '' : `<li>${xml(redact(why))}</li>`}</ul>`,
    timeline(exchanges),
    `<details open><summary>The messages</summary>${messagesOf(exchanges, redact)}</details></article>`,
  ].join('');
}

const MESSAGES_MAX = 12;

/** Those that are wrong first, then the others until there are enough to follow the story. */
function messagesOf(exchanges: readonly Exchange[], redact: Redact): string {
  const wanted = new Set([...exchanges.filter((each) => each.isWrong), ...exchanges].slice(0, MESSAGES_MAX));
  const shown = exchanges.filter((each) => wanted.has(each));
  const blocks = shown.map((each) => {
    const answer = each.reply === null ? (each.silence ?? '') : answerText(each.reply.body, redact);
    return `<pre${each.isWrong ? ' class="wrong"' : ''}># ${xml(each.label)}, at ${each.atMs.toFixed(2)} ms on connection ${each.wire}\n${xml(curlOf(each.message, redact))}\n# ${xml(redact(readingText(each)))}, after ${each.tookMs.toFixed(2)} ms\n${xml(answer)}</pre>`;
  });
  const more = exchanges.length - shown.length;
  return `${blocks.join('')}${more > 0 ? `<p>and ${more} messages more, all of them in the JSON report.</p>` : ''}`;
}

function tableOf(played: readonly Played[]): string {
  const rows = played.map(
    ({ scenario, outcome, tookMs }) =>
      `<tr><td>${xml(scenario.id)}</td><td>${xml(scenario.title)}<br><span class="why">${xml(scenario.why)}</span></td><td>${scenario.level}</td><td class="n">${tookMs.toFixed(0)} ms</td><td>${badge(OUTCOMES[outcome])}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

const leftOut = (): string =>
  `<table>${Object.entries(LEFT_OUT)
    .map(([entry, reason]) => `<tr><td>${entry}</td><td>${xml(reason)}</td></tr>`)
    .join('')}</table>`;

function notRunOf(played: readonly Played[], redact: Redact): string {
  return `<table>${played.map(({ scenario, why }) => `<tr><td>${xml(scenario.id)}</td><td>${xml(scenario.title)}</td><td>${xml(redact(why ?? ''))}</td></tr>`).join('')}</table>`;
}
