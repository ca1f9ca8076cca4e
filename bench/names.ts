/**
 * The names of the bench's world: players, sessions, the aggregator and its secrets. Both the loader that fills a database
 * and the generator that sends requests make them from numbers, so that neither has to tell the other.
 */
import { createHash } from 'node:crypto';

export const AGGREGATOR = 'acme';
export const CURRENCY = 'USD';
export const GAME = 'book-of-the-bench';
export const GAME_ID = '01890000-0000-7000-8000-000000000001';
export const SIGNING_SECRET = 'bench-signing-secret-of-acme';

/** Every player starts with 1,000,000.00. */
export const START_CENTS = 100_000_000;

export const playerName = (index: number): string => `player-${String(index).padStart(8, '0')}`;

/** 32 characters, as a launch gives out. */
export const sessionName = (index: number): string =>
  createHash('sha256').update(`session ${index}`).digest('base64url').slice(0, 32);

/** The settings of the one aggregator, as croupier.yaml has them. */
export const AGGREGATOR_SETTINGS = {
  catalogue: { url: 'http://127.0.0.1:9/games', api_key: 'bench-catalogue-key' },
  launch: { url: 'http://127.0.0.1:9/launch', secret: 'bench-launch-secret' },
  callbacks: { signing_secrets: [SIGNING_SECRET] },
} as const;
