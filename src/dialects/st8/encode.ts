/**
 * Answers in St8's words: always HTTP 200 with a `status`, but for what is uncertain, which must not be taken for a no and goes out
 * as a 5xx. Balances are texts with all digits of their currency, and may be below zero after a correction.
 */
import { formatUnits } from '../../money/index.ts';
import type { Money, Outcome } from '../../wallet/outcome.ts';
import type { Policy } from '../../wallet/policy.ts';
import { writeJson } from '../../wire/index.ts';
import type { Writable } from '../../wire/index.ts';
import type { Encode, Profile, RawResponse } from '../dialect.ts';
import { STATUSES } from './codes.ts';
import type { St8Status } from './codes.ts';
import type { St8Settings } from './settings.ts';

export interface Wording {
  readonly policy: Pick<Policy, 'http.reject' | 'http.uncertain'>;
  readonly profile: St8Settings['launch']['profile'];
}

/** `badRequest`: how a request that cannot be understood is told, which for another site is a word of its own. */
export function encodeSt8(wording: Wording, badRequest: St8Status = 'unknown'): Encode {
  return (answer) => {
    switch (answer.kind) {
      case 'outcome':
        return outcome(answer.outcome, wording);
      case 'balance':
        return respond(200, { status: 'ok', ...money(answer.balance) });
      case 'profile':
        return respond(200, profileOf(answer.profile, wording.profile));
      case 'bad_request':
        return refusal(badRequest, wording);
      case 'unauthenticated':
      case 'forbidden':
        return refusal('auth_failed', wording);
      case 'too_large':
      case 'unsupported_media':
        return refusal('unknown', wording);
      case 'uncertain':
        return uncertain(answer.retryAfterSeconds, wording);
    }
  };
}

function outcome(result: Exclude<Outcome, { kind: 'stale' | 'unpriced' }>, wording: Wording): RawResponse {
  switch (result.kind) {
    case 'applied':
      return respond(200, { status: 'ok', ...money(result.balance) });
    case 'rejected':
      return refusal(STATUSES[result.refusal], wording);
    case 'parked':
      return uncertain(1, wording);
  }
}

const money = (balance: Money) => ({ balance: formatUnits(balance.units, balance.scale), currency: balance.currency });

/** What we know of the player; the rest is what the configuration says of all. */
function profileOf(known: Profile, given: Wording['profile']): Readonly<Record<string, Writable>> {
  return {
    status: 'ok',
    id: known.player,
    jurisdiction: known.jurisdiction ?? given.jurisdiction,
    default_currency: known.currency,
    reg_country: known.country ?? given.reg_country ?? null,
    affiliate: given.affiliate ?? null,
    bet_limits: given.bet_limits,
    birth_date: given.birth_date ?? null,
    reg_date: new Date(known.registeredAtMs).toISOString().slice(0, 10),
    attributes: { labels: given.labels },
  };
}

const refusal = (status: St8Status, { policy }: Wording): RawResponse => respond(policy['http.reject'], { status });

function uncertain(retryAfterSeconds: number, { policy }: Wording): RawResponse {
  const response = respond(policy['http.uncertain'], { status: 'unknown' });
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } };
}

function respond(status: number, body: Readonly<Record<string, Writable>>): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: writeJson(body) };
}
