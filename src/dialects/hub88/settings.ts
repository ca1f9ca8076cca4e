/** Hub88's part of croupier.yaml: what the family shares, the operator's number, and the few things its documents leave open. */
import { z } from 'zod';
import { checkKeys, FAMILY_SHAPE, operatorNumber, partner, productCode } from '../rs-family/settings.ts';
import { ROLLED_BACK_STATUSES } from './codes.ts';

/** How their list of transactions is asked for; how they page it is not documented. */
const transactions = z.strictObject({
  enabled: z.boolean().default(true),
  /** so many in one answer, or more, and it is taken to have been cut */
  full_at: z.number().int().min(2).max(100_000).default(100),
  /** the longest span that is asked for at once */
  span_minutes: z.number().int().min(5).max(1_440).default(60),
});

export const hub88Settings = z
  .strictObject({
    catalogue: z.strictObject({
      ...FAMILY_SHAPE.catalogue,
      product_code: productCode.optional(),
      transactions: transactions.prefault({}),
    }),
    launch: z.strictObject({
      ...FAMILY_SHAPE.launch,
      operator_id: operatorNumber,
      sub_partner_id: partner.optional(),
    }),
    callbacks: z.strictObject({
      ...FAMILY_SHAPE.callbacks,
      rolled_back_status: z.enum(ROLLED_BACK_STATUSES).default('RS_ERROR_TRANSACTION_ROLLED_BACK'),
    }),
    sandbox: FAMILY_SHAPE.sandbox,
  })
  .superRefine(checkKeys);

export type Hub88Settings = z.output<typeof hub88Settings>;
