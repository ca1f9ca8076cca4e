/** Caleta's part of croupier.yaml: what the family shares, and the names it knows the operator and the brand by. */
import { z } from 'zod';
import { checkKeys, FAMILY_SHAPE, partner } from '../rs-family/settings.ts';

/** How its kind is written is nowhere said: a number of the file goes out as a number, a text as text. */
const operatorName = z.union([z.number().int().positive(), partner]);

export const caletaSettings = z
  .strictObject({
    catalogue: z.strictObject(FAMILY_SHAPE.catalogue),
    launch: z.strictObject({ ...FAMILY_SHAPE.launch, operator_id: operatorName, sub_partner_id: partner }),
    callbacks: z.strictObject(FAMILY_SHAPE.callbacks),
    sandbox: FAMILY_SHAPE.sandbox,
  })
  .superRefine(checkKeys);

export type CaletaSettings = z.output<typeof caletaSettings>;
