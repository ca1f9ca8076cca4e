/** The console's public face. */
export { openAccounts } from './accounts.ts';
export type { Account, Accounts, Added } from './accounts.ts';
export { openConsole } from './console.ts';
export type { Console } from './console.ts';
export type { ConsoleOptions, Queue } from './deps.ts';
export { withSession } from './replay.ts';
export { ROLES } from './roles.ts';
export type { Role } from './roles.ts';
