/** The players' public face. */
export type { Granted } from './grants.ts';
export { openPlayers } from './players.ts';
export type { Created, Patched, PlayerPatch, Players, PlayersOptions } from './players.ts';
export type { PendingRaise } from './raise-store.ts';
export { limitsText } from './rules.ts';
export type { Grant, LimitsText, NewPlayer, Player } from './rules.ts';
