/** The catalogue's public face. */
export { openCatalogue } from './catalogue.ts';
export type { Catalogue, CatalogueAggregator, CatalogueOptions, GamesList, GamesQuery } from './catalogue.ts';
export type { Offer } from './lookup.ts';
export { isAvailable } from './rules.ts';
export type { Game } from './rules.ts';
export type { Facets, GamePatch, GamesFilter } from './store.ts';
export type { SyncOptions, SyncReport } from './sync.ts';
export type { SyncCounts, SyncRun } from './sync-store.ts';
