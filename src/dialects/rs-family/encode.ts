/**
 * Answers in the family's words: HTTP 200 and a status, the request's id repeated, balances as whole numbers of 0.00001, cut and
 * never rounded up. What is uncertain is no 200 at all, because a 200 is taken for an answer and nothing else is (RET-22).
 */
import { rescaleFloor } from '../../money/index.ts';
import type { Money } from '../../wallet/outcome.ts';
import type { Policy } from '../../wallet/policy.ts';
import { writeJson } from '../../wire/index.ts';
import type { Writable } from '../../wire/index.ts';
import type { Answer, Encode, Profile, RawResponse } from '../dialect.ts';
import { NOTHING_ASKED } from './decode.ts';
import type { Asked } from './decode.ts';
import { FAMILY_SCALE, INVALID_SIGNATURE, OK, UNKNOWN, WRONG_SYNTAX } from './family.ts';
import type { Family } from './family.ts';

const JSON_TYPE = { 'content-type': 'application/json' } as const;

type Body = Readonly<Record<string, Writable | undefined>>;

export interface EncodeOptions {
  readonly family: Pick<Family, 'codes' | 'forbidden' | 'player'>;
  /** the knobs that only choose words */
  readonly wording: Pick<Policy, 'http.reject' | 'http.uncertain'>;
  readonly subPartner: string | null;
}

/** Encodes answers to what was asked; `badRequest` is the status of a body that cannot be understood. */
export function encodeFamily(
  options: EncodeOptions,
  asked: Asked = NOTHING_ASKED,
  badRequest: string = WRONG_SYNTAX,
): Encode {
  const { family, wording } = options;
  const say = (http: number, status: string, more: Body = {}): RawResponse => ({
    status: http,
    headers: JSON_TYPE,
    body: writeJson({
      user: asked.user ?? undefined,
      status,
      request_uuid: asked.requestId ?? undefined,
      ...more,
    }),
  });
  return (answer) => {
    switch (answer.kind) {
      case 'outcome':
        return outcome(answer.outcome, say, options);
      case 'balance':
        return say(200, OK, money(answer.balance));
      case 'profile':
        return profile(answer.profile, asked, say, options);
      case 'bad_request':
        return say(200, badRequest);
      case 'unauthenticated':
        return say(200, INVALID_SIGNATURE);
      case 'forbidden':
        return say(403, family.forbidden);
      case 'too_large':
        return say(413, WRONG_SYNTAX);
      case 'unsupported_media':
        return say(415, WRONG_SYNTAX);
      case 'uncertain':
        return uncertain(say(wording['http.uncertain'], UNKNOWN), answer.retryAfterSeconds);
    }
  };
}

type Say = (http: number, status: string, more?: Body) => RawResponse;

function outcome(
  result: Extract<Answer, { kind: 'outcome' }>['outcome'],
  say: Say,
  { family, wording }: EncodeOptions,
): RawResponse {
  switch (result.kind) {
    case 'applied':
      return say(200, OK, money(result.balance));
    case 'rejected':
      // with NOT_ENOUGH_MONEY the vendor asks for the balance; it harms nowhere else
      return say(
        wording['http.reject'],
        family.codes[result.refusal],
        result.balance === null ? {} : money(result.balance),
      );
    case 'parked':
      return uncertain(say(wording['http.uncertain'], UNKNOWN), 1);
  }
}

function uncertain(response: RawResponse, retryAfterSeconds: number): RawResponse {
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } };
}

/** The exchange of a token gives the same one back; who the player is, is told without a balance. */
function profile(told: Profile, asked: Asked, say: Say, { subPartner }: EncodeOptions): RawResponse {
  if (asked.subject === 'check')
    return { status: 200, headers: JSON_TYPE, body: writeJson({ token: told.session ?? undefined }) };
  return say(200, OK, {
    country: told.country ?? undefined,
    jurisdiction: told.jurisdiction ?? undefined,
    sub_partner_id: subPartner ?? undefined,
    registration_date: new Date(told.registeredAtMs).toISOString().slice(0, 10),
  });
}

const money = (balance: Money): Body => ({
  currency: balance.currency,
  balance: rescaleFloor(balance.units, balance.scale, FAMILY_SCALE),
});
