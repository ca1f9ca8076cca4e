/** One aggregator of the generic dialect, as the tests of its parts talk to it. */
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import type {
  Decoded,
  OpenedAggregator,
  PolicyOverrides,
  RawRequest,
  Verification,
} from '../../../src/dialects/index.ts';
import { currencies } from '../../../src/money/index.ts';

export const KEY = 'rgs_signing_secret_test_0001';
export const NEW_KEY = 'rgs_signing_secret_test_0002';
export const API_KEY = 'api_key_test_0001';
export const LAUNCH_KEY = 'launch_signing_secret_test_0001';
/** 2026-01-01T00:00:00Z */
export const NOW_MS = 1_767_225_600_000;

export const CURRENCIES = currencies({ USD: { scale: 2 }, JPY: { scale: 0 }, BTC: { scale: 8 }, uBTC: { scale: 2 } });

interface Sections {
  readonly catalogue?: object;
  readonly launch?: object;
  readonly callbacks?: object;
}

/** Valid settings with the given differences. */
export function settings(differences: Sections = {}) {
  return {
    catalogue: { url: 'https://acme.test/games', api_key: API_KEY, ...differences.catalogue },
    launch: { url: 'https://acme.test/launch', secret: LAUNCH_KEY, ...differences.launch },
    callbacks: { signing_secrets: [KEY], ...differences.callbacks },
  };
}

export function acme(callbacks: object = {}, policy: PolicyOverrides = {}): OpenedAggregator {
  const opening = openNamedDialect('generic', settings({ callbacks }), policy, CURRENCIES);
  if (opening.kind === 'problem') throw new Error(opening.message);
  return opening;
}

export function sign(body: string | Uint8Array, key = KEY): string {
  return createHmac('sha256', key).update(body).digest('hex');
}

export function request(body: string | Uint8Array, headers: Readonly<Record<string, string | undefined>>): RawRequest {
  return {
    method: 'POST',
    path: '/callbacks/acme',
    subpath: '',
    rawQuery: '',
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(body as string),
    arrivedAtMs: NOW_MS,
  };
}

/** What becomes of a body signed as sent. */
export function decodeSigned(body: string | Uint8Array, at: OpenedAggregator = acme()): Decoded {
  const verification = at.open.verify(request(body, { 'x-signature': sign(body) }), NOW_MS);
  if (verification.kind !== 'genuine') throw new Error(`not believed: ${verification.reason}`);
  return at.open.decode(verification.request);
}

/** `genuine KEY`, `late KEY` or the reason of the distrust. */
export function verdict(verification: Verification): string {
  if (verification.kind === 'distrust') return verification.reason;
  return `${verification.late ? 'late' : 'genuine'} ${verification.keyId}`;
}

type Member = string | number | boolean | null | undefined;

/** A bet as text, with other members; undefined leaves one out, a `Raw` stands as it is. */
export function body(
  members: Readonly<Record<string, Member | Raw>>,
  base: Readonly<Record<string, Member | Raw>> = BET,
): string {
  const entries = Object.entries({ ...base, ...members }).filter(([, value]) => value !== undefined);
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${isRaw(value) ? value.raw : JSON.stringify(value)}`).join(',')}}`;
}

export interface Raw {
  readonly raw: string;
}
export const raw = (text: string): Raw => ({ raw: text });
const isRaw = (value: Member | Raw): value is Raw => typeof value === 'object' && value !== null;

const WHO = { session_id: 's-1', player_id: 'demo', game_code: 'fruits', currency: 'USD' } as const;
export const BALANCE = { type: 'balance', ...WHO } as const;
export const BET = { type: 'bet', transaction_id: 'tx-1', round_id: 'r-1', amount: '1.00', ...WHO } as const;
export const WIN = { type: 'win', transaction_id: 'tx-2', round_id: 'r-1', amount: '2.50', ...WHO } as const;
export const BET_WIN = {
  type: 'bet_win',
  transaction_id: 'tx-3',
  round_id: 'r-1',
  bet_amount: '1.00',
  win_amount: '2.50',
  ...WHO,
} as const;
export const REFUND = {
  type: 'refund',
  transaction_id: 'tx-4',
  bet_transaction_id: 'tx-1',
  player_id: 'demo',
  currency: 'USD',
} as const;
export const CLOSE = { type: 'close', round_id: 'r-1', player_id: 'demo', currency: 'USD' } as const;
