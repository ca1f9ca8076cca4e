/** The public face of the money room: exact decimals, minor units, rates and rounding. Pure; imports nothing outside itself. */
export * from './allocate.ts';
export * from './amount.ts';
export * from './currency.ts';
export * from './decimal.ts';
export * from './exchange.ts';
export * from './problem.ts';
export * from './rate.ts';
export * from './rational.ts';
export * from './rounding.ts';
export * from './valuation.ts';
