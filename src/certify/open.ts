/** From settings to everything a run needs. Whatever is missing for it is one sentence for a person. */
import { newToken } from '../platform/index.ts';
import type { Clock } from '../platform/index.ts';
import { aggregatorOf, openAggregator, secretsIn } from './aggregator.ts';
import type { Aggregator, Protocol } from './aggregator.ts';
import { openBackstage } from './backstage.ts';
import { openLookup } from './lookup.ts';
import type { Cast } from './lookup.ts';
import { seat } from './seating.ts';
import type { CertifySettings } from './settings.ts';
import { openTransport } from './transport.ts';
import type { Faults, Rates, World } from './world.ts';

export interface OpenOptions {
  readonly settings: CertifySettings;
  readonly clock: Clock;
  readonly protocol: Protocol | null;
  readonly faults: Faults | null;
  readonly rates: Rates | null;
}

/** What stands in the way of a run, in one sentence. */
export class CertifyProblem extends Error {
  override readonly name = 'CertifyProblem';
}

export async function openWorld(options: OpenOptions): Promise<World> {
  const { settings, clock, faults, rates } = options;
  const [first, ...more] = urlsOf(settings);
  if (first === undefined) throw new CertifyProblem('no --url: give the address that callbacks are posted to');
  const aggregator = aggregatorFor(options);
  const webhookUrl = webhookUrlOf(settings, first);
  const { croupier, timeout_ms: timeoutMs } = settings;
  const ours = croupier === undefined ? null : { url: croupier.url, apiKey: croupier.api_key, timeoutMs };
  const door = (section: CertifySettings['lookup']) =>
    section === undefined ? ours : { url: section.url, apiKey: section.api_key, timeoutMs };
  const [lookup, backstage] = [door(settings.lookup), door(settings.backstage)];
  return {
    aggregator,
    transport: openTransport(clock),
    cast: await castFor(settings, aggregator, { webhookUrl, now: () => clock.now() }),
    urls: [first, ...more],
    webhookUrl,
    lookup: lookup === null ? null : openLookup(lookup),
    backstage: backstage === null ? null : openBackstage(backstage),
    faults,
    rates,
    clock,
    run: `c${newToken(6)
      .replaceAll(/[^a-zA-Z0-9]/g, '0')
      .toLowerCase()}`,
    timeoutMs,
    patienceMs: settings.patience_ms,
  };
}

export const urlsOf = ({ url }: CertifySettings): readonly string[] =>
  url === undefined ? [] : typeof url === 'string' ? [url] : url;

/** Beside the callbacks, where Croupier has them; another operator says where, or that it has none. */
function webhookUrlOf({ webhook_url }: CertifySettings, url: string): string | null {
  if (webhook_url !== undefined) return webhook_url;
  return url.includes('/callbacks/') ? url.replace('/callbacks/', '/webhooks/') : null;
}

function aggregatorFor({ settings, protocol }: OpenOptions): Aggregator {
  const { dialect, policy, currency, scale } = settings;
  if (protocol !== null) return aggregatorOf(protocol, secretsIn(settings.settings));
  const opened = openAggregator({ dialect, settings: settings.settings, policy, currency, scale });
  if (opened.kind === 'problem') throw new CertifyProblem(`settings: ${opened.message}`);
  return opened.aggregator;
}

async function castFor(
  settings: CertifySettings,
  aggregator: Aggregator,
  { webhookUrl, now }: { readonly webhookUrl: string | null; readonly now: () => number },
): Promise<Cast> {
  const { croupier, currency, scale, stake, other_currency: otherCurrency } = settings;
  if (croupier !== undefined) {
    const { url, api_key: apiKey, aggregator: name, money, players, exchanged = null } = croupier;
    return seat(
      { url, apiKey, aggregator: name, currency, scale, stake, money, players, otherCurrency, webhookUrl, exchanged },
      aggregator,
      now,
    );
  }
  type Seat = CertifySettings['players'][number];
  const seated = ({ id, session, expired_session: expired }: Seat) => ({ id, session, expired });
  const { blocked_player: blocked, poor_player: poor, exchanged_player: exchanged } = settings;
  return {
    currency,
    scale,
    stake,
    game: settings.game ?? '',
    players: settings.players.map(seated),
    otherGame: settings.other_game,
    otherCurrency,
    blocked: blocked === null ? null : seated(blocked),
    poor: poor === null ? null : seated(poor),
    demoSession: settings.demo_session,
    exchanged:
      exchanged === null
        ? null
        : {
            id: exchanged.id,
            session: exchanged.session,
            expired: null,
            wallet: { currency: exchanged.currency, scale: exchanged.scale },
          },
  };
}

/** What the run will do to whose wallets: said before anything is sent. */
export function announcement(world: World, scenarios: number): readonly string[] {
  const { cast, urls, aggregator } = world;
  const stake = `${cast.stake} ${cast.currency}`;
  const players = cast.players.map((each) => each.id);
  const shown =
    players.length > 4 ? `${players.slice(0, 3).join(', ')} and ${players.length - 3} more` : players.join(', ');
  return [
    `${scenarios} scenarios in the ${aggregator.dialect} dialect against ${urls.join(' and ')}`,
    `It plays with real wallets: ${shown}. One stake is ${stake}.`,
    'It places and refunds bets, takes wallets down to nothing and pays wins as large as the balance. At the end each wallet',
    'is brought back to what it had, as far as the operator lets it. Nobody else may play with these players meanwhile.',
    ...exchangeOf(world),
    ...(world.faults === null
      ? []
      : ['The operator is killed and started again, more than once, with the commands given for it.']),
  ];
}

function exchangeOf({ cast: { exchanged }, rates }: World): readonly string[] {
  if (exchanged === null) return [];
  const { id, wallet } = exchanged;
  const moves = rates === null ? '' : ", and the operator's exchange rate is moved once, and back";
  return [`${id}, whose money is in ${wallet.currency}, plays as well, and ends with what rounding leaves${moves}.`];
}
