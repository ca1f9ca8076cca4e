/** The sessions' public face. */
export { sessionFact, stateOfSession } from './rules.ts';
export type { Session, SessionState } from './rules.ts';
export { openSessions } from './sessions.ts';
export type { NewSession, SessionEvent, Sessions, SessionsOptions } from './sessions.ts';
