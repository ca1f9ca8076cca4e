/** A round's story from what the rooms know of it: the order, the words, and what is never shown. */
import { describe, expect, it } from 'vitest';
import { replayOf, shownBytes, withSession } from '../../src/console/replay.ts';
import { storyOf, summaryOf } from '../../src/console/story.ts';
import type { StoryParts } from '../../src/console/story.ts';
import type { HeardMessage } from '../../src/console/story-store.ts';
import { aggregatorName, externalId, playerId, roundId, transactionId } from '../../src/wallet/index.ts';
import type { Posting, Transaction } from '../../src/wallet/index.ts';
import { amount } from '../support/ledger.ts';

const AT = Date.parse('2026-01-02T03:04:05.000Z');

function transaction(id: string, more: Partial<Transaction> = {}): Transaction {
  return {
    id: transactionId(`018f0000-0000-7000-8000-${id.padStart(12, '0')}`),
    aggregator: aggregatorName('acme'),
    idScope: '',
    kind: 'bet',
    externalId: externalId(`bet-${id}`),
    player: playerId('ann'),
    flavour: 'cash',
    combined: false,
    state: 'applied',
    refusal: null,
    round: roundId('r1'),
    reference: null,
    gameCode: null,
    sessionId: null,
    currency: 'USD',
    amount: amount('5'),
    fx: null,
    units: 500n,
    reversedUnits: 0n,
    reversedAmount: amount('0'),
    wins: 0,
    looseBefore: 0,
    balanceAfter: 9_500n,
    flags: [],
    deadlineMs: null,
    createdAtMs: AT + 2,
    changedAtMs: AT + 2,
    ...more,
  };
}

function message(id: string, more: Partial<HeardMessage> = {}): HeardMessage {
  return {
    id,
    route: '/callbacks/acme',
    arrivedAtMs: AT,
    durationUs: 4_200,
    verdict: 'genuine',
    keyId: 'k1',
    externalId: 'bet-1',
    outcome: 'applied',
    remoteAddress: '192.0.2.1',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"type":"bet","session_id":"abcdefghijklmnop"}'),
    status: 200,
    answer: '{"status":"ok"}',
    ...more,
  };
}

const posting = (of: Transaction, more: Partial<Posting> = {}): Posting => ({
  player: of.player,
  currency: 'USD',
  seq: 2n,
  debit: 'player',
  credit: 'stakes:acme',
  units: 500n,
  transaction: of.id,
  balanceAfter: 9_500n,
  overdrawn: false,
  createdAtMs: AT + 2,
  ...more,
});

function parts(more: Partial<StoryParts> = {}): StoryParts {
  const bet = transaction('1');
  return {
    round: {
      id: 'opaque',
      scale: 2,
      aggregator: aggregatorName('acme'),
      idScope: '',
      player: playerId('ann'),
      round: roundId('r1'),
      currency: 'USD',
      lock: null,
      gameCode: null,
      sessionId: null,
      state: 'closed',
      betsEver: 1,
      betsStanding: 1,
      looseWins: 0,
      undone: false,
      staked: 500n,
      returned: 0n,
      paid: 1_250n,
      openedAtMs: AT,
      changedAtMs: AT,
      closedAtMs: AT,
    },
    transactions: [bet],
    postings: [posting(bet)],
    session: null,
    launches: [],
    messages: [message('1')],
    events: [],
    claims: [],
    discrepancies: [],
    ...more,
  };
}

describe("a round's story", () => {
  it('tells a bet as message, decision and answer, with the money before and after', () => {
    const items = storyOf(parts());
    expect(items.map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
      'message: Bet bet-1 arrives',
      'decision: Bet of 5.00 USD applied',
      'answer: Answered 200',
    ]);
    const move = {
      debit: 'player',
      credit: 'stakes:acme',
      amount: '5.00',
      currency: 'USD',
      before: '100.00',
      after: '95.00',
    };
    expect(items[1]?.moves).toEqual([move]);
    expect(items[0]?.detail).toBe('Signature genuine (key k1).');
  });

  it('says that a repeated message was decided once', () => {
    const again = message('2', { arrivedAtMs: AT + 900, outcome: 'duplicate' });
    const told = parts({ messages: [message('1'), again] });
    expect(summaryOf(told)).toBe(
      'The round is closed. Staked 5.00 USD, paid 12.50 USD. Bet bet-1 was sent twice and decided once.',
    );
    const items = storyOf(told);
    expect(items.filter(({ kind }) => kind === 'decision')).toHaveLength(1);
    expect(items.find(({ id }) => id === 'message-2')).toMatchObject({
      title: 'Bet bet-1 arrives, time 2',
      tone: 'warn',
    });
    expect(items.find(({ id }) => id === 'answer-2')?.detail).toContain('nothing moved again');
  });

  it('is in time order whatever order its sources are in, and cause comes before effect at one instant', () => {
    const late = transaction('2', { createdAtMs: AT + 5_000, kind: 'win', externalId: externalId('win-2') });
    const told = parts({
      transactions: [late, transaction('1', { createdAtMs: AT })],
      messages: [message('9', { arrivedAtMs: AT + 4_000, externalId: 'win-2' }), message('1', { durationUs: 0 })],
    });
    const items = storyOf(told);
    expect(items.map(({ at }) => at)).toEqual(items.map(({ at }) => at).toSorted());
    expect(items.slice(0, 3).map(({ kind }) => kind)).toEqual(['message', 'decision', 'answer']);
  });

  it.each([
    ['rejected', 'insufficient_funds', 'refused', /the wallet did not hold enough/i],
    ['tombstone', null, 'came before what it rolls back', /No money moved/],
    ['parked', null, 'waits for its bet', /No money moved/],
  ] as const)('words a %s transaction for people', (state, refusal, title, detail) => {
    const row = transaction('1', { state, refusal, balanceAfter: null });
    const [, decision] = storyOf(parts({ transactions: [row], postings: [] }));
    expect(decision?.title).toContain(title);
    expect(decision?.detail).toMatch(detail);
  });

  it('shows a message that nobody signed as what it is', () => {
    const [arrived, , answered] = storyOf(
      parts({
        messages: [message('1', { verdict: 'mismatch', keyId: null, status: 401, outcome: 'unauthenticated' })],
      }),
    );
    expect(arrived).toMatchObject({ tone: 'bad', detail: 'The signature is wrong.' });
    expect(answered).toMatchObject({ title: 'Answered 401', detail: 'Not believed.' });
  });
});

describe('what is shown of a message', () => {
  it('has no secret and no whole session token, but the size and hash of the exact bytes', () => {
    const body = Buffer.from('{"api_key":"very-secret","token":"tok","session_id":"abcdefghijklmnop","amount":"5.00"}');
    const shown = shownBytes(body);
    expect(shown.text).not.toMatch(/very-secret|ghijklmnop/);
    expect(shown.text).toContain('"amount":"5.00"');
    expect(shown.bytes).toBe(body.byteLength);
    expect(shown.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is base64 when it is no text', () => {
    expect(shownBytes(Uint8Array.from([0xff, 0xfe, 0x00]))).toMatchObject({ binary: true, text: '//4A', bytes: 3 });
  });

  it('is said again by a command whose quotes nothing breaks out of', () => {
    const evil = `{"round":"'; rm -rf / #","x":"$(id)","session_id":"abcdefghijklmnop"}`;
    const headers = { 'content-type': "application/json'; id" };
    const said = replayOf({ route: '/callbacks/acme', headers, body: Buffer.from(evil) }) ?? '';
    expect(said).toContain(String.raw`printf '%s' '{"round":"'\''; rm -rf / #","x":"$(id)"`);
    expect(said).toContain(String.raw`--type 'application/json'\''; id' '/callbacks/acme'`);
    expect(said).not.toContain('ghijklmnop');
    const asked = replayOf({
      route: '/callbacks/groove',
      headers: {},
      body: Buffer.from('a=%20&gamesessionid=12_abcdef-more'),
    });
    expect(asked).toContain("'/callbacks/groove?a=%20&gamesessionid=12_abc…'");
    expect(replayOf({ route: '/x', headers, body: Uint8Array.from([0xff, 0xfe]) })).toBeNull();
    expect(replayOf({ route: '/x', headers, body: Buffer.alloc(64_001, 'x') })).toBeNull();
  });

  it('takes a session of the sandbox where one was blanked, and nowhere else', () => {
    const mine = 'a"b&c';
    expect(withSession('{"session_id":"abcdef…","name":"x…","token":"[redacted]"}', mine)).toBe(
      String.raw`{"session_id":"a\"b&c","name":"x…","token":"a\"b&c"}`,
    );
    expect(withSession('?x=1…&gamesessionid=12_abc…&y=2', mine)).toBe('?x=1…&gamesessionid=a%22b%26c&y=2');
    expect(withSession('session_id=whole&y', mine)).toBe('session_id=whole&y');
  });
});
