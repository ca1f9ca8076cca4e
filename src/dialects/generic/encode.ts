/**
 * Answers in the generic dialect's words. Money is printed as text at the wallet currency's scale, never as a number. What is
 * uncertain is never worded as a refusal, and no answer says what a right signature would have been (SIG-46).
 */
import { formatUnits } from '../../money/index.ts';
import type { Call } from '../../wallet/call.ts';
import type { Money, Outcome } from '../../wallet/outcome.ts';
import type { Policy } from '../../wallet/policy.ts';
import { writeJson } from '../../wire/index.ts';
import type { Answer, Encode, RawResponse } from '../dialect.ts';
import { CODES } from './codes.ts';

const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** The knobs that only choose words. */
export type Wording = Pick<Policy, 'http.reject' | 'http.uncertain'>;

/** Encodes answers to `call`, or to nothing when no call was decoded. */
export function encodeGeneric(call: Call | null, wording: Wording): Encode {
  return (answer) => {
    switch (answer.kind) {
      case 'outcome':
        return outcome(answer.outcome, call, wording);
      case 'balance':
        return respond(200, { status: 'ok', ...money(answer.balance) });
      case 'profile':
        throw new Error('defect: the generic dialect has no question about a player');
      case 'bad_request':
        return failure(400, 'bad_request', answer.message);
      case 'unauthenticated':
        return failure(401, 'bad_signature', 'The signature is missing or wrong.');
      case 'forbidden':
        return failure(403, 'forbidden', 'Calls from this address are not accepted.');
      case 'too_large':
        return failure(413, 'bad_request', 'The body is too large.');
      case 'unsupported_media':
        return failure(415, 'bad_request', 'Send application/json without a content encoding.');
      case 'uncertain':
        return uncertain(answer.retryAfterSeconds, wording);
    }
  };
}

function outcome(
  result: Extract<Answer, { kind: 'outcome' }>['outcome'],
  call: Call | null,
  wording: Wording,
): RawResponse {
  switch (result.kind) {
    case 'applied':
      return applied(result, call);
    case 'rejected': {
      const balance = result.balance === null ? {} : money(result.balance);
      return respond(wording['http.reject'], {
        status: 'rejected',
        code: CODES[result.refusal],
        message: result.message,
        ...balance,
      });
    }
    case 'parked':
      // the bet is usually a moment behind (WIN-06)
      return uncertain(1, wording);
  }
}

function applied(result: Extract<Outcome, { kind: 'applied' }>, call: Call | null): RawResponse {
  const [first] = result.results;
  const operation = call?.kind === 'money' ? call.operations[0] : null;
  const external = operation === null || operation.kind === 'close' ? null : operation.id;
  return respond(200, {
    status: 'ok',
    ...money(result.balance),
    ...(external === null ? {} : { transaction_id: external }),
    ...(first === undefined || first.id === null ? {} : { operator_transaction_id: first.id }),
    duplicate: result.duplicate,
  });
}

const money = (balance: Money) => ({ balance: formatUnits(balance.units, balance.scale), currency: balance.currency });

function failure(status: number, code: string, message: string): RawResponse {
  return respond(status, { status: 'error', code, message });
}

function uncertain(retryAfterSeconds: number, wording: Wording): RawResponse {
  const response = failure(
    wording['http.uncertain'],
    'uncertain',
    'The outcome is not known; send the same request again.',
  );
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } };
}

function respond(status: number, body: Readonly<Record<string, string | boolean>>): RawResponse {
  return { status, headers: JSON_TYPE, body: writeJson(body) };
}
