/**
 * Every code a dialect can answer with stands in some recording. What it can answer is found out by asking: each recorded request is
 * answered with everything the house may have to say, under every variant of the dialect's settings. So a code that is new in a
 * dialect's table, or a table that is new, fails here until an exchange shows it.
 */
import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { STATUSES as GROOVE } from '../../src/dialects/groove/codes.ts';
import { DIALECT_NAMES } from '../../src/dialects/index.ts';
import type { Answer, Encode, RawResponse } from '../../src/dialects/index.ts';
import { isJsonObject, isJsonNumber, readJson } from '../../src/wire/index.ts';
import { isProblem } from '../../src/money/index.ts';
import { REFUSALS } from '../../src/wallet/index.ts';
import { exchangesOf } from './exchanges.ts';
import { statusOf } from './fixture.ts';
import type { Message } from './fixture.ts';

const BALANCE = { units: 10_000n, scale: 2, currency: 'EUR' };

/** Everything but "yes". */
const ANSWERS: readonly Answer[] = [
  ...REFUSALS.map((refusal): Answer => ({
    kind: 'outcome',
    outcome: {
      kind: 'rejected',
      refusal,
      field: refusal === 'conflict' ? 'amount' : null,
      message: 'x',
      duplicate: false,
      id: null,
      balance: BALANCE,
    },
  })),
  { kind: 'outcome', outcome: { kind: 'parked', deadlineMs: 0 } },
  { kind: 'bad_request', message: 'body: not_an_object' },
  { kind: 'unauthenticated' },
  { kind: 'forbidden' },
  { kind: 'too_large' },
  { kind: 'unsupported_media' },
  { kind: 'uncertain', retryAfterSeconds: 1 },
];

/** Where the protocols write their code; an answer without one is told apart by its HTTP status. */
const PLACES = ['code', 'error_code', 'status', 'error'] as const;

/** The codes of one answer: the numbers of SOFTSWISS's second protocol stand one level deeper, beside a word. */
function codesIn({ status, body }: Pick<RawResponse, 'status' | 'body'>): readonly string[] {
  const json = readJson(Buffer.from(body));
  if (isProblem(json) || !isJsonObject(json)) return [`HTTP ${status}`];
  const read = (object: typeof json, names: readonly string[]): readonly string[] =>
    names.flatMap((name) => {
      const value = object.get(name);
      if (typeof value === 'string') return [value];
      return isJsonNumber(value) ? [value.text] : [];
    });
  const meta = json.get('meta');
  const codes = [...read(json, PLACES), ...(isJsonObject(meta) ? read(meta, ['api_code']) : [])];
  return codes.length === 0 ? [`HTTP ${status}`] : codes;
}

const codesOf = ({ firstLine, body }: Message): readonly string[] =>
  codesIn({ status: statusOf(firstLine), body: body.toString('utf8') });

describe.each(DIALECT_NAMES)('the codes of %s', (name) => {
  const { of, callbacks } = exchangesOf(name);
  const recorded = new Set(callbacks.flatMap(({ response }) => codesOf(response)));

  it('are all shown by some recording', () => {
    const possible = new Set<string>();
    for (const { variant, request, nowMs } of callbacks) {
      const { open } = of(variant);
      const verification = open.verify(request, nowMs);
      const encodes: Encode[] = [open.encode];
      if (verification.kind === 'genuine') encodes.push(open.decode(verification.request).encode);
      else if (verification.encode !== undefined) encodes.push(verification.encode);
      for (const encode of encodes)
        for (const answer of ANSWERS) for (const code of codesIn(encode(answer))) possible.add(code);
    }
    expect(possible.size).toBeGreaterThan(1);
    expect([...possible].filter((code) => !recorded.has(code)).toSorted()).toEqual([]);
  });
});

it("are all of Groove's table, also those that no refusal of the wallet comes to", () => {
  const { callbacks } = exchangesOf('groove');
  const recorded = callbacks.flatMap(({ response }) => codesOf(response));
  expect(Object.keys(GROOVE).filter((code) => !recorded.includes(code))).toEqual([]);
});
