/**
 * Answers in Slotegrator's words: HTTP 200 and JSON whatever is said, but for what must be read as no answer. Amounts are JSON
 * numbers written digit by digit. A refund is answered with an id made of its bet's, so that every refund of a bet gets the same.
 */
import { formatUnits } from '../../money/index.ts';
import type { Money } from '../../wallet/outcome.ts';
import type { Policy } from '../../wallet/policy.ts';
import { jsonNumber, writeJson } from '../../wire/index.ts';
import type { Writable } from '../../wire/index.ts';
import type { Answer, Encode, RawResponse } from '../dialect.ts';
import { CODES } from './codes.ts';
import type { SlotegratorCode } from './codes.ts';
import type { Asked } from './decode.ts';

export interface Wording {
  readonly policy: Pick<Policy, 'http.reject' | 'http.uncertain'>;
  readonly unauthenticatedStatus: number;
  readonly rollbackAnswer: 'theirs' | 'ours';
}

/** Marks an answer's id as that of a bet's refund. */
export const REFUND = 'refund-';

/** Encodes answers to what was asked, or to nothing when no call was decoded. */
export function encodeSlotegrator(asked: Asked | null, wording: Wording): Encode {
  const refuse = (description: string, code: SlotegratorCode = 'INTERNAL_ERROR', status = 200): RawResponse =>
    respond(status, { error_code: code, error_description: description });
  return (answer) => {
    switch (answer.kind) {
      case 'outcome':
        return outcome(answer.outcome, asked, wording);
      case 'balance':
        return respond(200, { balance: amountOf(answer.balance) });
      case 'profile':
        throw new Error('defect: Slotegrator has no question about a player');
      case 'bad_request':
        return refuse(answer.message);
      case 'unauthenticated':
        return refuse('The signature is missing or wrong.', 'INTERNAL_ERROR', wording.unauthenticatedStatus);
      case 'forbidden':
        return refuse('Calls from this address are not accepted.');
      case 'too_large':
        return refuse('The body is too large.');
      case 'unsupported_media':
        return refuse('Send application/x-www-form-urlencoded without a content encoding.');
      case 'uncertain':
        return uncertain(answer.retryAfterSeconds, wording);
    }
  };
}

function outcome(result: Extract<Answer, { kind: 'outcome' }>['outcome'], asked: Asked | null, wording: Wording) {
  switch (result.kind) {
    case 'rejected': {
      const words = { error_code: CODES[result.refusal], error_description: result.message };
      return respond(wording.policy['http.reject'], words);
    }
    case 'parked':
      // the bet is usually a moment behind (WIN-06)
      return uncertain(1, wording);
    case 'applied': {
      const [first] = result.results;
      const undone = asked?.action === 'refund' ? (first?.target ?? null) : null;
      const id = undone === null ? (first?.id ?? null) : `${REFUND}${undone}`;
      const listed = asked?.listed ?? [];
      const ids = listed.map(({ id: theirs, operation }) =>
        wording.rollbackAnswer === 'theirs' ? theirs : (result.results[operation]?.id ?? ''),
      );
      return respond(200, {
        balance: amountOf(result.balance),
        ...(id === null ? {} : { transaction_id: id }),
        ...(asked?.action === 'rollback' ? { rollback_transactions: ids } : {}),
      });
    }
  }
}

const amountOf = ({ units, scale }: Money) => jsonNumber(formatUnits(units, scale));

/** Not worded as an error of theirs: whatever is not JSON with a 200 is asked again, or refunded where it was a bet. */
function uncertain(retryAfterSeconds: number, wording: Wording): RawResponse {
  const response = respond(wording.policy['http.uncertain'], {
    error_code: 'INTERNAL_ERROR',
    error_description: 'The outcome is not known; send the same request again.',
  });
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } };
}

function respond(status: number, body: Readonly<Record<string, Writable>>): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: writeJson(body) };
}
