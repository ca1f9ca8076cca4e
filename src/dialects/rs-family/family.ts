/**
 * What the members of this family share and where they differ. Hub88 and Caleta speak one protocol with other paths, another name of
 * the signature's header, and another way to name the player. A member is data; everything else of this folder is written once.
 */
import { REFUSALS } from '../../wallet/outcome.ts';
import type { Refusal } from '../../wallet/outcome.ts';
import type { Policy } from '../../wallet/policy.ts';
import type { Meaning, ReactingCall, Reactions } from '../dialect.ts';
import type { CategoryWords } from './categories.ts';

/** Amounts and balances are whole numbers of 0.00001 of the currency. */
export const FAMILY_SCALE = 5;

export type Question = 'info' | 'check' | 'balance';
export type Movement = 'bet' | 'win' | 'rollback';
export type Subject = Question | Movement;

export interface Family {
  readonly name: string;
  /** in sentences for people */
  readonly title: string;
  /** lower case */
  readonly signatureHeader: string;
  /** what is asked at which path below our own address */
  readonly subjects: ReadonlyMap<string, Subject>;
  /** `user`: in every call; `token`: the session alone says who it is */
  readonly player: 'user' | 'token';
  readonly codes: Readonly<Record<Refusal, string>>;
  /** to a caller whose address is not allowed */
  readonly forbidden: string;
  /** words of theirs that are none of ours: what they can mean */
  readonly furtherWords: ReadonlyMap<string, readonly Meaning[]>;
  /** what a launch without wallet calls is asked for with, in place of a currency */
  readonly demoCurrency: string;
  /** below the address of their API */
  readonly paths: { readonly list: string; readonly launch: string };
  readonly categories: CategoryWords;
  readonly policy: Policy;
  readonly reactions: Readonly<Record<ReactingCall, Reactions>>;
}

export const OK = 'RS_OK';
export const UNKNOWN = 'RS_ERROR_UNKNOWN';
export const INVALID_SIGNATURE = 'RS_ERROR_INVALID_SIGNATURE';
export const WRONG_SYNTAX = 'RS_ERROR_WRONG_SYNTAX';
export const WRONG_TYPES = 'RS_ERROR_WRONG_TYPES';
/** "we could not find out", in a word: asked again, never taken for a refusal */
export const TIMEOUT = 'RS_ERROR_TIMEOUT';

/** What a refusal's status can mean; null for a status the member does not have. */
export function meaningsOf(family: Family, status: string): readonly Meaning[] | null {
  if (status === INVALID_SIGNATURE) return ['unauthenticated'];
  if (status === WRONG_SYNTAX || status === WRONG_TYPES) return ['bad_request'];
  const known = REFUSALS.filter((refusal) => family.codes[refusal] === status);
  if (known.length > 0) return known;
  return family.furtherWords.get(status) ?? (status === UNKNOWN ? [] : null);
}
