/** The operator API's public face. */
export { registerApi } from './api.ts';
export type { ApiKeySettings, Scope } from './auth.ts';
export type { ApiOptions, HealthCheck, LedgerPort } from './deps.ts';
export { answerError, ApiProblem, refuse } from './problem.ts';
