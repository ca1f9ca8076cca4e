/** The lobby's public face. */
export { lobby } from './routes.ts';
export type { LobbyOptions, LobbyPlayer } from './routes.ts';
