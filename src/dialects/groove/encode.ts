/**
 * Answers in Groove's words: HTTP 200 always, the outcome in `code`, amounts as JSON numbers written digit by digit, cut to the ten
 * decimals their fields hold. There is no bonus wallet here, so all money is real.
 */
import { formatDecimal, formatUnits, powerOfTen } from '../../money/index.ts';
import type { Decimal } from '../../money/index.ts';
import type { Applied, Money } from '../../wallet/outcome.ts';
import { jsonNumber, writeJson } from '../../wire/index.ts';
import type { JsonNumber, Writable } from '../../wire/index.ts';
import type { Answer, Encode, Profile, RawResponse } from '../dialect.ts';
import { codeOf, DUPLICATE, STATUSES } from './codes.ts';
import type { GrooveCode } from './codes.ts';
import type { Asked } from './decode.ts';
import { API_VERSION } from './words.ts';
import type { GrooveRequest } from './words.ts';

type Body = Readonly<Record<string, Writable>>;

export interface Wording {
  /** whether balances say that they are real money */
  readonly cma: boolean;
}

/** Decimal(32,10) */
const DIGITS = 10;

/** Encodes answers to what was asked, or to nothing when no call was decoded. */
export function encodeGroove(asked: Asked | null, wording: Wording): Encode {
  return (answer) => {
    switch (answer.kind) {
      case 'outcome':
        return outcome(answer.outcome, asked, wording);
      case 'balance':
        return say(200, balances(answer.balance, wording));
      case 'profile':
        return say(200, account(answer.profile, asked, wording));
      case 'bad_request':
        return say(answer.message.endsWith(': missing') ? 1008 : 110, { detail: answer.message });
      case 'unauthenticated':
        return say(1001);
      case 'forbidden':
        return say(1003);
      case 'too_large':
      case 'unsupported_media':
      case 'uncertain':
        return say(1);
    }
  };
}

function outcome(result: Extract<Answer, { kind: 'outcome' }>['outcome'], asked: Asked | null, wording: Wording) {
  switch (result.kind) {
    case 'rejected': {
      // no answer names its currency, so what a wallet of another one has is not said
      const told = result.refusal === 'wrong_currency' ? null : result.balance;
      const balance = told === null ? {} : { balance: amountOf(told) };
      return say(codeOf(result.refusal, asked?.request ?? null), { detail: result.message, ...balance });
    }
    case 'parked':
      // the wager is usually a moment behind (WIN-06)
      return say(1);
    case 'applied':
      return say(
        200,
        { ...transaction(result, asked), ...balances(result.balance, wording), ...split(asked) },
        result.duplicate ? DUPLICATE : STATUSES[200],
      );
  }
}

/** Our id, under the name this answer has for it. */
function transaction({ results: [first] }: Applied, asked: Asked | null): Body {
  const id = first?.id ?? null;
  if (id === null) return {};
  return asked !== null && PAYS.has(asked.request) ? { walletTx: id } : { accounttransactionid: id };
}

const PAYS: ReadonlySet<GrooveRequest> = new Set(['result', 'wagerandresult', 'jackpot']);

/** How much of stake and win was whose: all of it real, and of a free stake nothing. */
function split(asked: Asked | null): Body {
  const { request, stake, win } = asked ?? { request: null, stake: null, win: null };
  const staked = stake === null ? {} : { realmoneybet: numberOf(stake), bonusmoneybet: 0 };
  const won = win === null ? {} : { realMoneyWin: numberOf(win), bonusWin: 0 };
  return request === null ? {} : { ...staked, ...won };
}

function balances(balance: Money, { cma }: Wording): Body {
  return {
    balance: amountOf(balance),
    real_balance: amountOf(balance),
    bonus_balance: 0,
    ...(cma ? { game_mode: 1, order: 'cash_money' } : {}),
  };
}

function account(profile: Profile, asked: Asked | null, wording: Wording): Body {
  const { balance: _left, ...money } = balances(profile.balance, wording);
  return {
    accountid: profile.player,
    city: '',
    country: profile.country ?? '',
    currency: profile.currency,
    gamesessionid: asked?.session ?? '',
    ...money,
  };
}

/** Further digits are dropped: nobody is shown money that is not there. */
function amountOf({ units, scale }: Money): JsonNumber {
  if (scale <= DIGITS) return jsonNumber(formatUnits(units, scale));
  const [step, under] = [powerOfTen(scale - DIGITS), units < 0n && units % powerOfTen(scale - DIGITS) !== 0n];
  return jsonNumber(formatUnits(units / step - (under ? 1n : 0n), DIGITS));
}

const numberOf = (amount: Decimal): JsonNumber => jsonNumber(formatDecimal(amount));

function say(code: GrooveCode, more: Body = {}, status: string = STATUSES[code]): RawResponse {
  const body = writeJson({ code, status, apiversion: API_VERSION, ...more });
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}
