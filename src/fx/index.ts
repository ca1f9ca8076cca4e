/** The public face of exchange: quotes of every configured pair, shared by all processes, and what is known of their sources. */
export { Fx } from './fx.ts';
export type { FxOptions, Sides } from './fx.ts';
export { PAIR_STATES } from './report.ts';
export type { PairReport, PairState } from './report.ts';
export type { EcbSource, FxSettings, JsonSource, Origin, PairSettings, SourceSettings } from './settings.ts';
export { resultsOf } from './results.ts';
export type { ConvertedAt, PairResult } from './results.ts';
export { parsePath } from './sources/path.ts';
export { REJECTIONS } from './tick.ts';
