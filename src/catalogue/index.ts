/** The catalogue's public face. */
export { openCatalogue } from './catalogue.ts';
export type { Catalogue, CatalogueAggregator, CatalogueOptions, GamesList, GamesQuery, Page } from './catalogue.ts';
export type { Change, ChangesFilter } from './change-store.ts';
export type { Difference, Differences } from './held-store.ts';
export type { Facets, GamesFilter } from './listing.ts';
export type { Offer } from './lookup.ts';
export type { AliasWish, Done, GamePatch, OfferPatch } from './operator.ts';
export type { Alias } from './operator-store.ts';
export { withPictures } from './pictures.ts';
export type { Proposal, ProposedGame, ProposalState } from './proposal-store.ts';
export type { MergeMode } from './proposals.ts';
export type { Provider } from './provider-store.ts';
export type { SyncDetail } from './quarantine.ts';
export { bestOffer, isAvailable } from './rules.ts';
export type { ChangedBy, Game, OwnedByOperator, SyncRules } from './rules.ts';
export type { SyncOptions, SyncReport } from './sync.ts';
export type { SyncCounts, SyncDecision, SyncRun } from './sync-store.ts';
