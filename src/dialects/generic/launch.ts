/**
 * The generic launch URL: one canonical form, signed; and how the aggregator reads it back. Any changed, added or repeated
 * parameter is refused; another order or another spelling of the escapes is not (LCH-06, LCH-09).
 */
import { Buffer } from 'node:buffer';
import { isProblem } from '../../money/index.ts';
import { canonicalQuery, hmacHex, parseQueryStrict, verifyHmacHex } from '../../wire/index.ts';
import type { SigningKey } from '../../wire/index.ts';
import type { LaunchOrder, LaunchReading } from '../dialect.ts';

/** The aggregator forgives a launch that was signed by a clock up to this much ahead of its own. */
export const LAUNCH_SKEW_SECONDS = 30;

export function launchUrl(base: string, key: SigningKey, order: LaunchOrder): string {
  const query = canonicalQuery({
    currency: order.currency ?? undefined,
    exp: String(order.expiresAt),
    game: order.game,
    iat: String(order.issuedAt),
    jurisdiction: order.jurisdiction ?? undefined,
    lang: order.lang ?? undefined,
    mode: order.mode,
    nonce: order.nonce,
    player: order.player ?? undefined,
    region: order.region ?? undefined,
    return_url: order.returnUrl ?? undefined,
    session: order.session,
  });
  return `${base}?${query}&sig=${hmacHex('sha256', key.key, Buffer.from(query, 'utf8'))}`;
}

/** Signature over the canonical form of what arrived, then expiry and skew. Nonces are the caller's to remember. */
export function readLaunch(
  rawQuery: string,
  key: SigningKey,
  nowMs: number,
  skewSeconds = LAUNCH_SKEW_SECONDS,
): LaunchReading {
  const form = parseQueryStrict(rawQuery);
  if (isProblem(form)) return refused('malformed', `The launch address cannot be read: ${form.reason}.`);
  const given = new Map(form.pairs.map((pair) => [pair.name, pair.value]));
  const signature = given.get('sig');
  given.delete('sig');
  const bytes = Buffer.from(canonicalQuery(given), 'utf8');
  const check = verifyHmacHex({ alg: 'sha256', keys: [key], bytes, signature, hexCase: 'lower' });
  if (check.kind === 'distrust')
    return refused('signature', 'The launch address was changed or signed with another key.');
  const order = orderOf(given);
  if (order === null) return refused('malformed', 'The launch address lacks a parameter or has one too many.');
  const now = Math.floor(nowMs / 1000);
  if (now >= order.expiresAt) return refused('expired', `The launch expired ${now - order.expiresAt} s ago.`);
  if (now < order.issuedAt - skewSeconds) {
    return refused(
      'not_yet_valid',
      `The launch was signed ${order.issuedAt - now} s in the future: the operator's clock is fast.`,
    );
  }
  return { kind: 'opened', order };
}

const refused = (reason: Extract<LaunchReading, { kind: 'refused' }>['reason'], message: string): LaunchReading => ({
  kind: 'refused',
  reason,
  message,
});

const KNOWN = new Set([
  'currency',
  'exp',
  'game',
  'iat',
  'jurisdiction',
  'lang',
  'mode',
  'nonce',
  'player',
  'region',
  'return_url',
  'session',
]);
const SECONDS = /^[1-9][0-9]{0,11}$/;

function orderOf(given: ReadonlyMap<string, string>): LaunchOrder | null {
  if ([...given.keys()].some((name) => !KNOWN.has(name))) return null;
  const mode = given.get('mode');
  const [session, game, nonce, exp, iat] = ['session', 'game', 'nonce', 'exp', 'iat'].map(
    (name) => given.get(name) ?? '',
  );
  if (mode !== 'real' && mode !== 'demo') return null;
  if (!session || !game || !nonce || exp === undefined || iat === undefined || !SECONDS.test(exp) || !SECONDS.test(iat))
    return null;
  const player = given.get('player') ?? null;
  if ((mode === 'real') !== (player !== null)) return null;
  return {
    session,
    game,
    mode,
    player,
    currency: given.get('currency') ?? null,
    lang: given.get('lang') ?? null,
    country: null,
    ip: null,
    platform: null,
    jurisdiction: given.get('jurisdiction') ?? null,
    region: given.get('region') ?? null,
    returnUrl: given.get('return_url') ?? null,
    nonce,
    issuedAt: Number.parseInt(iat, 10),
    expiresAt: Number.parseInt(exp, 10),
  };
}
