/**
 * The launch address, both ends: composed, opened by the browser, and signed by nobody. What it needs and Groove does not allow, such
 * as a player id with a hyphen, is said before anybody is sent there.
 */
import { isProblem } from '../../money/index.ts';
import { canonicalQuery, parseQueryStrict } from '../../wire/index.ts';
import type { Launch, LaunchOrder, LaunchReading } from '../dialect.ts';
import type { GrooveSettings } from './settings.ts';
import { ourSession, sessionText } from './words.ts';

type Settings = GrooveSettings['launch'];

const PLAYER = /^[0-9A-Za-z]{1,60}$/;
const SESSION_MAX = 64;

export function launchUrl(settings: Settings, order: LaunchOrder): Launch {
  const { player, mode } = order;
  const session = sessionText(settings.operator_id, order.session);
  if (mode === 'real' && (player === null || !PLAYER.test(player)))
    return {
      kind: 'problem',
      message: 'launch: Groove takes player ids of 1 to 60 letters and digits only, and this player has another one',
    };
  if (mode === 'real' && session.length > SESSION_MAX)
    return { kind: 'problem', message: `launch: the session would be longer than Groove's ${SESSION_MAX} characters` };
  const home = order.returnUrl ?? settings.home_url ?? undefined;
  const query = canonicalQuery({
    // of a demo both are a nought
    accountid: mode === 'real' ? (player ?? '') : '0',
    sessionid: mode === 'real' ? session : '0',
    country: order.country === 'GB' ? settings.united_kingdom : (order.country ?? undefined),
    device_type: order.platform ?? 'desktop',
    exitUrl: home,
    historyUrl: settings.history_url,
    homeurl: home,
    is_test_account: mode === 'real' ? String(settings.is_test_account) : undefined,
    license: order.jurisdiction ?? settings.license,
    nogscurrency: order.currency ?? undefined,
    nogsgameid: order.game,
    nogslang: languageOf(order.lang),
    nogsmode: mode,
    nogsoperatorid: settings.operator_id,
    rc_url: settings.reality_check_url ?? undefined,
  });
  return { kind: 'url', url: `${settings.url}?${query}` };
}

/** `en_US`: where no region is given, the one the language is most spoken in. */
function languageOf(lang: string | null): string {
  try {
    const { language, region } = new Intl.Locale((lang ?? 'en').replaceAll('_', '-')).maximize();
    return region === undefined ? language : `${language}_${region}`;
  } catch {
    return 'en_US';
  }
}

/** Nothing of it is signed, so it is opened as it is; only what could not be played is refused. */
export function readLaunch(settings: Settings, rawQuery: string, nowMs: number): LaunchReading {
  const refused = (message: string): LaunchReading => ({ kind: 'refused', reason: 'malformed', message });
  const form = parseQueryStrict(rawQuery);
  if (isProblem(form)) return refused(`The launch address cannot be read: ${form.reason}.`);
  const text = (name: string): string | null => form.values.get(name) ?? null;
  const [mode, game, player, session] = [text('nogsmode'), text('nogsgameid'), text('accountid'), text('sessionid')];
  if (text('nogsoperatorid') !== settings.operator_id) return refused('The launch names another operator.');
  if ((mode !== 'real' && mode !== 'demo') || game === null || player === null || session === null)
    return refused('The launch address lacks its mode, game, account or session.');
  const isReal = mode === 'real';
  if (isReal && (!PLAYER.test(player) || !session.startsWith(`${settings.operator_id}_`)))
    return refused('The account or the session of the launch is none.');
  const seconds = Math.floor(nowMs / 1_000);
  const device = text('device_type');
  return {
    kind: 'opened',
    order: {
      session: isReal ? ourSession(settings.operator_id, session) : `demo-${nowMs}`,
      game,
      mode,
      player: isReal ? player : null,
      currency: text('nogscurrency'),
      lang: text('nogslang'),
      country: text('country'),
      ip: null,
      platform: device === 'mobile' || device === 'desktop' ? device : null,
      jurisdiction: text('license'),
      region: null,
      returnUrl: text('homeurl'),
      // there is none: each opening is one of its own
      nonce: `${session}:${nowMs}`,
      issuedAt: seconds,
      expiresAt: seconds + 600,
    },
  };
}
