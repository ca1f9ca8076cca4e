/** The launches' public face. */
export { openLaunches } from './launch.ts';
export type { LaunchAggregator, Launched, Launches, LaunchesOptions, LaunchRequest } from './launch.ts';
export { openOpenings } from './openings.ts';
export type { Openings } from './openings.ts';
export type { TablesAnswer } from './tables.ts';
export { expireLaunches } from './retention.ts';
export { LAUNCH_REFUSALS, LAUNCH_SENTENCES } from './rules.ts';
export type { LaunchRefusal, Platform } from './rules.ts';
export { shareNotOpened, STAND_OUT_REASONS } from './standing-out.ts';
export type { Counts, Tally } from './standing-out.ts';
export { openLaunchWatch } from './watch.ts';
export type { LaunchAlert, LaunchWatch, Outcomes, OutcomesQuery } from './watch.ts';
