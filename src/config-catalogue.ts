/**
 * What croupier.yaml says about catalogues: the `catalogue` section of the house, and the house's own keys in that of an
 * aggregator, which are taken out before the dialect reads the rest. Everything has a default that believes little.
 */
import { z } from 'zod';

export interface CatalogueConfig {
  /** what becomes of games that look like one */
  readonly merge: 'off' | 'propose' | 'automatic';
  /** how long changes and past syncs are kept */
  readonly changeRetentionMs: number;
}

/** How one aggregator's list is synced, and how far it is believed. */
export interface SyncConfig {
  readonly everyMs: number;
  readonly shrinkLimit: number;
  readonly hideAfterSyncs: number;
  readonly hideAfterMs: number;
  readonly mayBeEmpty: boolean;
}

/** Whether players are shown a vendor's pictures from its own server or from ours, and where else they may come from. */
export interface ImagesConfig {
  /** null: as the dialect has it */
  readonly images: 'direct' | 'proxy' | null;
  /** hosts, with their port, that are asked for pictures though they may be in a private network */
  readonly trustedHosts: ReadonlySet<string>;
}

export const catalogueSchema = z.strictObject({
  merge: z.enum(['off', 'propose', 'automatic']).optional(),
  change_retention_days: z.number().int().min(30).max(3_650).optional(),
});

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export function catalogueConfigOf(given: z.output<typeof catalogueSchema> | null | undefined): CatalogueConfig {
  return {
    merge: given?.merge ?? 'propose',
    changeRetentionMs: (given?.change_retention_days ?? 400) * DAY_MS,
  };
}

const syncShape = {
  sync_minutes: z.number().int().min(1).max(1_440).default(10),
  shrink_percent: z.number().int().min(1).max(100).default(20),
  hide_after_syncs: z.number().int().min(1).max(100).default(2),
  hide_after_minutes: z.number().int().min(0).max(10_080).default(5),
  may_be_empty: z.boolean().default(false),
  images: z.enum(['direct', 'proxy']).optional(),
};
const syncSchema = z.object(syncShape);
const SYNC_KEYS: ReadonlySet<string> = new Set(Object.keys(syncShape));

export type SyncSettings =
  /** `rest` is the dialect's */
  | { readonly kind: 'read'; readonly sync: SyncConfig; readonly images: ImagesConfig; readonly rest: unknown }
  /** `place: what is wrong`, within the section */
  | { readonly kind: 'problem'; readonly message: string };

/** The house's keys of an aggregator's `catalogue` section, and what is left of it. */
export function syncSettingsOf(section: unknown): SyncSettings {
  const isMap = typeof section === 'object' && section !== null && !Array.isArray(section);
  const parsed = syncSchema.safeParse(isMap ? section : {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { kind: 'problem', message: `catalogue.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
  }
  const given = parsed.data;
  const sync: SyncConfig = {
    everyMs: given.sync_minutes * MINUTE_MS,
    shrinkLimit: given.shrink_percent / 100,
    hideAfterSyncs: given.hide_after_syncs,
    hideAfterMs: given.hide_after_minutes * MINUTE_MS,
    mayBeEmpty: given.may_be_empty,
  };
  const rest = isMap ? Object.fromEntries(Object.entries(section).filter(([key]) => !SYNC_KEYS.has(key))) : section;
  const url: unknown = isMap ? Reflect.get(section, 'url') : null;
  // The server of the list itself is one the operator named.
  const hosts = typeof url === 'string' && URL.canParse(url) ? [new URL(url).host] : [];
  const images: ImagesConfig = { images: given.images ?? null, trustedHosts: new Set(hosts) };
  return { kind: 'read', sync, images, rest };
}
