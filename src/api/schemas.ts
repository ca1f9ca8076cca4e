/**
 * What the operator API takes and answers, once: the same definitions validate requests, give routes their types and make
 * the OpenAPI page. Amounts are text in both directions. Unknown request fields are ignored.
 */
import { z } from 'zod';

const UNFIT = /[\p{Cc}\p{Cs}]/u;
const fit = (text: string): boolean => !UNFIT.test(text);

/** An opaque id of somebody else: 1 to 255 characters, never trimmed or folded. */
export const idText = z.string().min(1).max(255).refine(fit, 'carries control characters');
const word = z.string().min(1).max(255).refine(fit, 'carries control characters');
const shortWord = z.string().min(1).max(64).refine(fit, 'carries control characters');
const currency = z
  .string()
  .regex(/^[\x21-\x7e]{1,16}$/, 'is no currency code')
  .describe('A configured currency, as spelled in the configuration.');
const country = z
  .string()
  .regex(/^[A-Za-z]{2}$/, 'is no ISO 3166-1 alpha-2 code')
  .toUpperCase()
  .describe('ISO 3166-1 alpha-2.');
/** Only text: a JSON number may have lost digits before it came here. */
const amount = z.string().min(1).max(64).describe('Decimal text in the currency\'s units, e.g. "12.50".');
const status = z.enum(['active', 'blocked', 'self_excluded', 'closed']);
const mode = z.enum(['real', 'demo']);
const time = z.string().describe('ISO 8601, UTC.');
const orNull = <T extends z.ZodType>(schema: T) => schema.nullable();

const limit = z.coerce.number().int().min(1).max(200).default(50).describe('Items of a page, 1 to 200.');
const cursor = z.string().min(1).max(4_000).optional().describe('`next_cursor` of the page before; opaque.');
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const pathId = z.object({ id: z.string().min(1).max(4_000).refine(fit, 'carries control characters') });

export const newPlayer = z.object({
  id: idText.describe("The operator's own id of the player; opaque."),
  currency,
  country: country.nullish(),
  test: z.boolean().optional().describe('Internal and test players are left out of every figure.'),
});
const limits = z.object({ max_stake: orNull(amount), daily_loss_limit: orNull(amount) });
export const playerPatch = z.object({
  status: status.optional(),
  limits: z
    .record(currency, limits)
    .optional()
    .describe('By currency of a wallet; both limits are set together, null lifts one.'),
});
export const player = z.object({
  id: z.string(),
  currency: z.string(),
  country: orNull(z.string()),
  test: z.boolean(),
  status,
  limits: z.record(z.string(), limits),
  created_at: time,
  changed_at: time,
});
export const balance = z.object({ currency: z.string(), balance: z.string() });
export const balances = z.array(balance);
export const newWallet = z.object({ currency });

export const movement = z.object({
  amount,
  currency,
  reference: idText.describe("The operator's id of this movement: booked at most once, whatever is repeated."),
});
export const moved = z.object({
  transaction_id: z.string(),
  balance: z.string(),
  currency: z.string(),
  duplicate: z.boolean(),
});

export const gamesQuery = z.object({
  q: z
    .string()
    .min(1)
    .max(200)
    .refine(fit, 'carries control characters')
    .optional()
    .describe("Part of a game's or provider's name; case, accents and an error or two do not count."),
  provider: word.optional(),
  category: word.optional(),
  aggregator: word.optional(),
  country: country.optional(),
  currency: currency.optional(),
  demo: flag.optional(),
  state: z.enum(['available', 'all']).default('available').describe('`all` also lists what is switched off or gone.'),
  cursor,
  limit,
});
export const gamePatch = z.object({
  enabled: z.boolean().optional().describe("The operator's own switch."),
  order: z.int().min(-1_000_000_000).max(1_000_000_000).optional().describe('Smaller comes first; 1000 unless set.'),
  category: orNull(word).optional().describe("Instead of the aggregator's; null for the aggregator's again."),
});
export const game = z.object({
  id: z.string(),
  aggregator: z.string(),
  provider: z.object({ code: z.string(), name: z.string() }),
  code: z.string(),
  name: z.string(),
  category: z.string(),
  tags: z.array(z.string()),
  features: z.array(z.string()),
  rtp: orNull(z.string()),
  volatility: orNull(z.enum(['low', 'medium', 'high'])),
  lines: orNull(z.int()),
  thumbnail: orNull(z.string()),
  demo: z.boolean(),
  platforms: z.array(z.string()),
  currencies: z.array(z.string()),
  blocked_countries: z.array(z.string()),
  released_at: orNull(z.string()),
  available: z.boolean().describe('May be launched: listed, and neither switch is off.'),
  enabled: z.boolean(),
  vendor_enabled: z.boolean(),
  order: z.int(),
  first_seen_at: time,
  changed_at: time,
  removed_at: orNull(time),
});
export const games = z.object({ items: z.array(game), next_cursor: orNull(z.string()) });

export const syncWish = z.object({
  aggregator: word,
  accept: z
    .array(z.enum(['shrink', 'empty']))
    .max(2)
    .optional()
    .describe('Take over a list that was quarantined.'),
  force: z.boolean().optional().describe('Read the whole list even if it has not changed.'),
});
const syncCounts = {
  reason: orNull(z.string()),
  listed: z.int(),
  added: z.int(),
  changed: z.int(),
  renamed: z.int(),
  missing: z.int().describe('Lacked by the list and not hidden yet.'),
  removed: z.int(),
  returned: z.int(),
  duplicates: z.int(),
  malformed: z.int(),
  malformed_sample: z.array(z.string()),
};
export const syncReport = z.object({
  id: orNull(z.string()),
  outcome: z.enum(['applied', 'unchanged', 'failed', 'quarantined', 'busy', 'running', 'abandoned']),
  again_at: orNull(time).describe(
    'Of a sync that came too soon for the aggregator: when its list may be asked for again.',
  ),
  ...syncCounts,
});
export const syncsQuery = z.object({ aggregator: word, limit: z.coerce.number().int().min(1).max(100).default(20) });
export const syncRun = z.object({
  id: z.string(),
  aggregator: z.string(),
  asked_by: z.string(),
  started_at: time,
  finished_at: orNull(time),
  outcome: z.enum(['running', 'applied', 'unchanged', 'failed', 'quarantined', 'abandoned']),
  ...syncCounts,
  decision: orNull(z.enum(['waiting', 'accepted', 'rejected', 'superseded'])),
  decided_at: orNull(time),
  decided_by: orNull(z.string()),
});
export const syncs = z.object({ items: z.array(syncRun) });

export const launchWish = z.object({
  player_id: idText.nullish().describe('Left out for a demo.'),
  game_id: z.string().min(1).max(255),
  mode,
  currency: currency.nullish().describe('May be left out when the player has one wallet.'),
  game_currency: currency
    .nullish()
    .describe(
      "What to play in, if not the wallet's currency: the pair must have an exchange rate. Fixed for the session.",
    ),
  country: country.nullish().describe("Where the player is now; checked besides the player's own country."),
  ip: z.union([z.ipv4(), z.ipv6()]).nullish(),
  lang: z
    .string()
    .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, 'is no language tag')
    .nullish(),
  return_url: z.string().max(2_048).nullish(),
  platform: z.enum(['desktop', 'mobile']).nullish(),
  jurisdiction: shortWord.nullish().describe('Where the play is licensed, in the words the aggregator knows.'),
  region: shortWord.nullish().describe('Within it, where the aggregator asks for that.'),
  table: z
    .string()
    .min(1)
    .max(2_000)
    .nullish()
    .describe('Of a live game with the feature `lobby`, one of `GET /v1/games/{id}/tables`.'),
});
export const tablesQuery = z.object({ currency });
export const tables = z.object({
  tables: z.array(
    z.object({
      table: z.string().describe('For the launch, unchanged.'),
      name: z.string(),
      open: z.boolean(),
      opens: orNull(z.string()).describe('As the aggregator writes times; null: not said.'),
      closes: orNull(z.string()),
      dealer: orNull(z.string()),
      limits: z.array(
        z.object({ currency: z.string(), min: orNull(z.string()), max: orNull(z.string()) }).describe('Of one stake.'),
      ),
    }),
  ),
});
export const launched = z.object({
  session_id: z.string(),
  mode: mode.describe('`demo` also where the currency asked for means pretend money.'),
  currency: orNull(z.string()).describe("The session's, for its whole life."),
  resumed: z.boolean().describe('The player had left a round of this game open: this is its session.'),
  url: z.string().describe("Load it in the game's frame, unchanged, before it expires."),
  expires_at: time.describe('When the URL, not the session, expires.'),
});
export const session = z.object({
  id: z.string(),
  player_id: orNull(z.string()),
  aggregator: z.string(),
  game_id: z.string(),
  game_code: z.string(),
  mode,
  currency: orNull(z.string()).describe('Of the wallet.'),
  game_currency: orNull(z.string()).describe("What the game is played in; null: in the wallet's currency."),
  country: orNull(z.string()),
  lang: orNull(z.string()),
  platform: orNull(z.string()),
  ip: orNull(z.string()),
  jurisdiction: orNull(z.string()),
  region: orNull(z.string()),
  state: z.enum(['live', 'expired', 'ended']),
  created_at: time,
  expires_at: time,
  last_seen_at: time,
  started_at: orNull(time),
  resumed_at: orNull(time),
  ended_at: orNull(time),
});

const lock = {
  pair: z.string().describe("WALLET/GAME: units of the game's currency for 1 of the wallet's."),
  rate: z.string().describe('What is converted by, for stakes and wins alike.'),
  market_rate: z.string().describe('Before the spread.'),
  spread_bps: z.int(),
  quote_id: z.string(),
  source: z.string(),
  rounding: z.enum(['half_even', 'house_favour']),
  stale: z.boolean().describe('The rate was older than it should be when it was locked.'),
  locked_at: time,
};
export const exchange = orNull(z.object(lock)).describe("Null: played in the wallet's own currency.");
const roundState = z.enum(['open', 'closed', 'void', 'reopened']);
export const roundsQuery = z.object({
  player: idText.optional(),
  aggregator: word.optional(),
  state: roundState.optional(),
  cursor,
  limit,
});
export const round = z.object({
  id: z.string().describe("Croupier's own name for the round; opaque."),
  aggregator: z.string(),
  player_id: z.string(),
  round_id: z.string().describe('As the aggregator names it.'),
  currency: z.string(),
  game_code: orNull(z.string()),
  session_id: orNull(z.string()),
  game_currency: z.string().describe('What the game is played in.'),
  exchange,
  state: roundState,
  bets: z.int(),
  bets_standing: z.int(),
  staked: z.string(),
  returned: z.string(),
  paid: z.string(),
  opened_at: time,
  changed_at: time,
  closed_at: orNull(time),
});
export const rounds = z.object({ items: z.array(round), next_cursor: orNull(z.string()) });

export const transactionsQuery = z.object({
  player: idText.optional(),
  external_id: idText.optional(),
  aggregator: word.optional(),
  cursor,
  limit,
});
export const transaction = z.object({
  id: z.string(),
  aggregator: z.string(),
  kind: z.string(),
  external_id: z.string(),
  player_id: z.string(),
  flavour: z.string(),
  combined: z.boolean(),
  state: z.string(),
  refusal: orNull(z.string()),
  round_id: orNull(z.string()),
  reference: orNull(z.string()),
  game_code: orNull(z.string()),
  session_id: orNull(z.string()),
  currency: orNull(z.string()),
  amount: orNull(z.string()).describe('As the caller said it.'),
  wallet_currency: orNull(z.string()),
  wallet_amount: orNull(z.string()).describe('What moved in the wallet.'),
  exchange: orNull(
    z.object({
      ...lock,
      residue: z
        .string()
        .describe("What rounding left over, in the wallet's smallest unit, exactly: a fraction or a whole number."),
    }),
  ),
  reversed_amount: z.string(),
  balance_after: orNull(z.string()),
  flags: z.array(z.string()),
  created_at: time,
  changed_at: time,
});
export const transactions = z.object({ items: z.array(transaction), next_cursor: orNull(z.string()) });
export const roundStory = z.object({
  round,
  transactions: z.array(transaction),
  postings: z.array(
    z.object({
      seq: z.string(),
      transaction_id: z.string(),
      currency: z.string(),
      debit: z.string(),
      credit: z.string(),
      amount: z.string().describe('In `currency`, that of the wallet.'),
      game_currency: orNull(z.string()),
      game_amount: orNull(z.string()),
      balance_after: z.string(),
      overdrawn: z.boolean(),
      created_at: time,
    }),
  ),
});

export const check = z.object({
  name: z.string(),
  ok: z.boolean(),
  degraded: z.boolean().optional(),
  detail: z.string().optional(),
});
export const alive = z.object({ status: z.literal('ok') });
export const readiness = z.object({
  status: z.enum(['ready', 'degraded', 'not_ready']).describe('`degraded` takes traffic; somebody should look.'),
  checks: z.array(check),
});

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().describe('Stable; programs branch on it.'),
  detail: z.string(),
  field: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** Every answer that is no success, for the OpenAPI page. */
export const problems = {
  default: {
    description: 'Anything else, as a problem with a stable code.',
    content: { 'application/problem+json': { schema: problem } },
  },
} as const;
