/** One merchant's dialect, opened as tests need it, and requests signed for it. */
import { Buffer } from 'node:buffer';
import { openNamedDialect } from '../../../src/dialects/index.ts';
import type {
  Decoded,
  GenuineRequest,
  PolicyOverrides,
  RawRequest,
  Verification,
} from '../../../src/dialects/index.ts';
import { phpQuery, signedHeaders } from '../../../src/dialects/slotegrator/sign.ts';
import type { Parameter } from '../../../src/dialects/slotegrator/sign.ts';
import { currencies } from '../../../src/money/index.ts';

export const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const KEY = 'a-merchant-key-of-the-tests';

export const CURRENCIES = currencies({ EUR: { scale: 2 }, JPY: { scale: 0 }, ETH: { scale: 18 } });

export function settingsOf(more: { readonly catalogue?: object; readonly callbacks?: object } = {}) {
  return {
    catalogue: { url: 'https://gis.test/v1/', ...more.catalogue },
    launch: { url: 'https://gis.test/v1' },
    callbacks: { merchant_id: 'merchant-1', merchant_keys: [KEY], ...more.callbacks },
  };
}

export function openedWith(more: Parameters<typeof settingsOf>[0] = {}, policy: PolicyOverrides = {}) {
  const opened = openNamedDialect('slotegrator', settingsOf(more), policy, CURRENCIES);
  if (opened.kind === 'problem') throw new Error(opened.message);
  return opened;
}

const { open } = openedWith();

function signed(parameters: readonly Parameter[], seconds = NOW_MS / 1_000): RawRequest {
  const stamped = { merchantId: 'merchant-1', timestamp: String(seconds), nonce: 'n-1' };
  const headers = Object.entries(signedHeaders(Buffer.from(KEY), parameters, stamped));
  return {
    method: 'POST',
    path: '/callbacks/acme',
    subpath: '',
    rawQuery: '',
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(phpQuery(parameters)),
    arrivedAtMs: NOW_MS,
  };
}

export const MERCHANT = {
  signed,
  verify: (request: RawRequest): Verification => open.verify(request, NOW_MS),
  /** a form read as it is, unsigned: what `decode` makes of it */
  decode: (form: Readonly<Record<string, string>>, dialect = open): Decoded => {
    const parameters = Object.entries(form).map(([name, value]) => ({ name, value }));
    return dialect.decode({ ...signed(parameters) } as unknown as GenuineRequest);
  },
};

export const BET = {
  action: 'bet',
  amount: '1.20',
  currency: 'EUR',
  game_uuid: 'g-1',
  player_id: 'pl-1',
  session_id: 's-1',
  transaction_id: 't-1',
  type: 'bet',
  round_id: 'r-1',
};
