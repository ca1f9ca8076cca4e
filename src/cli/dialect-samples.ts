/** The launches and the games that `croupier dialect record` puts through a dialect. */
import type { LaunchOrder, ListedGame } from '../dialects/index.ts';
import { GAME, PLAYER, SESSION } from './dialect-calls.ts';

/** A launch. `full`: with what only launch calls have words for. */
export function standardOrder(mode: 'real' | 'demo', currency: string, nowMs: number, full: boolean): LaunchOrder {
  const isReal = mode === 'real';
  return {
    session: SESSION,
    game: GAME,
    mode,
    player: isReal ? PLAYER : null,
    currency: isReal ? currency : null,
    lang: 'en',
    country: full ? 'EE' : null,
    ip: full ? '203.0.113.7' : null,
    platform: full ? 'mobile' : null,
    jurisdiction: null,
    region: null,
    returnUrl: 'https://casino.example/lobby',
    nonce: '0123456789abcdef0123456789abcdef',
    issuedAt: nowMs / 1000,
    expiresAt: nowMs / 1000 + 600,
  };
}

/** Two games, one with everything and one with next to nothing. */
export const STANDARD_GAMES: readonly ListedGame[] = [
  {
    code: GAME,
    name: 'Früchte',
    provider: { code: 'croupier', name: 'Croupier Originals' },
    category: 'slots',
    tags: [],
    features: ['wild', 'free_spins'],
    rtp: '96.50',
    volatility: 'medium',
    lines: 5,
    thumbnail: 'https://pictures.test/fruits.svg',
    demo: true,
    platforms: ['desktop', 'mobile'],
    currencies: ['USD', 'EUR'],
    blockedCountries: ['XX'],
    releasedAt: '2025-06-01',
    enabled: true,
  },
  {
    code: 'bare',
    name: 'Bare',
    provider: { code: 'croupier', name: 'Croupier Originals' },
    category: 'table',
    tags: [],
    features: [],
    rtp: null,
    volatility: null,
    lines: null,
    thumbnail: null,
    demo: false,
    platforms: [],
    currencies: [],
    blockedCountries: [],
    releasedAt: null,
    enabled: true,
  },
];
