/**
 * The `policy` section of an aggregator in croupier.yaml: which knobs may be turned, and to what. A knob that nothing reads yet
 * is refused, so that nobody relies on what does not happen; so is a value that would confuse the classes of answers.
 */
import { z } from 'zod';
import { parseDecimal } from './money/index.ts';
import type { Policy } from './wallet/index.ts';

/** 4xx that say something else than "refused": who are you, too slow, too large, ask again. */
const NO_REFUSAL: readonly number[] = [401, 403, 407, 408, 413, 415, 421, 425, 429];

/** One optional entry per knob, of the knob's own type, so that `policy:` refuses names and values that do not exist. */
export function policyShape() {
  const choice = <const T extends readonly [string, ...string[]]>(...values: T) => z.enum(values).optional();
  const milliseconds = z.number().int().min(1).optional();
  const unread = z.never('cannot be set: nothing reads it in this version; leave it out').optional();
  return {
    'rollback.unknown': choice('notFoundCode', 'ok'),
    'rollback.lateOriginal': choice('reject', 'ignore'),
    'rollback.duplicate': unread,
    'rollback.ofRejected': choice('ok', 'parentFailed'),
    'rollback.afterWin': choice('reject', 'reverseBoth', 'keepWins'),
    'rollback.win': choice('unsupported', 'debit'),
    'rollback.rollback': choice('unsupported', 'reapply'),
    'rollback.amount': choice('mustMatch', 'ignore', 'partial'),
    'rollback.id': unread,
    'duplicate.answer': unread,
    'duplicate.balance': choice('current', 'stored'),
    'duplicate.body': unread,
    'conflict.fields': z
      .array(z.enum(['player', 'amount', 'currency', 'round', 'reference', 'game']))
      .refine(
        (fields) => fields.includes('amount') && fields.includes('currency'),
        'must name amount and currency: another amount under a known id is never the same movement',
      )
      .optional(),
    'win.withoutBet': choice('reject', 'accept', 'park'),
    'win.parkMs': milliseconds,
    'win.afterRollback': choice('reject', 'accept'),
    'win.perBet': choice('many', 'one'),
    'win.zeroMeansLoss': z.boolean().optional(),
    'win.whenExpired': unread,
    'win.reviewAbove': z
      .string()
      .refine(isThreshold, 'must be a plain decimal of nothing or more, as text, like "5000.00"')
      .nullable()
      .optional(),
    'bet.zero': choice('accept', 'reject'),
    'round.betAfterClose': choice('reject', 'reopen'),
    'round.betAfterVoid': choice('accept', 'reject'),
    'round.winAfterClose': choice('accept', 'reject'),
    'round.resume': choice('launch', 'never'),
    'round.stuckAfterMs': milliseconds,
    'freeRound.stake': unread,
    'freeRound.ungranted': choice('flag', 'reject'),
    'balance.negative': choice('receivable', 'allow'),
    'balance.whenBlocked': choice('answer', 'refuse'),
    'bet.onUncertain': choice('rollback', 'retry', 'retryThenRollback', 'nothing'),
    'http.reject': z
      .number()
      .int()
      .refine(
        (status) => status >= 400 && status <= 499 && !NO_REFUSAL.includes(status),
        `must be 400 to 499 and none of ${NO_REFUSAL.join(', ')}: a refusal is no success and no invitation to try again`,
      )
      .optional(),
    'http.uncertain': z
      .number()
      .int()
      .min(500, 'must be 500 to 599: whoever reads less believes the outcome is known')
      .max(599, 'must be 500 to 599: whoever reads less believes the outcome is known')
      .optional(),
    timeoutMs: z.number().int().min(100).max(120_000).optional(),
    'retry.horizonMs': milliseconds,
    'id.scope': choice('aggregator', 'provider', 'player'),
    'id.kinds': choice('apart', 'shared'),
    'sig.hexCase': choice('lower', 'any'),
  } satisfies Record<keyof Policy, z.ZodType>;
}

function isThreshold(text: string): boolean {
  const parsed = parseDecimal(text);
  return !('kind' in parsed) && parsed.unscaled >= 0n;
}
