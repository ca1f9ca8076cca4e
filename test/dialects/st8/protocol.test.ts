/** What is St8's own: key pairs both ways, its statuses, three-letter languages, and what its configuration may say. */
import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyPair } from '../../../src/demo-secrets.ts';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import type { Answer, LaunchOrder, OpenedAggregator } from '../../../src/dialects/index.ts';
import { currencies } from '../../../src/money/index.ts';
import type { Refusal } from '../../../src/wallet/index.ts';

const OURS = keyPair('ec_p256');
const THEIRS = keyPair('ec_p256');
const LAUNCH = {
  url: 'https://croupier.o.acme.test',
  site: 'my site',
  private_key: OURS.privateKey,
  profile: { jurisdiction: 'CW' },
};

function opening(launch: object = {}, callbacks: object = {}, more: object = {}) {
  const settings = {
    launch: { ...LAUNCH, ...launch },
    callbacks: { public_keys: [THEIRS.publicKey], ...callbacks },
    ...more,
  };
  return openNamedDialect('st8', settings, {}, currencies({ EUR: { scale: 2 } }));
}

function opened(launch: object = {}): OpenedAggregator {
  const result = opening(launch);
  if (result.kind === 'problem') throw new Error(result.message);
  return result;
}

describe('what we ask', () => {
  const believed = (signed: string, signature: string | undefined): boolean =>
    verify('sha256', Buffer.from(signed), createPublicKey(OURS.publicKey), Buffer.from(signature ?? '', 'base64'));

  it('is signed over the query exactly as it is sent, where there is no body', () => {
    const { games } = opened().open;
    if (games.kind !== 'call') throw new Error('no call');
    const { url, headers } = games.page(1, null, { nowMs: 0, nonce: '' }).request;
    expect(url).toBe('https://croupier.o.acme.test/api/operator/v1/games?site=my%20site');
    expect(believed('site=my%20site', headers['x-st8-sign'])).toBe(true);
    expect(believed('?site=my%20site', headers['x-st8-sign'])).toBe(false);
  });

  it('is signed over the body, where there is one, and names languages by three letters', () => {
    const launch = opened().open.launch(ORDER);
    if (launch.kind !== 'errand') throw new Error('no errand');
    const { body, headers } = launch.errand.request;
    expect(believed(String(body), headers['x-st8-sign'])).toBe(true);
    expect(JSON.parse(String(body))).toMatchObject({ lang: 'por', device: 'DESKTOP', token: 's-1', fun_mode: false });
  });

  it('is answered by an address, or by why not', () => {
    const launch = opened().open.launch(ORDER);
    if (launch.kind !== 'errand') throw new Error('no errand');
    const read = (status: number, body: string) => launch.errand.read({ status, headers: {}, body: Buffer.from(body) });
    expect(read(200, '{"game_url":"https://g.test/1","token":"x"}')).toBe('https://g.test/1');
    expect(read(200, '{"status":"error"}')).toMatchObject({ reason: 'refused' });
    expect(read(200, '{"token":"x"}')).toMatchObject({ reason: 'unreadable' });
    expect(read(500, '')).toMatchObject({ reason: 'unavailable' });
  });
});

describe('statuses', () => {
  it.each([
    ['insufficient_funds', 'not_enough_money'],
    ['unknown_player', 'player_not_found'],
    ['player_blocked', 'player_locked'],
    ['player_excluded', 'player_locked'],
    ['limit_reached', 'spending_limit'],
    ['session_invalid', 'session_expired'],
    ['session_expired', 'session_expired'],
    ['unknown_game', 'game_disabled'],
    ['not_found', 'transaction_not_found'],
    ['conflict', 'unknown'],
    ['wrong_currency', 'unknown'],
  ] as const)('%s is %s', (refusal: Refusal, status) => {
    const answer: Answer = {
      kind: 'outcome',
      outcome: { kind: 'rejected', refusal, field: null, message: 'x', duplicate: false, id: null, balance: null },
    };
    expect(opened().open.encode(answer)).toMatchObject({ status: 200, body: JSON.stringify({ status }) });
  });

  it('uncertain is no status but a 5xx, because "unknown" would be taken for an answer [RET-22]', () => {
    expect(opened().open.encode({ kind: 'uncertain', retryAfterSeconds: 1 }).status).toBe(500);
  });

  it('of other operators are understood', () => {
    const { mirror } = opened();
    const heard = (status: number, body: string) => mirror.understand(status, {}, Buffer.from(body));
    expect(heard(200, '{"status":"site_disabled"}')).toMatchObject({ kind: 'rejected', meanings: [] });
    expect(heard(200, '{"status":"auth_failed"}')).toMatchObject({ meanings: ['unauthenticated'] });
    expect(heard(200, '{"status":"ok"}').kind).toBe('nonsense');
    expect(heard(404, '{"status":"ok","balance":"1","currency":"EUR"}').kind).toBe('nonsense');
    expect(heard(502, '').kind).toBe('uncertain');
  });
});

describe('the configuration', () => {
  const rsa = keyPair('rsa');
  it.each([
    [{ private_key: OURS.publicKey }, {}, {}, 'launch.private_key: is a public key'],
    [{ private_key: rsa.privateKey }, {}, {}, 'launch.private_key: is a key of kind RSA'],
    [{}, { public_keys: [THEIRS.privateKey] }, {}, 'callbacks.public_keys.0: is a private key'],
    [{}, { public_keys: [THEIRS.publicKey, THEIRS.publicKey] }, {}, 'callbacks.public_keys: names a key twice'],
    [{}, { public_keys: [OURS.publicKey] }, {}, 'is the public half of launch.private_key'],
    [{}, { public_keys: [] }, {}, 'needs at least one key'],
    [{}, {}, { sandbox: { private_key: keyPair('ec_p256').privateKey } }, 'its public half is none of'],
    [{ profile: {} }, {}, {}, 'launch.profile.jurisdiction'],
    [{}, {}, { catalogue: { image_url: 'https://a.test/x.webp' } }, 'catalogue.image_url'],
  ])('is refused at the start [SIG-20]: %#', (launch, callbacks, more, message) => {
    const result = opening(launch, callbacks, more);
    expect(result.kind === 'problem' ? result.message : 'opened').toContain(message);
    expect(JSON.stringify(result)).not.toContain('PRIVATE KEY-----');
  });

  it('without a key for a sandbox plays none', () => {
    expect(() => opened().mirror.say({} as never, 0)).toThrow('sandbox.private_key');
  });
});

const ORDER: LaunchOrder = {
  session: 's-1',
  game: 'abc_lucky',
  mode: 'real',
  player: 'pl-1',
  currency: 'EUR',
  lang: 'pt-BR',
  country: null,
  ip: null,
  platform: 'desktop',
  jurisdiction: null,
  region: null,
  returnUrl: null,
  nonce: 'n',
  issuedAt: 0,
  expiresAt: 600,
};
