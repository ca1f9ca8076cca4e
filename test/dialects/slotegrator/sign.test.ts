import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { phpQuery, signedBytes, signedHeaders } from '../../../src/dialects/slotegrator/sign.ts';
import { MERCHANT } from './merchant.ts';

const STAMPED = {
  merchantId: 'demo-merchant-01',
  timestamp: '1760000000',
  nonce: '0123456789abcdef0123456789abcdef',
};
const HEAD = 'X-Merchant-Id=demo-merchant-01&X-Nonce=0123456789abcdef0123456789abcdef&X-Timestamp=1760000000&';
const listed = (count: number) =>
  Array.from({ length: count }, (_unused, index) => ({ name: `list[${index}][id]`, value: `t-${index}` }));

describe('what Slotegrator signs', () => {
  it('are the parameters and three headers by their names, as PHP writes them [SIG-01]', () => {
    const parameters = [
      { name: 'type', value: 'bet' },
      { name: 'player_id', value: 'player 7' },
      { name: 'action', value: 'bet' },
      { name: 'amount', value: '2.50' },
      { name: 'currency', value: 'EUR' },
      { name: 'game_uuid', value: 'g-0001' },
      { name: 'round_id', value: 'r-9' },
      { name: 'session_id', value: 's-55' },
      { name: 'transaction_id', value: 'tx-1001' },
    ];
    expect(signedBytes(parameters, STAMPED).toString('utf8')).toBe(
      `${HEAD}action=bet&amount=2.50&currency=EUR&game_uuid=g-0001&player_id=player+7&round_id=r-9&session_id=s-55&transaction_id=tx-1001&type=bet`,
    );
    const key = Buffer.from('demo-merchant-key');
    expect(signedHeaders(key, parameters, STAMPED)['X-Sign']).toBe('94295e5257e8644cf7020e05cd2659c397b0cfe3');
  });

  it('leaves nested parameters in the order they came in: the tenth of a list is not before the second', () => {
    const text = signedBytes([{ name: 'z', value: '1' }, ...listed(11)], STAMPED).toString('utf8');
    expect(text).toBe(
      `${HEAD}${listed(11)
        .map(({ value }, index) => `list%5B${index}%5D%5Bid%5D=${value}`)
        .join('&')}&z=1`,
    );
  });

  it('sorts names by their bytes: capitals before small letters, and all of them before what is not ASCII', () => {
    const names = ['é', 'a', 'Z', '_', '1'].map((name) => ({ name, value: '' }));
    expect(signedBytes(names, STAMPED).toString('utf8')).toBe(
      `1=&X-Merchant-Id=demo-merchant-01&X-Nonce=${STAMPED.nonce}&X-Timestamp=1760000000&Z=&_=&a=&%C3%A9=`,
    );
  });

  it('escapes like RFC 1738: a blank is a plus, a tilde and a star are escaped, points and dashes are not', () => {
    expect(phpQuery([{ name: 'a b', value: "-_.~*!'() /&=+ë" }])).toBe('a+b=-_.%7E%2A%21%27%28%29+%2F%26%3D%2B%C3%AB');
  });
});

it('a form with a header of its own name is believed by nobody, nested or not', () => {
  for (const name of ['X-Nonce', 'X-Merchant-Id', 'X-Timestamp[a]']) {
    const parameters = [
      { name: 'action', value: 'balance' },
      { name, value: 'x' },
    ];
    expect(MERCHANT.verify(MERCHANT.signed(parameters))).toMatchObject({ kind: 'distrust', reason: 'malformed' });
  }
});
