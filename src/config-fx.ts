/**
 * The `fx` section of croupier.yaml: pairs, where their rates come from, and how much is believed. Without it nothing is ever
 * converted. Whatever is wrong is one sentence that names the place; headers of sources, which may hold keys, are never part of it.
 */
import { z } from 'zod';
import type { FxSettings, Origin, PairSettings, SourceSettings } from './fx/index.ts';
import { parsePath } from './fx/index.ts';
import type { Currencies, Pair, Rate } from './money/index.ts';
import { compareRates, isProblem, pairText, parsePair, parseRate, roundRate, SAFE_TERMS } from './money/index.ts';

const ECB_URL = 'https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml';
const RATE_DIGITS = 24;
const HOUR_SECONDS = 3_600;
/** of a price that is asked again for every quote, and of one that is fixed once a day */
const CRYPTO = { warn: 60, refuse: 300 };
const DAILY = { warn: 6 * HOUR_SECONDS, refuse: 24 * HOUR_SECONDS };

const sourceName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is a name of lower-case letters, digits and dashes');
const rateText = z.string({ error: 'write a rate as text, in quotes: a YAML number loses digits' });
const basisPoints = z.number().int().min(0).max(9_999);
const timeoutMs = z.number().int().min(100).max(30_000);
const PLACE = /^(?:\{(?:wallet|game)(?:_lower)?\}|[^{}])+$/;
const template = z
  .string()
  .min(1)
  .max(500)
  .regex(PLACE, 'knows {wallet}, {game}, {wallet_lower} and {game_lower} only');
const pathTemplate = template.refine(
  (text) => parsePath(text.replaceAll(/[{}]/g, '')) !== null,
  'is no path like data.amount, result[0].price or ["odd name"] or [symbol=BTCUSD].price',
);
const address = template.refine(
  isSafeAddress,
  'must be an https:// address (http:// on this machine only): whoever can change a rate on its way can take money',
);

const jsonSource = z.strictObject({
  name: sourceName,
  kind: z.literal('json'),
  url: address,
  path: pathTemplate,
  time_path: pathTemplate.optional(),
  check: z.strictObject({ path: pathTemplate, equals: template }).optional(),
  symbols: z.record(z.string(), z.string().min(1).max(40)).optional(),
  headers: z.record(z.string().regex(/^[\w-]+$/, 'is no name of a header'), z.string().min(1).max(4_096)).optional(),
  timeout_ms: timeoutMs.optional(),
  every_seconds: z.number().int().min(0).max(86_400).optional(),
});
const ecbSource = z.strictObject({
  name: sourceName,
  kind: z.literal('ecb'),
  url: address.optional(),
  timeout_ms: timeoutMs.optional(),
  every_seconds: z.number().int().min(60).max(43_200).optional(),
});
const pairSchema = z.strictObject({
  sources: z.array(sourceName).min(1).max(8).optional(),
  via: z.string().min(1).optional(),
  spread_bps: basisPoints.optional(),
  warn_after_seconds: z.number().int().min(1).max(604_800).optional(),
  refuse_after_seconds: z.number().int().min(1).max(604_800).optional(),
  min: rateText.optional(),
  max: rateText.optional(),
});

export const fxSchema = z.strictObject({
  rates: z.record(z.string(), rateText).optional(),
  sources: z
    .array(z.discriminatedUnion('kind', [jsonSource, ecbSource]))
    .max(16)
    .optional(),
  pairs: z.record(z.string(), pairSchema).optional(),
  quote_seconds: z.number().int().min(5).max(3_600).optional(),
  // Long enough for every session that was shown one.
  retention_days: z.number().int().min(14).max(3_650).optional(),
  spread_bps: basisPoints.optional(),
  max_jump_bps: z.number().int().min(1).max(9_999).optional(),
  max_disagreement_bps: z.number().int().min(1).max(9_999).optional(),
  lock_scope: z.enum(['round', 'session', 'bet']).optional(),
  session_lock_max_seconds: z.number().int().min(60).max(604_800).optional(),
  on_quote_expiry: z.enum(['requote', 'reject']).optional(),
  rounding: z.enum(['half_even', 'house_favour']).optional(),
  max_rounding_error_bps: basisPoints.optional(),
});
type Given = z.output<typeof fxSchema>;

/** The section with its defaults, or a sentence that says what is wrong with it. */
export function fxSettingsOf(given: Given | null | undefined, known: Currencies): FxSettings | string {
  const file = given ?? {};
  const sources = (file.sources ?? []).map(sourceOf);
  const twice = sources.find((each, index) => sources.findIndex((other) => other.name === each.name) !== index);
  if (twice !== undefined) return `fx.sources: the name "${twice.name}" is used twice`;
  const pairs: PairSettings[] = [];
  for (const place of new Set([...Object.keys(file.rates ?? {}), ...Object.keys(file.pairs ?? {})])) {
    const made = pairOf(place, file, sources, known);
    if (typeof made === 'string') return made;
    pairs.push(made);
  }
  const problem = pairs.map((each) => problemOfCross(each, pairs)).find((each) => each !== null);
  if (problem != null) return problem;
  const idle = sources.find(({ name }) => !pairs.some((each) => usesSource(each, name)));
  if (idle !== undefined) return `fx.sources: no pair uses "${idle.name}"; name it in fx.pairs or remove it`;
  return {
    pairs,
    sources,
    quoteMs: (file.quote_seconds ?? 60) * 1_000,
    retentionMs: (file.retention_days ?? 90) * 86_400_000,
    maxJumpBps: file.max_jump_bps ?? 1_000,
    maxDisagreementBps: file.max_disagreement_bps ?? 100,
    terms: {
      lockScope: file.lock_scope ?? SAFE_TERMS.lockScope,
      sessionLockMaxMs: (file.session_lock_max_seconds ?? SAFE_TERMS.sessionLockMaxMs / 1_000) * 1_000,
      onQuoteExpiry: file.on_quote_expiry ?? SAFE_TERMS.onQuoteExpiry,
      rounding: file.rounding ?? SAFE_TERMS.rounding,
      maxRoundingErrorBps: file.max_rounding_error_bps ?? SAFE_TERMS.maxRoundingErrorBps,
    },
  };
}

function sourceOf(given: NonNullable<Given['sources']>[number]): SourceSettings {
  const { name, timeout_ms: timeout = 3_000 } = given;
  if (given.kind === 'ecb') {
    const everyMs = (given.every_seconds ?? HOUR_SECONDS) * 1_000;
    return { kind: 'ecb', name, url: given.url ?? ECB_URL, timeoutMs: timeout, everyMs };
  }
  return {
    kind: 'json',
    name,
    url: given.url,
    headers: given.headers ?? {},
    path: given.path,
    timePath: given.time_path ?? null,
    check: given.check ?? null,
    symbols: given.symbols ?? {},
    timeoutMs: timeout,
    everyMs: (given.every_seconds ?? 0) * 1_000,
  };
}

function pairOf(
  place: string,
  file: Given,
  sources: readonly SourceSettings[],
  known: Currencies,
): PairSettings | string {
  const { [place]: fixed } = file.rates ?? {};
  const { [place]: given = {} } = file.pairs ?? {};
  const at = fixed === undefined ? `fx.pairs.${place}` : `fx.rates.${place}`;
  const pair = parsePair(place);
  if (pair === null) return `${at}: is no pair; write WALLET/GAME with two currencies, like BTC/USD`;
  for (const code of [pair.wallet, pair.game])
    if (!known.has(code)) return `${at}: the currency ${code} is not in currencies; add it there with its scale`;
  const { spread_bps: spreadBps = file.spread_bps ?? 0, ...rest } = given;
  if (fixed !== undefined) {
    if (Object.keys(rest).length > 0)
      return `${at}: has a fixed rate, so fx.pairs.${place} may only say its spread_bps`;
    const rate = readRate(fixed);
    if (rate === null) return `${at}: "${fixed.slice(0, 40)}" ${RATE}`;
    return { pair, origin: { kind: 'fixed', rate }, spreadBps, ...NEVER, min: null, max: null };
  }
  const origin = originOf(given, pair, sources);
  if (typeof origin === 'string') return `${at}: ${origin}`;
  const limits = limitsOf(given, origin, sources);
  return typeof limits === 'string' ? `${at}${limits}` : { pair, origin, spreadBps, ...limits };
}

/** What a rate that does not age by itself is told. */
const NEVER = { warnAfterMs: Number.MAX_SAFE_INTEGER, refuseAfterMs: Number.MAX_SAFE_INTEGER };
const RATE =
  'is no rate: write a positive decimal of at most 24 digits, units of the second currency for 1 of the first';

type GivenPair = z.output<typeof pairSchema>;

function originOf(given: GivenPair, pair: Pair, sources: readonly SourceSettings[]): Origin | string {
  if (given.via !== undefined) {
    if (given.sources !== undefined) return 'has sources and via; decide for one';
    if (given.via === pair.wallet || given.via === pair.game) return 'via must be a third currency';
    return { kind: 'cross', via: given.via };
  }
  const names = given.sources ?? [];
  if (names.length === 0) return 'needs sources or via; a fixed rate stands in fx.rates';
  if (new Set(names).size !== names.length) return 'names a source twice';
  for (const name of names) {
    const source = sources.find((each) => each.name === name);
    if (source === undefined) return `the source "${name}" is not in fx.sources`;
    if (source.kind === 'ecb' && pair.wallet !== 'EUR' && pair.game !== 'EUR')
      return `the source "${name}" knows pairs with EUR only; use via: EUR`;
    if (source.kind !== sources.find((each) => each.name === names[0])?.kind)
      return 'mixes a daily file with servers of prices; their rates are never of the same age';
  }
  return { kind: 'sources', names };
}

function limitsOf(
  given: GivenPair,
  origin: Origin,
  sources: readonly SourceSettings[],
): Omit<PairSettings, 'pair' | 'origin' | 'spreadBps'> | string {
  if (origin.kind !== 'sources') {
    const limit = (['warn_after_seconds', 'refuse_after_seconds', 'min', 'max'] as const).find(
      (key) => given[key] !== undefined,
    );
    return limit === undefined
      ? { ...NEVER, min: null, max: null }
      : `.${limit}: a cross has the limits of its two pairs; set it there`;
  }
  const asked = sources.filter((each) => origin.names.includes(each.name));
  const isDaily = asked.every((each) => each.kind === 'ecb');
  const defaults = isDaily ? DAILY : CRYPTO;
  const [warn, refuse] = [given.warn_after_seconds ?? defaults.warn, given.refuse_after_seconds ?? defaults.refuse];
  if (warn > refuse) return `.warn_after_seconds: ${warn} is more than refuse_after_seconds, which is ${refuse}`;
  const lazy = asked.find((each) => each.everyMs >= refuse * 1_000);
  if (lazy !== undefined)
    return `.refuse_after_seconds: ${refuse} is not more than the ${lazy.everyMs / 1_000} after which "${lazy.name}" is asked again`;
  const [min, max] = [boundOf(given.min), boundOf(given.max)];
  if (min === undefined) return `.min: ${RATE}`;
  if (max === undefined) return `.max: ${RATE}`;
  if (min !== null && max !== null && compareRates(min, max) === 1) return '.min: is more than max';
  return { warnAfterMs: warn * 1_000, refuseAfterMs: refuse * 1_000, min, max };
}

/** undefined: text that is no rate */
function boundOf(text: string | undefined): Rate | null | undefined {
  return text === undefined ? null : (readRate(text) ?? undefined);
}

function readRate(text: string): Rate | null {
  const rate = parseRate(text);
  return isProblem(rate) || compareRates(roundRate(rate, RATE_DIGITS), rate) !== 0 ? null : rate;
}

/** Both legs of a cross are configured, one way or the other, and are no crosses themselves. */
function problemOfCross({ pair, origin }: PairSettings, all: readonly PairSettings[]): string | null {
  if (origin.kind !== 'cross') return null;
  const { via } = origin;
  for (const [one, other] of [
    [pair.wallet, via],
    [via, pair.game],
  ] as const) {
    const names = [`${one}/${other}`, `${other}/${one}`];
    const leg = all.find((each) => names.includes(pairText(each.pair)));
    if (leg === undefined) return `fx.pairs.${pairText(pair)}: via ${via} needs a rate of ${names.join(' or ')}`;
    if (leg.origin.kind === 'cross')
      return `fx.pairs.${pairText(pair)}: ${pairText(leg.pair)} is a cross itself; a cross is made of two pairs with rates`;
  }
  return null;
}

function usesSource({ origin }: PairSettings, name: string): boolean {
  return origin.kind === 'sources' && origin.names.includes(name);
}

function isSafeAddress(text: string): boolean {
  const filled = text.replaceAll(/[{}]/g, '');
  if (!URL.canParse(filled)) return false;
  const { protocol, hostname, username, password } = new URL(filled);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}
