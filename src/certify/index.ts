/** The kit's public face: what the command line needs of it. */
export { certify } from './certify.ts';
export type { CertifyOptions } from './certify.ts';
export type { Protocol } from './aggregator.ts';
export { redactorOf } from './curl.ts';
export type { Redact } from './curl.ts';
export { announcement, CertifyProblem, openWorld } from './open.ts';
export { htmlReport } from './report-html.ts';
export { jsonReport } from './report-json.ts';
export { junitReport } from './report-junit.ts';
export { playedLines, summaryLines } from './report-terminal.ts';
export type { RunResult } from './result.ts';
export { answers } from './run.ts';
export { selected } from './scenarios/index.ts';
export { SeatingProblem } from './seating.ts';
export { readSettings } from './settings.ts';
export type { CertifySettings } from './settings.ts';
export { exitCodeOf } from './verdict.ts';
export type { Faults, Rates, World } from './world.ts';
