/** The sessions' public face. */
export { classify, spanOf } from './classify.ts';
export type { Classified, SessionMode, SessionSigns, SessionSpan, SignsOfLife } from './classify.ts';
export { sessionFact, stateOfSession } from './rules.ts';
export type { Session, SessionState } from './rules.ts';
export { openSessions } from './sessions.ts';
export type { NewSession, SessionEvent, Sessions, SessionsOptions } from './sessions.ts';
