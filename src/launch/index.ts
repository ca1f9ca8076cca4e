/** The launches' public face. */
export { openLaunches } from './launch.ts';
export type { LaunchAggregator, Launched, Launches, LaunchesOptions, LaunchRequest } from './launch.ts';
export { LAUNCH_REFUSALS, LAUNCH_SENTENCES } from './rules.ts';
export type { LaunchRefusal, Platform } from './rules.ts';
