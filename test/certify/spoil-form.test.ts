/** What is wrong with a message, said in a form and in a query: the bytes, and that they are signed as they are sent. */
import { describe, expect, it } from 'vitest';
import { openAggregator } from '../../src/certify/aggregator.ts';
import type { Aggregator } from '../../src/certify/aggregator.ts';
import { headerOf } from '../../src/certify/message.ts';
import type { Message } from '../../src/certify/message.ts';
import type { BodyChange, Tamper } from '../../src/certify/scenario.ts';
import { callOf, NotPlayable } from '../../src/certify/speak.ts';
import type { Roles } from '../../src/certify/speak.ts';
import { hidesItsSender, messageOf } from '../../src/certify/tamper.ts';
import { bet } from '../../src/certify/words.ts';

const player = { id: 'anna', session: 'session-1', expired: null };
const cast = {
  currency: 'USD',
  scale: 2,
  stake: '1.00',
  game: 'g',
  players: [player],
  otherGame: null,
  otherCurrency: null,
  blocked: null,
  poor: null,
  demoSession: null,
  exchanged: null,
};
const roles: Roles = { cast, prefix: 'run-', player, rival: null, start: new Map() };

function aggregatorOf(dialect: string, callbacks: object): Aggregator {
  const opened = openAggregator({ dialect, settings: { callbacks }, policy: {}, currency: 'USD', scale: 2 });
  if (opened.kind === 'problem') throw new Error(opened.message);
  return opened.aggregator;
}
const form = aggregatorOf('slotegrator', { merchant_id: 'certify', merchant_keys: ['certify-test-merchant-key'] });
const query = aggregatorOf('groove', { security_keys: ['certify-test-security-key'] });

const said = (aggregator: Aggregator, ...tampers: readonly Tamper[]): Message =>
  messageOf({ aggregator, call: callOf(bet('b', '1.25'), roles), url: 'http://operator.test/x', nowMs: 0 }, tampers);
const textOf = ({ url, body }: Message): string =>
  body.byteLength > 0 ? Buffer.from(body).toString('utf8') : (url.split('?')[1] ?? '');
const spoiled = (aggregator: Aggregator, how: BodyChange): string => textOf(said(aggregator, { on: 'body', how }));
const amount = (aggregator: Aggregator, token: string): string => textOf(said(aggregator, { on: 'amount', token }));
const pairs = (text: string) => [...new URLSearchParams(text)];

describe.each([
  ['a form', form, { amount: 'amount', id: 'transaction_id', player: 'player_id', kind: 'action' }],
  ['a query', query, { amount: 'betamount', id: 'transactionid', player: 'accountid', kind: 'request' }],
] as const)('%s', (_what, aggregator, names) => {
  const plain = textOf(said(aggregator));

  it('means the same when only its spelling is changed', () => {
    for (const how of ['spaces', 'reordered', 'escaped_letters'] as const) {
      expect(spoiled(aggregator, how), how).not.toBe(plain);
      expect(pairs(spoiled(aggregator, how)).toSorted(), how).toEqual(pairs(plain).toSorted());
    }
    expect(new URLSearchParams(spoiled(aggregator, 'plus_for_blank')).get('note')).toBe('one two three');
  });

  it('lacks, repeats or misspells exactly the parameter that is meant', () => {
    const without = (how: BodyChange, name: string) => {
      expect(pairs(spoiled(aggregator, how)), how).toEqual(pairs(plain).filter(([each]) => each !== name));
    };
    without('without_amount', names.amount);
    without('without_id', names.id);
    without('without_player', names.player);
    const all = (how: BodyChange, name: string) => new URLSearchParams(spoiled(aggregator, how)).getAll(name);
    expect(all('twice_amount', names.amount)).toEqual(['1.25', '1000.00']);
    expect(all('twice_amount_escaped', names.amount)).toEqual(['1.25', '1000.00']);
    expect(all('twice_id', names.id)).toEqual(['run-b', 'another-id']);
    expect(all('unknown_type', names.kind)).toEqual(['jackpot_spin']);
    expect(all('empty_id', names.id)).toEqual(['']);
    expect(all('long_id', names.id)[0]).toHaveLength(256);
    expect(all('id_of_255', names.id)[0]).toMatch(/^.{254}b$/);
    expect(all('nul_in_id', names.id)).toEqual(['run-b\0']);
    expect(all('amount_list', `${names.amount}[]`)).toEqual(['1000.00']);
  });

  it('writes an amount as a text, whatever it would be in JSON', () => {
    expect(new URLSearchParams(amount(aggregator, '"1,00"')).get(names.amount)).toBe('1,00');
    expect(new URLSearchParams(amount(aggregator, '"$000"')).get(names.amount)).toBe('1.25000');
    expect(new URLSearchParams(amount(aggregator, 'null')).get(names.amount)).toBe('null');
    expect(new URLSearchParams(amount(aggregator, '["1.00"]')).get(`${names.amount}[]`)).toBe('1.00');
    expect(() => amount(aggregator, '-1.00')).toThrow(NotPlayable);
    expect(() => amount(aggregator, '$n')).toThrow(NotPlayable);
  });

  it('is signed anew when it is changed before signing, and not when it is changed after', () => {
    const header = aggregator.signatureHeader ?? '';
    const right = headerOf(said(aggregator), header);
    for (const how of ['unknown_fields', 'twice_amount', 'bad_escape', 'gibberish'] as const)
      expect(headerOf(said(aggregator, { on: 'body', how }), header), how).not.toBe(right);
    const after = said(aggregator, { on: 'signed_body', how: 'amount' });
    expect(headerOf(after, header)).toBe(right);
    expect(new URLSearchParams(textOf(after)).get(names.amount)).toBe('10.25');
  });

  it('has no words for what only JSON can get wrong', () => {
    for (const how of ['comments', 'json_null', 'numeric_id', 'trailing_comma'] as const)
      expect(() => spoiled(aggregator, how), how).toThrow(NotPlayable);
  });
});

describe('a message that cannot be read', () => {
  it('may be disbelieved where the signature covers what was read, and nowhere else', () => {
    const generic = aggregatorOf('generic', { signing_secrets: ['certify-test-signing-secret'] });
    expect(hidesItsSender(form, [{ on: 'body', how: 'twice_amount' }])).toBe(true);
    expect(hidesItsSender(query, [{ on: 'body', how: 'truncated' }])).toBe(true);
    expect(hidesItsSender(form, [{ on: 'body', how: 'without_amount' }])).toBe(false);
    expect(hidesItsSender(form, [{ on: 'amount', token: '"1e2"' }])).toBe(false);
    expect(hidesItsSender(generic, [{ on: 'body', how: 'twice_amount' }])).toBe(false);
  });
});
