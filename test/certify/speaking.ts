/** Croupier itself as the operator under test, spoken to in any dialect: the whole house, the aggregator's sandbox, and seated players. */
import { generateKeyPairSync } from 'node:crypto';
import { openAggregator } from '../../src/certify/aggregator.ts';
import { openBackstage } from '../../src/certify/backstage.ts';
import { openLookup } from '../../src/certify/lookup.ts';
import { run } from '../../src/certify/run.ts';
import { SCENARIOS } from '../../src/certify/scenarios/index.ts';
import { seat } from '../../src/certify/seating.ts';
import { openTransport } from '../../src/certify/transport.ts';
import type { World } from '../../src/certify/world.ts';
import { knownDialect } from '../../src/dialects/index.ts';
import type { ExampleEntry } from '../../src/dialects/index.ts';
import { newToken, systemClock } from '../../src/platform/index.ts';
import type { KeyKind } from '../../src/wire/index.ts';
import { API_KEY, openHouse } from '../dialects/house.ts';
import type { House } from '../dialects/house.ts';

export interface Spoken {
  readonly world: World;
  readonly house: House;
  readonly close: () => Promise<void>;
}

const CURRENCIES = { USD: { scale: 2 }, EUR: { scale: 2 }, BTC: { scale: 8 } };
const FX = { rates: { 'BTC/USD': '64123.45' } };
const TIMEOUT_MS = 10_000;
const PLAYERS = 5;

export async function speaking(dialect: string, players: number): Promise<Spoken> {
  let settings: ExampleEntry = {};
  const house = await openHouse({
    dialect,
    currencies: CURRENCIES,
    fx: FX,
    settings: (url) => {
      settings = exampleOf(dialect, url);
      return settings;
    },
  });
  if (house.aggregator.open.games.kind === 'file') await importGames(house);
  const opened = openAggregator({ dialect, settings: { ...settings }, policy: {}, currency: 'USD', scale: 2 });
  if (opened.kind === 'problem') throw new Error(opened.message);
  const { aggregator } = opened;
  const door = { url: `${house.url}/v1`, apiKey: API_KEY, timeoutMs: TIMEOUT_MS };
  const webhookUrl = `${house.url}/webhooks/acme`;
  const order = {
    currency: 'USD',
    scale: 2,
    stake: '1.00',
    money: '1000.00',
    players,
    otherCurrency: 'EUR',
    webhookUrl,
    exchanged: { currency: 'BTC', scale: 8, money: '0.02000007' },
  };
  const cast = await seat({ ...order, url: door.url, apiKey: API_KEY, aggregator: 'acme' }, aggregator, Date.now);
  const transport = openTransport(systemClock);
  const world: World = {
    aggregator,
    transport,
    cast,
    urls: [`${house.url}/callbacks/acme`],
    webhookUrl,
    lookup: openLookup(door),
    backstage: openBackstage(door),
    faults: null,
    rates: null,
    clock: systemClock,
    run: `t${newToken(6).replaceAll(/[^a-zA-Z0-9]/g, '0')}`,
    timeoutMs: TIMEOUT_MS,
    patienceMs: 30_000,
  };
  return {
    world,
    house,
    close: async () => {
      transport.close();
      await house.close();
    },
  };
}

/** The dialect's own example, with keys made for this run: the same name, the same key. */
function exampleOf(dialect: string, url: string): ExampleEntry {
  const known = knownDialect(dialect);
  if (known === null) throw new Error(`there is no dialect ${dialect}`);
  const pairs = new Map<string, { readonly publicKey: string; readonly privateKey: string }>();
  const pair = (kind: KeyKind, name: string) => {
    const made = pairs.get(name) ?? pairOf(kind);
    pairs.set(name, made);
    return made;
  };
  return known.example(url, { secret: (name) => `certify-test-${name}-0001`, pair });
}

function pairOf(kind: KeyKind) {
  const { publicKey, privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** What `croupier catalogue import` does with the file the aggregator hands out. */
async function importGames({ aggregator, rooms, sandboxUrl }: House): Promise<void> {
  const address = aggregator.mirror.api.find(({ what }) => what === 'games');
  const response = await fetch(`${sandboxUrl}${address?.path ?? ''}`);
  const report = await rooms.catalogue.sync('acme', { file: new Uint8Array(await response.arrayBuffer()) });
  if (report?.kind !== 'applied') throw new Error(`the games were not taken over: ${report?.reason ?? 'nobody knows'}`);
}

/** Plays every scenario that the dialect has words for against the house, and says what came of it. */
export async function playEveryScenario(dialect: string): Promise<Report> {
  const spoken = await speaking(dialect, PLAYERS);
  try {
    const options = { onPlayed: () => undefined, signal: new AbortController().signal };
    const first = await run({ world: spoken.world, scenarios: SCENARIOS, ...options });
    // undecided is what a busy machine did not answer: it proves nothing, so it is played once more, under other ids
    const open = first.filter(({ outcome }) => outcome === 'undecided').map(({ scenario }) => scenario);
    const again = await run({ world: { ...spoken.world, run: `${spoken.world.run}x` }, scenarios: open, ...options });
    const played = first.map((each) => again.find(({ scenario }) => scenario === each.scenario) ?? each);
    const unsaid: Record<string, number> = {};
    const clean: Record<string, number> = {};
    for (const { outcome, why, scenario } of played) {
      if (outcome === 'not run') unsaid[why ?? ''] = (unsaid[why ?? ''] ?? 0) + 1;
      if (outcome === 'clean') clean[scenario.level] = (clean[scenario.level] ?? 0) + 1;
    }
    const wrong = played
      .filter(({ outcome }) => outcome !== 'clean' && outcome !== 'not run')
      .map(
        (each) =>
          `${each.scenario.id} ${each.outcome}: ${each.why ?? each.findings.map(({ message }) => message).join(' | ')}`,
      );
    const balances: (string | null)[] = [];
    for (const { id } of spoken.world.cast.players)
      balances.push((await spoken.world.lookup?.balance(id, 'USD')) ?? null);
    return { wrong, unsaid, clean, balances: new Set(balances), violations: await spoken.house.violations() };
  } finally {
    await spoken.close();
  }
}

export interface Report {
  /** every scenario that was not passed, readably */
  readonly wrong: readonly string[];
  /** how many were not played, by reason */
  readonly unsaid: Readonly<Record<string, number>>;
  /** how many were passed, by level */
  readonly clean: Readonly<Record<string, number>>;
  /** what the players have afterwards */
  readonly balances: ReadonlySet<string | null>;
  readonly violations: readonly unknown[];
}
