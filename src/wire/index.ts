/** The public face of the wire room: strict readers, signatures, canonical queries and outbound errands. */
export * from './asymmetric.ts';
export * from './canonical-query.ts';
export * from './csv.ts';
export * from './errand.ts';
export * from './fields.ts';
export * from './form-writing.ts';
export * from './form.ts';
export * from './json.ts';
export * from './signature.ts';
export * from './slices.ts';
export * from './timestamp.ts';
