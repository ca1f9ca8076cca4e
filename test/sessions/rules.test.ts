import { describe, expect, it } from 'vitest';
import { sessionFact, stateOfSession } from '../../src/sessions/index.ts';
import type { Session } from '../../src/sessions/index.ts';
import { aggregatorName, gameCode, playerId, sessionId } from '../../src/wallet/index.ts';

const session: Session = {
  id: sessionId('s'),
  player: playerId('p'),
  aggregator: aggregatorName('acme'),
  gameId: 'g',
  gameCode: gameCode('slot'),
  mode: 'real',
  currency: 'USD',
  gameCurrency: null,
  quoteId: null,
  country: null,
  lang: null,
  platform: null,
  ip: null,
  jurisdiction: null,
  region: null,
  createdAtMs: 1_000,
  expiresAtMs: 10_000,
  idleMs: null,
  lastSeenAtMs: 1_000,
  startedAtMs: null,
  endedAtMs: null,
  resumedAtMs: null,
};
const about = (nowMs = 2_000) => ({ player: playerId('p'), aggregator: aggregatorName('acme'), nowMs });

describe('what a session is worth', () => {
  it('is unknown when nobody was given the token', () => {
    expect(sessionFact(null, about())).toEqual({ kind: 'unknown' });
  });

  it('is live until the moment it expires, and then still says its currency [BET-22]', () => {
    expect(sessionFact(session, about(9_999))).toEqual({ kind: 'live', currency: 'USD' });
    expect(sessionFact(session, about(10_000))).toEqual({ kind: 'expired', currency: 'USD' });
  });

  it('is foreign to another player and to another aggregator [BET-23]', () => {
    expect(sessionFact(session, { ...about(), player: playerId('P') })).toEqual({ kind: 'foreign' });
    expect(sessionFact(session, { ...about(), aggregator: aggregatorName('other') })).toEqual({ kind: 'foreign' });
  });

  it('never reaches a wallet in demo mode [BAL-12]', () => {
    expect(sessionFact({ ...session, mode: 'demo', player: null }, about())).toEqual({ kind: 'demo' });
    expect(sessionFact({ ...session, mode: 'demo', player: null, currency: null }, about())).toEqual({ kind: 'demo' });
  });

  it('expires by idling where that is asked for, and ends when somebody says so', () => {
    const idle = { ...session, idleMs: 500, lastSeenAtMs: 2_000 };
    expect(stateOfSession(idle, 2_499)).toBe('live');
    expect(stateOfSession(idle, 2_500)).toBe('expired');
    expect(stateOfSession({ ...session, endedAtMs: 1_500 }, 2_000)).toBe('ended');
    expect(sessionFact({ ...session, endedAtMs: 1_500 }, about())).toEqual({ kind: 'expired', currency: 'USD' });
  });
});
