/** The wallet's public face: the language of calls and outcomes, the policy, and the one decision function. */
export * from './ids.ts';
export * from './call.ts';
export * from './outcome.ts';
export * from './policy.ts';
export * from './book.ts';
export { decide } from './decide.ts';
export { needsOf } from './needs.ts';
export type { Needs } from './needs.ts';
