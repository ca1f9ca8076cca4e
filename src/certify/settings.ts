/** What a certify.yaml may say (docs/certify.md): strict, so that a misspelled key is not taken for an absent one. */
import { z } from 'zod';

const url = z
  .url({ protocol: /^https?$/, error: 'is no address like http://127.0.0.1:4400/callbacks/acme' })
  .transform((text) => text.replace(/\/$/, ''));
const text = z.string().min(1);
const amount = z.string().regex(/^\d+(\.\d+)?$/, 'is no amount; write digits in quotes, like "1.00"');
const seat = z.strictObject({ id: text, session: text, expired_session: text.nullable().default(null) });
const rate = z.string().regex(/^\d+(\.\d+)?$/, 'is no rate; write digits in quotes, like "64123.45"');
const scale = z.number().int().min(0).max(18);
const exchangedSeat = z.strictObject({ id: text, session: text, currency: text, scale });
const door = z.strictObject({ url, api_key: text.nullable().default(null) });

export const settingsSchema = z
  .strictObject({
    url: z.union([url, z.array(url).min(1)]).optional(),
    webhook_url: url.nullable().optional(),
    dialect: text.default('generic'),
    settings: z.record(z.string(), z.unknown()).default({}),
    policy: z.record(z.string(), z.unknown()).default({}),
    protocol: text.optional(),
    currency: text.default('USD'),
    scale: scale.default(2),
    stake: amount.default('1.00'),
    game: text.optional(),
    players: z.array(seat).default([]),
    other_game: text.nullable().default(null),
    other_currency: text.nullable().default(null),
    blocked_player: seat.nullable().default(null),
    poor_player: seat.nullable().default(null),
    demo_session: text.nullable().default(null),
    exchanged_player: exchangedSeat.nullable().default(null),
    rates: z.tuple([rate, rate]).optional(),
    rate_command: text.optional(),
    croupier: z
      .strictObject({
        url,
        api_key: text,
        aggregator: text,
        players: z.number().int().min(1).max(50).default(6),
        money: amount.default('1000.00'),
        exchanged: z.strictObject({ currency: text, scale, money: amount }).optional(),
      })
      .optional(),
    lookup: door.optional(),
    backstage: door.optional(),
    timeout_ms: z.number().int().min(100).max(120_000).default(10_000),
    patience_ms: z.number().int().min(1_000).max(600_000).default(30_000),
    kill_command: text.optional(),
    restart_command: text.optional(),
  })
  .superRefine((settings, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (settings.croupier === undefined && settings.players.length === 0)
      issue('players', 'needs at least one test player, or a section `croupier` by which the kit seats its own');
    if (settings.croupier === undefined && settings.game === undefined)
      issue('game', 'must name a game the players are let into');
    if ((settings.kill_command === undefined) !== (settings.restart_command === undefined))
      issue('kill_command', 'and restart_command go together: what was killed must be started again');
    if ((settings.rate_command === undefined) !== (settings.rates === undefined))
      issue('rate_command', 'and rates go together: the command is told one of the two rates in $RATE');
    if (settings.rates !== undefined && settings.rates[0] === settings.rates[1])
      issue('rates', 'must be two different ones: the usual one, and the one it moves to');
  });

export type CertifySettings = z.output<typeof settingsSchema>;

/** The settings, or one line that says what is wrong and where. */
export function readSettings(value: unknown): CertifySettings | string {
  const parsed = settingsSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return issue === undefined ? 'is not valid' : `${issue.path.join('.') || 'the file'}: ${issue.message}`;
}
