/** The settlement room's public face. */
export { openSettlement } from './settlement.ts';
export type { DiscrepancyStory, Settlement } from './settlement.ts';
export type { ListSettings } from './pull-rules.ts';
export type { Pulled } from './pull.ts';
export type { AutomaticCap, SettlementAggregator, SettlementOptions, SettlementSettings } from './ports.ts';
export { DISCREPANCY_STATES } from './discrepancies.ts';
export type { Discrepancy, DiscrepancyState } from './discrepancies.ts';
export { DISCREPANCY_KINDS } from './kinds.ts';
export type { DiscrepancyKind } from './kinds.ts';
export type { Resolution } from './resolution-store.ts';
export type { Decided } from './resolutions.ts';
export { ACTIONS } from './rules.ts';
export { CLAIM_SOURCES } from './facts.ts';
export { keepClaims } from './keep.ts';
export { readReport } from './report.ts';
export { reconcile, ReportTooLong } from './reconcile.ts';
export type { Difference, Reconciled } from './reconcile.ts';
