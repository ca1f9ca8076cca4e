/** What is done to messages: the signatures of the catalogue's vectors, and bodies that say exactly what they should. */
import { describe, expect, it } from 'vitest';
import { openAggregator } from '../../src/certify/aggregator.ts';
import { redactorOf, curlOf } from '../../src/certify/curl.ts';
import { headerOf } from '../../src/certify/message.ts';
import type { Message } from '../../src/certify/message.ts';
import type { BodyChange, SignatureRecipe, Tamper } from '../../src/certify/scenario.ts';
import { callOf } from '../../src/certify/speak.ts';
import type { Roles } from '../../src/certify/speak.ts';
import { messageOf } from '../../src/certify/tamper.ts';
import { bet } from '../../src/certify/words.ts';

const opened = openAggregator({
  dialect: 'generic',
  settings: {
    catalogue: { url: 'http://127.0.0.1:9/games', api_key: 'api_key_test_0001' },
    callbacks: { signing_secrets: ['rgs_signing_secret_test_0001'] },
  },
  policy: {},
  currency: 'USD',
  scale: 2,
});
if (opened.kind === 'problem') throw new Error(opened.message);
const { aggregator } = opened;

const player = { id: 'anna', session: 'token-of-anna', expired: null };
const roles: Roles = {
  cast: {
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
  },
  prefix: 'run-',
  player,
  rival: null,
  start: new Map(),
};
const said = (...tampers: readonly Tamper[]): Message =>
  messageOf({ aggregator, call: callOf(bet('b', '1.25'), roles), url: 'http://operator.test/x', nowMs: 0 }, tampers);
const text = (message: Message): string => Buffer.from(message.body).toString('utf8');
const changed = (how: BodyChange): string => text(said({ on: 'body', how }));

describe('signatures', () => {
  const compact = '{"transaction_id":"tx-1","type":"bet","amount":"1.00"}';
  const signed = (body: string, recipe?: SignatureRecipe): string | null => {
    const message: Message = {
      method: 'POST',
      url: 'http://x.test',
      headers: [],
      body: Buffer.from(body),
      transport: null,
    };
    return headerOf(aggregator.signer?.sign(message, 0, recipe) ?? message, 'x-signature');
  };

  it('are those of the catalogue [SIG-01, SIG-02, SIG-03, SIG-19, SIG-20, SIG-26]', () => {
    expect(signed(compact)).toBe('fa421dc8830e5da7f0284b3b7ea37fb9bb983ccdb4adead72ac4b5de06e9c065');
    expect(signed('{ "transaction_id": "tx-1", "type": "bet", "amount": "1.00" }')).toBe(
      'f2c3ecef3b486f354befde0835da7ced0e1cb9edc78f6f7e931905c83721c4d6',
    );
    expect(signed(`${compact}\n`)).toBe('271d039745358a95606afd68773685f1ce07e2422e9ad36b1eb706626554bc44');
    expect(signed(compact, 'the_api_key')).toBe('2b9d10c368e11557c8531db35cc200460b8a0d36736aa80d9748d49bf8ea98ad');
    expect(signed(compact, 'an_empty_key')).toBe('fb39b5b2301316fd321cef5a8161827d0cf0ad70e069e712d45b062394f8537c');
    expect(signed(compact, 'no_key')).toBe('de6b19809c0f3728628d5dd7124d32cafb27e7b8aa6317992d1bdc03bb74e895');
  });

  it('are of the changed bytes where a body is changed before signing, and of the right ones where it is changed after', () => {
    const before = said({ on: 'body', how: 'spaces' });
    expect(headerOf(before, 'x-signature')).toBe(signed(text(before)));
    const after = said({ on: 'signed_body', how: 'amount' });
    expect(headerOf(after, 'x-signature')).toBe(signed(text(said())));
    expect(text(after)).toContain('"amount":"10.25"');
  });
});

describe('bodies', () => {
  it('mean the same when only their spelling is changed', () => {
    const plain: unknown = JSON.parse(text(said()));
    for (const how of ['spaces', 'line_end', 'reordered', 'escaped_letters'] as const) {
      expect(changed(how), how).not.toBe(text(said()));
      expect(JSON.parse(changed(how)), how).toEqual(plain);
    }
  });

  it('lack, repeat or misspell exactly the field that is meant', () => {
    expect(changed('without_amount')).not.toContain('"amount"');
    expect(changed('without_id')).not.toContain('"transaction_id"');
    expect(changed('without_player')).not.toContain('"player_id"');
    expect(changed('twice_amount').match(/"amount":/g)).toHaveLength(2);
    expect((JSON.parse(changed('long_id')) as { transaction_id: string }).transaction_id).toHaveLength(256);
    const ids = (['id_of_255'] as const).map(
      (how) => (JSON.parse(changed(how)) as { transaction_id: string }).transaction_id,
    );
    expect(ids.map((id) => id.length)).toEqual([255]);
    expect(ids[0]?.endsWith('b')).toBe(true);
    expect(changed('nul_in_id')).toContain(String.raw`run-b\u0000"`);
  });

  it('have the amount as it is to be written', () => {
    const written = (token: string): string => text(said({ on: 'amount', token }));
    expect(written('"1e2"')).toContain('"amount":"1e2"');
    expect(written('$n')).toContain('"amount":1.25');
    expect(written('"$000"')).toContain('"amount":"1.25000"');
  });
});

describe('a message for a report', () => {
  it('is a command for a shell without signature and session', () => {
    const redact = redactorOf(aggregator, roles.cast);
    const shown = curlOf(said(), redact);
    expect(shown).toContain("curl -X POST 'http://operator.test/x'");
    expect(shown).toContain('<session of anna>');
    expect(shown).toContain("-H 'x-signature: <x-signature: 64 characters>'");
    expect(shown).not.toMatch(/token-of-anna|[0-9a-f]{64}/);
    expect(redact('rgs_signing_secret_test_0001 api_key_test_0001')).toBe('<secret> <secret>');
  });

  it('keeps quotes of a shell from ending what they quote', () => {
    const message = { ...said(), body: Buffer.from(`it's`) };
    expect(curlOf(message, (all) => all)).toContain(String.raw`'it'\''s'`);
  });
});
