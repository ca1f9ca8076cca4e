/**
 * Answers in the protocol's words: balances as texts, never below zero (a debt is shown as nothing), one entry a transaction in their
 * order; refusals as Twirp words them, with the vendor's number inside. What is uncertain is "internal", which is asked again.
 */
import { formatUnits } from '../../money/index.ts';
import type { Call, MoneyCall } from '../../wallet/call.ts';
import type { Applied, Money, OperationResult, Outcome } from '../../wallet/outcome.ts';
import type { Policy } from '../../wallet/policy.ts';
import { writeJson } from '../../wire/index.ts';
import type { Writable } from '../../wire/index.ts';
import type { Encode, RawResponse } from '../dialect.ts';
import { BAD_REQUEST, CODES, EXISTS, FORBIDDEN, UNKNOWN } from './codes.ts';

/** The vendor's pattern of a balance ends after twelve digits. */
const BALANCE_DIGITS = 12;

export interface Wording {
  readonly policy: Pick<Policy, 'http.reject' | 'http.uncertain'>;
}

/** Encodes answers to `call`, which arrived at `arrivedAtMs`, or to nothing when no call was decoded. */
export function encodeA8r(call: Call | null, { policy }: Wording, arrivedAtMs: number): Encode {
  const failed = (code: number, message: string, balance: Money | null = null): RawResponse =>
    failure(policy['http.reject'], code, message, balance);
  return (answer) => {
    switch (answer.kind) {
      case 'outcome':
        return outcome(answer.outcome, call, policy, arrivedAtMs);
      case 'balance':
        return respond(200, { balance: shown(answer.balance) });
      case 'profile':
        throw new Error('defect: the protocol has no question about a player');
      case 'bad_request':
        return failed(BAD_REQUEST, answer.message);
      case 'unauthenticated':
        return failed(FORBIDDEN, 'The request sign does not match.');
      case 'forbidden':
        return failed(FORBIDDEN, 'Calls from this address are not accepted.');
      case 'too_large':
        return failed(BAD_REQUEST, 'The body is too large.');
      case 'unsupported_media':
        return failed(BAD_REQUEST, 'Send application/json without a content encoding.');
      case 'uncertain':
        return uncertain(answer.retryAfterSeconds, policy);
    }
  };
}

function outcome(
  result: Exclude<Outcome, { kind: 'stale' | 'unpriced' }>,
  call: Call | null,
  policy: Wording['policy'],
  arrivedAtMs: number,
): RawResponse {
  switch (result.kind) {
    case 'applied':
      return respond(200, {
        balance: shown(result.balance),
        ...(call?.kind === 'money' && call.player.kind !== 'grant' ? entries(call, result, arrivedAtMs) : {}),
      });
    case 'rejected':
      // no answer names its currency, so what a wallet of another one has is not said
      return failure(
        policy['http.reject'],
        CODES[result.refusal],
        result.message,
        result.refusal === 'wrong_currency' ? null : result.balance,
      );
    case 'parked':
      return uncertain(1, policy);
  }
}

function entries({ operations }: MoneyCall, applied: Applied, arrivedAtMs: number): Readonly<Record<string, Writable>> {
  const [first] = operations;
  if (first.kind === 'close' || !('round' in first) || first.round === null) return {};
  return {
    // a round has no other name with us
    round_id_casino: first.round,
    transactions: operations.flatMap((operation, index) => {
      const result = applied.results[index];
      if (operation.kind === 'close' || result === undefined) return [];
      return [
        {
          id: operation.id,
          id_casino: result.id ?? '',
          bonus_amount: '0',
          processed_at: new Date(bookedAtMs(result, arrivedAtMs)).toISOString(),
        },
      ];
    }),
  };
}

const TIME_ORDERED = /^([0-9a-f]{8})-([0-9a-f]{4})-7/;

/** When it was booked: our ids begin with their time, so a repeated transaction is told its first one. */
function bookedAtMs({ id }: OperationResult, arrivedAtMs: number): number {
  const [, high = '', low = ''] = TIME_ORDERED.exec(id ?? '') ?? [];
  return high === '' ? arrivedAtMs : Number.parseInt(high + low, 16);
}

/** A balance is cut to what their pattern can hold; one below zero is a debt, and shown as nothing. */
function shown({ units, scale }: Money): string {
  const text = formatUnits(units < 0n ? 0n : units, scale);
  return scale > BALANCE_DIGITS ? text.slice(0, text.length - (scale - BALANCE_DIGITS)) : text;
}

function failure(status: number, code: number, message: string, balance: Money | null): RawResponse {
  return respond(status, {
    code: code === UNKNOWN ? 'internal' : code === EXISTS ? 'already_exists' : 'invalid_argument',
    msg: message,
    meta: {
      api_code: String(code),
      api_message: message,
      ...(balance === null ? {} : { balance: shown(balance) }),
    },
  });
}

function uncertain(retryAfterSeconds: number, policy: Wording['policy']): RawResponse {
  const message = 'The outcome is not known; send the same request again.';
  const response = failure(policy['http.uncertain'], UNKNOWN, message, null);
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } };
}

function respond(status: number, body: Readonly<Record<string, Writable>>): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: writeJson(body) };
}
