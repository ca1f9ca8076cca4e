/** The dialects of the house, one line each, and the one way to open one. */
import type { Currencies } from '../money/index.ts';
import type { Policy } from '../wallet/policy.ts';
import type {
  Dialect,
  ExampleEntry,
  KeyMaker,
  KeyNeed,
  LaunchTolerance,
  Mirror,
  OpenDialect,
  Pace,
  ReactingCall,
  Reactions,
  ReportMapping,
} from './dialect.ts';
import { caleta } from './caleta/dialect.ts';
import { generic } from './generic/dialect.ts';
import { groove } from './groove/dialect.ts';
import { hub88 } from './hub88/dialect.ts';
import { slotegrator } from './slotegrator/dialect.ts';
import { softswissA8r } from './softswiss-a8r/dialect.ts';
import { softswissGcp } from './softswiss-gcp/dialect.ts';
import { st8 } from './st8/dialect.ts';

export type * from './dialect.ts';

/** A dialect opened with an aggregator's settings, its own settings type forgotten. */
export interface OpenedAggregator {
  readonly open: OpenDialect;
  readonly mirror: Mirror;
  readonly policy: Policy;
  readonly contentTypes: readonly string[];
  readonly weakSignature: boolean;
  readonly reactions: Readonly<Record<ReactingCall, Reactions>>;
  readonly callbackPaths: readonly string[];
  readonly pace: Pace;
  readonly launchWindow: LaunchTolerance;
  /** null: its reports are read with a mapping file of one's own */
  readonly report: ReportMapping | null;
  readonly hidesVendorImages: boolean;
}

export type Opening =
  | ({ readonly kind: 'opened' } & OpenedAggregator)
  | { readonly kind: 'problem'; readonly message: string };

const NO_PACE: Pace = { betweenPagesMs: 0, betweenListsMs: 0 };

/** Knobs the configuration sets; what it leaves out stays the dialect's. */
export type PolicyOverrides = { readonly [Knob in keyof Policy]?: Policy[Knob] | undefined };

type Opener = (settings: unknown, overrides: PolicyOverrides, currencies: Currencies) => Opening;

/** Ties a dialect's settings schema to its `open`, so that nothing outside needs to know the type between them. */
function opener<Settings>(dialect: Dialect<Settings>): Opener {
  return (settings, overrides, currencies) => {
    const parsed = dialect.settings.safeParse(settings);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return {
        kind: 'problem',
        message: issue === undefined ? 'its settings are not valid' : `${issue.path.join('.')}: ${issue.message}`,
      };
    }
    const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
    const policy: Policy = { ...dialect.policy, ...Object.fromEntries(given) };
    return {
      kind: 'opened',
      open: dialect.open(parsed.data, policy, currencies),
      mirror: dialect.mirror(parsed.data, currencies),
      policy,
      contentTypes: dialect.contentTypes,
      weakSignature:
        typeof dialect.weakSignature === 'boolean' ? dialect.weakSignature : dialect.weakSignature(parsed.data),
      reactions: dialect.reactions,
      callbackPaths: dialect.callbackPaths,
      pace: (typeof dialect.pace === 'function' ? dialect.pace(parsed.data) : dialect.pace) ?? NO_PACE,
      launchWindow: dialect.launchWindow,
      report: dialect.report ?? null,
      hidesVendorImages: dialect.hidesVendorImages ?? false,
    };
  };
}

/** What is known of a dialect without any aggregator's settings. */
export interface KnownDialect {
  readonly name: string;
  readonly keys: readonly KeyNeed[];
  readonly example: (url: string, make: KeyMaker) => ExampleEntry;
}

function entry<Settings>(dialect: Dialect<Settings>): readonly [string, { known: KnownDialect; open: Opener }] {
  return [dialect.name, { known: dialect, open: opener(dialect) }];
}

const DIALECTS: ReadonlyMap<string, { readonly known: KnownDialect; readonly open: Opener }> = new Map([
  entry(generic),
  entry(caleta),
  entry(groove),
  entry(hub88),
  entry(slotegrator),
  entry(softswissGcp),
  entry(softswissA8r),
  entry(st8),
]);

export const DIALECT_NAMES: readonly string[] = [...DIALECTS.keys()];

export const knownDialect = (name: string): KnownDialect | null => DIALECTS.get(name)?.known ?? null;

/** Opens the named dialect, or says what is wrong with the name or the settings. */
export function openNamedDialect(
  name: string,
  settings: unknown,
  overrides: PolicyOverrides,
  currencies: Currencies,
): Opening {
  const dialect = DIALECTS.get(name);
  if (dialect === undefined)
    return { kind: 'problem', message: `there is no dialect "${name}"; known: ${DIALECT_NAMES.join(', ')}` };
  return dialect.open(settings, overrides, currencies);
}
