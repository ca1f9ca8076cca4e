/**
 * The correct operator of the zoo is right: it agrees with the reference wallet in everything an aggregator can say in the generic
 * dialect, keeps what comes at once apart, and believes only what is signed. Neither shares a line with the other, nor with the
 * wallet of the house.
 */
import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../../src/certify/model.ts';
import { CORRECT_OPERATOR } from '../../../src/certify/zoo/index.ts';
import { CODES } from '../../../src/dialects/generic/codes.ts';
import { GENERIC_POLICY } from '../../../src/dialects/generic/policy.ts';
import { formatUnits } from '../../../src/money/index.ts';
import { manualClock } from '../../../src/platform/index.ts';
import { aggregatorName, CASHIER, externalId, gameCode, playerId } from '../../../src/wallet/index.ts';
import type { Operation, Operations, SessionFact } from '../../../src/wallet/index.ts';
import { bet, close, undo, win } from '../../support/act.ts';
import { decimal, STORY_BEGINS_MS } from '../../support/histories.ts';
import { meeting } from './gate.ts';
import { counted, sit } from './table.ts';
import type { Seat } from './table.ts';

const mostly = <T>(usual: T, ...rare: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: rare.length, arbitrary: fc.constantFrom(...rare) });

const id = fc.constantFrom('t1', 't2', 't3', 't4', 't5', 't6', 't7', 't8');
const round = mostly('r1', 'r2', 'r3');
const amount = mostly('1', '0.33', '0', '40', '100.01', '70000000000000000000000000000000000000');
const closes = mostly(false, true, true);
const reference = fc.option(id, { nil: undefined });

const bets = fc.record({ id, round, amount, closes, free: mostly(false, true) }).map(({ id: name, free, ...words }) => {
  return bet(name, { ...words, flavour: free ? 'free' : 'cash' });
});
const wins = fc
  .record({ id, round, amount, closes, reference, flavour: mostly('win', 'promo') })
  .map(({ id: name, reference: named, flavour, ...words }) =>
    win(name, {
      ...words,
      round: flavour === 'promo' && words.closes ? null : words.round,
      closes: words.closes && flavour === 'win',
      flavour: flavour === 'promo' ? 'promo' : 'win',
      ...(named === undefined ? {} : { bet: named }),
    }),
  );
const refunds = fc
  .record({ id, of: id, part: fc.constantFrom(undefined, undefined, '1', '0.33', '0.34', '2') })
  .map(({ id: name, of, part }) => undo(name, 'bet', of, part));
const halves = fc
  .record({ id, round, stake: amount, won: amount, closes })
  .map(({ id: name, stake, won, ...words }): Operations => {
    const { round: both, closes: closing } = words;
    return [
      bet(name, { round: both, amount: stake, combined: true }),
      win(name, { round: both, amount: won, bet: name, combined: true, closes: closing }),
    ];
  });
const single = (one: fc.Arbitrary<Operation>): fc.Arbitrary<Operations> => one.map((operation) => [operation]);

const said = fc.record({
  operations: fc.oneof(
    { weight: 9, arbitrary: single(bets) },
    { weight: 6, arbitrary: single(wins) },
    { weight: 6, arbitrary: single(refunds) },
    { weight: 2, arbitrary: halves },
    { weight: 1, arbitrary: single(round.map((name) => close(name))) },
  ),
  player: mostly(0, 1),
  session: mostly('own', 'expired', 'foreign', 'demo', 'unknown'),
  currency: mostly('USD', 'EUR'),
  game: mostly('fruits', 'dice', 'nobody-knows'),
  afterMs: mostly(0, 1_000, 16 * 60_000),
  /** how many lines back the one stands that is said again instead */
  again: mostly(0, 1, 2, 3, 5),
});
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

/** The session a call names, and what is true of it. */
function sessionOf(at: Seat, { session, player }: Said): { readonly token: string; readonly fact: SessionFact } {
  const [own, other] = player === 0 ? at.operator.cast.players : at.operator.cast.players.toReversed();
  switch (session) {
    case 'own':
      return { token: own?.session ?? '', fact: { kind: 'live', currency: 'USD' } };
    case 'expired':
      return { token: own?.expired ?? '', fact: { kind: 'expired', currency: 'USD' } };
    case 'foreign':
      return { token: other?.session ?? '', fact: { kind: 'foreign' } };
    case 'demo':
      return { token: at.operator.cast.demoSession, fact: { kind: 'demo' } };
    default:
      return { token: 'nobody-issued-this', fact: { kind: 'unknown' } };
  }
}

function modelOf(players: readonly { readonly id: string }[]) {
  const model = createModel(GENERIC_POLICY);
  const ask = (player: string, operations: Operations, more: object = {}) =>
    model.answer({
      aggregator: aggregatorName('acme'),
      idScope: '',
      player: playerId(player),
      currency: 'USD',
      exchange: null,
      session: { kind: 'none' },
      gameCode: gameCode('fruits'),
      gameKnown: true,
      operations,
      onlyKnown: false,
      nowMs: STORY_BEGINS_MS,
      ...more,
    });
  for (const player of players) {
    model.openWallet(player.id, 'USD', 2);
    const deposit: Operation = { kind: 'deposit', id: externalId(`deposit-${player.id}`), amount: decimal('100') };
    ask(player.id, [deposit], { aggregator: CASHIER, gameCode: null });
  }
  return { model, ask };
}

const EVERY_ANSWER = [
  'ok',
  'ok again',
  'uncertain',
  'insufficient_funds',
  'conflict',
  'not_found',
  'reversed',
  'already_settled',
  'session_invalid',
  'session_expired',
  'unknown_game',
  'wrong_currency',
  'round_closed',
  'limit_reached',
];

describe('the correct operator', () => {
  it('answers every history as the reference wallet does, and has the same money after each call', async () => {
    const heardOf = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 20, maxLength: 60 }), async (history) => {
        const clock = manualClock(STORY_BEGINS_MS);
        await using at = await sit(CORRECT_OPERATOR, { clock, players: 2 });
        const { players } = at.operator.cast;
        const { model, ask } = modelOf(players);
        for (const [index, drawn] of history.entries()) {
          const line = history[index - drawn.again] ?? drawn;
          clock.advance(line.afterMs);
          const { token, fact } = sessionOf(at, line);
          const expected = ask(players[line.player]?.id ?? '', line.operations, {
            currency: line.currency,
            session: fact,
            gameCode: gameCode(line.game),
            gameKnown: line.game !== 'nobody-knows',
            nowMs: clock.now(),
          });
          const { player, currency, game } = line;
          const heard = await at.tell(line.operations, { player, currency, game, session: token });
          const wallet = formatUnits(model.balance(players[player]?.id ?? '', 'USD'), 2);
          const words =
            expected.class === 'applied'
              ? `ok ${expected.duplicate ? 'again ' : ''}${wallet}`
              : expected.class === 'parked'
                ? 'uncertain'
                : `${expected.refusal === null ? '' : CODES[expected.refusal]} ${wallet}`;
          expect(heard).toBe(words);
          heardOf.add(words.replace(/ ?[0-9.]*$/, ''));
        }
        for (const [index, each] of players.entries())
          expect(await at.balance({ player: index })).toBe(formatUnits(model.balance(each.id, 'USD'), 2));
      }),
      { numRuns: 40 },
    );
    // what the histories came to, so that one sees they are not all alike
    expect([...heardOf].toSorted()).toEqual(expect.arrayContaining(EVERY_ANSWER));
  });

  it('books one bet once and spends no money twice, however many come at one moment [BET-24, BET-26]', async () => {
    const { pace, watch } = meeting(40);
    await using at = await sit(CORRECT_OPERATOR, { pace });
    watch(at.operator.database);
    const same = Array.from({ length: 20 }, async () => at.tell(bet('b1', { amount: '5' })));
    const others = Array.from({ length: 20 }, async (_, n) => at.tell(bet(`c${n}`, { amount: '10' })));
    expect(counted(await Promise.all(same))).toEqual({ ok: 1, 'ok again': 19 });
    expect(counted(await Promise.all(others))).toEqual({ insufficient_funds: 11, ok: 9 });
    expect(await at.balance()).toBe('5.00');
    expect(await at.booked('b1')).toEqual(['bet applied']);
  });

  it('believes a message by its bytes and its time [SIG-02, SIG-14, SIG-15, SIG-30, SIG-33]', async () => {
    const clock = manualClock(STORY_BEGINS_MS);
    await using at = await sit(CORRECT_OPERATOR, { clock, timestamped: true });
    const body = JSON.stringify(at.members({ type: 'bet', transaction_id: 'b1', round_id: 'r1', amount: '1.00' }));
    const later = body.replace('b1', 'b2');
    const post = async (text: string, ageSeconds: number, signed = true): Promise<number> => {
      const timestamp = String(STORY_BEGINS_MS / 1000 - ageSeconds);
      const [secret = ''] = at.operator.signingSecrets;
      const signature = createHmac('sha256', secret)
        .update(`${timestamp}.${signed ? text : '{}'}`)
        .digest('hex');
      const headers = { 'content-type': 'application/json', 'x-timestamp': timestamp, 'x-signature': signature };
      const response = await fetch(at.operator.url, { method: 'POST', headers, body: text });
      await response.arrayBuffer();
      return response.status;
    };
    expect(await post(body, 0, false)).toBe(401);
    expect(await post(body, 299)).toBe(200);
    expect(await post(body, 86_400)).toBe(200);
    expect(await post(later, 301)).toBe(401);
    expect(await post(later, -301)).toBe(401);
    expect(await post(later, -299)).toBe(200);
  });

  it('refuses what can be read in two ways, is too large or packed, and goes on serving [SIG-09, SIG-36, SIG-38, SIG-41]', async () => {
    await using at = await sit(CORRECT_OPERATOR);
    const stake = at.members({ type: 'bet', transaction_id: 'b1', round_id: 'r1', amount: '1.00' });
    const body = JSON.stringify(stake);
    expect(await at.post(body.replace('{', '{"amount":"1.00",'))).toBe('bad_request');
    expect(await at.post(body.replace('{', '{"__proto__":{},'))).toBe('bad_request');
    expect(await at.post('['.repeat(20_000))).toBe('bad_request');
    expect(await at.post(`{"filler":"${'x'.repeat(70_000)}"}`)).toBe('bad_request');
    expect(await at.post(JSON.stringify({ ...stake, amount: 1e21 }))).toBe('bad_request');
    expect(await at.post(JSON.stringify({ ...stake, transaction_id: 'x'.repeat(256) }))).toBe('bad_request');
    const packed = await fetch(at.operator.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(body),
    });
    expect(packed.status).toBe(415);
    expect(await at.post(body)).toBe('ok 99.00');
  });

  it('shows its book, and lets a player be blocked and limited, where the kit looks for it [BET-20, BET-21, WIN-09]', async () => {
    await using at = await sit(CORRECT_OPERATOR);
    const [first] = at.operator.cast.players;
    const patch = async (change: object): Promise<number> => {
      const url = `${at.operator.lookupUrl}/players/${first?.id ?? ''}`;
      return (await fetch(url, { method: 'PATCH', body: JSON.stringify(change) })).status;
    };
    expect(await at.tell(bet('b1'))).toBe('ok 99.00');
    expect(await patch({ limits: { USD: { max_stake: '2.00', daily_loss_limit: null } } })).toBe(200);
    expect(await at.tell(bet('b2', { amount: '2.01' }))).toBe('limit_reached 99.00');
    expect(await patch({ limits: { USD: { max_stake: null, daily_loss_limit: null } } })).toBe(200);
    expect(await patch({ status: 'self_excluded' })).toBe(200);
    expect(await at.tell(bet('b3'))).toBe('player_blocked 99.00');
    expect(await at.tell(win('w1', { bet: 'b1' }))).toBe('ok 101.50');
    expect(await patch({ status: 'active' })).toBe(200);
    expect(await at.tell(bet('b4'))).toBe('ok 100.50');
    expect(await at.tell(undo('x1', 'bet', 'b4', '0.25'))).toBe('ok 100.75');
    expect(await at.booked('b2')).toEqual(['bet rejected']);
    expect(await at.booked('b4')).toEqual(['bet part_reversed']);
    const response = await fetch(`${at.operator.lookupUrl}/players/${first?.id ?? ''}/balances`);
    expect(await response.json()).toEqual([{ currency: 'USD', balance: '100.75' }]);
  });

  it('takes signed webhooks and no others [SET-23]', async () => {
    await using at = await sit(CORRECT_OPERATOR);
    const event = { kind: 'catalogue_changed', eventId: 'e1' } as const;
    const { headers, body, path } = at.mirror.sayWebhook(event, 0);
    const url = at.operator.url.replace('/callbacks/', '/webhooks/') + path;
    const send = async (more: Record<string, string>): Promise<number> =>
      (await fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: new Uint8Array(body) })).status;
    expect(await send({})).toBe(200);
    expect(await send({ 'x-signature': '0'.repeat(64) })).toBe(401);
  });
});
