/**
 * Answers in the protocol's words: balances in subunits, one entry an action in the order of the actions. An entry that changed
 * nothing, and never did, has an empty `tx_id`. When something was processed is left out: their papers call it optional.
 */
import type { Call, MoneyCall } from '../../wallet/call.ts';
import type { Applied, Outcome } from '../../wallet/outcome.ts';
import type { Policy } from '../../wallet/policy.ts';
import { writeJson } from '../../wire/index.ts';
import type { Writable } from '../../wire/index.ts';
import type { Encode, RawResponse } from '../dialect.ts';
import { BAD_REQUEST, CODES, FORBIDDEN, UNAVAILABLE } from './codes.ts';
import { inSubunits } from './subunits.ts';
import type { Subunits } from './subunits.ts';

export interface Wording {
  readonly policy: Pick<Policy, 'http.reject' | 'http.uncertain'>;
  readonly subunits: Subunits;
}

/** Encodes answers to `call`, or to nothing when no call was decoded. */
export function encodeGcp(call: Call | null, wording: Wording): Encode {
  return (answer) => {
    switch (answer.kind) {
      case 'outcome':
        return outcome(answer.outcome, call, wording);
      case 'balance':
        return respond(200, { balance: inSubunits(answer.balance, wording.subunits) });
      case 'profile':
        throw new Error('defect: the protocol has no question about a player');
      case 'bad_request':
        return failure(400, BAD_REQUEST, answer.message);
      case 'unauthenticated':
        return failure(403, FORBIDDEN, 'The request sign does not match.');
      case 'forbidden':
        return failure(403, FORBIDDEN, 'Calls from this address are not accepted.');
      case 'too_large':
        return failure(413, BAD_REQUEST, 'The body is too large.');
      case 'unsupported_media':
        return failure(415, BAD_REQUEST, 'Send application/json without a content encoding.');
      case 'uncertain':
        return uncertain(answer.retryAfterSeconds, wording);
    }
  };
}

function outcome(
  result: Exclude<Outcome, { kind: 'stale' | 'unpriced' }>,
  call: Call | null,
  wording: Wording,
): RawResponse {
  switch (result.kind) {
    case 'applied':
      return respond(200, {
        balance: inSubunits(result.balance, wording.subunits),
        ...(call?.kind === 'money' && call.player.kind !== 'grant' ? entries(call, result) : {}),
      });
    case 'rejected': {
      const code = CODES[result.refusal];
      // no answer names its currency, so what a wallet of another one has is not said
      const told = result.refusal === 'wrong_currency' ? null : result.balance;
      const balance = told === null ? {} : { balance: inSubunits(told, wording.subunits) };
      // Their table sends this one number with the status of the same name.
      const status = code === BAD_REQUEST ? 400 : wording.policy['http.reject'];
      return respond(status, { code, message: result.message, ...balance });
    }
    case 'parked':
      return uncertain(1, wording);
  }
}

function entries({ operations }: MoneyCall, { results }: Applied): Readonly<Record<string, Writable>> {
  const [first] = operations;
  const round = 'round' in first ? first.round : null;
  const transactions = operations.flatMap((operation, index) => {
    if (operation.kind === 'close') return [];
    const result = results[index];
    return [{ action_id: operation.id, tx_id: result?.effective === true ? (result.id ?? '') : '' }];
  });
  return {
    ...(round === null ? {} : { game_id: round }),
    ...(transactions.length === 0 ? {} : { transactions }),
  };
}

function failure(status: number, code: number, message: string): RawResponse {
  return respond(status, { code, message });
}

function uncertain(retryAfterSeconds: number, { policy }: Wording): RawResponse {
  const status = policy['http.uncertain'];
  const response = failure(status, UNAVAILABLE, 'The outcome is not known; send the same request again.');
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } };
}

function respond(status: number, body: Readonly<Record<string, Writable>>): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: writeJson(body) };
}
