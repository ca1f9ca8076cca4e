/** The players' public face. */
export { openPlayers } from './players.ts';
export type { Created, Patched, PlayerPatch, Players, PlayersOptions } from './players.ts';
export { limitsText } from './rules.ts';
export type { LimitsText, NewPlayer, Player } from './rules.ts';
