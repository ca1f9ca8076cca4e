/**
 * A runnable aggregator for any dialect, through its mirror: catalogue, launches that are really checked, a slot that
 * really spins, callbacks with retries. It knows the operator only by its URL; nothing of the wallet or ledger is imported.
 */
import path from 'node:path';
import type { Currencies } from '../money/index.ts';
import type { Clock, Log } from '../platform/index.ts';
import { randomInteger } from '../platform/index.ts';
import type { Mirror } from '../dialects/dialect.ts';
import type { Policy } from '../wallet/policy.ts';
import { createSender, NO_CHAOS } from './callback-sender.ts';
import type { Chaos } from './callback-sender.ts';
import { GOOD_CATALOGUE, servedCatalogue } from './catalogue.ts';
import type { CatalogueKnobs } from './catalogue.ts';
import { sandboxClock } from './clock.ts';
import type { ClockKnobs, SandboxClock } from './clock.ts';
import { openOutbox } from './outbox.ts';
import { createPlay } from './play.ts';
import { seededRandom } from './random.ts';
import type { Habits } from './retry.ts';
import { sandboxHttp } from './server.ts';
import { createSessionEvents } from './session-events.ts';
import type { SessionKnobs } from './session-events.ts';
import { createSettlementSender } from './settlement-sender.ts';
import type { PlayedRound, SettlementKnobs } from './settlement-sender.ts';
import { createTables } from './tables.ts';
import { createTransactionBook } from './transactions.ts';

export type { Chaos } from './callback-sender.ts';
export { catalogueKnobsSchema } from './catalogue.ts';
export type { CatalogueKnobs } from './catalogue.ts';
export { clockKnobsSchema } from './clock.ts';
export type { ClockKnobs } from './clock.ts';
export type { SessionKnobs } from './session-events.ts';
export { settlementKnobsSchema } from './settlement-sender.ts';
export type { SettlementKnobs } from './settlement-sender.ts';
export { SANDBOX_GAMES, SANDBOX_PROVIDERS } from './games.ts';

export interface SandboxOptions {
  readonly mirror: Mirror;
  readonly policy: Policy;
  /** the dialect's, `call × code` */
  readonly reactions: Habits['reactions'];
  readonly currencies: Currencies;
  /** the operator's base URL, e.g. http://127.0.0.1:4400 */
  readonly operatorUrl: string;
  /** the name under which the operator configured this aggregator */
  readonly aggregator: string;
  readonly host: string;
  readonly port: number;
  /** how browsers reach the sandbox, if not by host and port */
  readonly publicUrl?: string;
  /** where owed callbacks survive a restart; null: nowhere */
  readonly dataDir: string | null;
  readonly clock: Clock;
  readonly log: Log;
  /** of the catalogue; spins draw from a seed of their own unless `spinSeed` is given */
  readonly seed?: number;
  readonly spinSeed?: number;
  /** faults to begin with; `POST /admin/chaos` changes them */
  readonly chaos?: Chaos;
  /** what is wrong with its list of games to begin with; `POST /admin/catalogue` changes it */
  readonly listing?: CatalogueKnobs;
  /** how its clock is wrong to begin with; `POST /admin/clock` changes it */
  readonly time?: ClockKnobs;
  /** faults of session events to begin with; `POST /admin/sessions` changes them */
  readonly sessionEvents?: SessionKnobs;
  /** how it settles rounds to begin with; `POST /admin/settlement` changes it */
  readonly settlement?: SettlementKnobs;
}

export interface Sandbox {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const WEB_ROOT = path.resolve(import.meta.dirname, '../../web/dist');
const DEFAULT_SEED = 20_260_101;
const SWEEP_EVERY_MS = 15_000;

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { mirror, policy, log } = options;
  const clock = sandboxClock(options.clock, options.time);
  const habits = { policy, reactions: options.reactions };
  const stopping = new AbortController();
  const random = seededRandom(options.spinSeed ?? randomInteger(2 ** 31));
  const url = options.publicUrl ?? `http://${options.host}:${options.port}`;
  const catalogue = servedCatalogue(options.seed ?? DEFAULT_SEED, url, options.listing ?? GOOD_CATALOGUE);
  const operator = options.operatorUrl.replace(/\/$/, '');
  const outbox = openOutbox(options.dataDir);
  const sender = createSender({
    url: `${operator}/callbacks/${options.aggregator}`,
    mirror,
    habits,
    timeoutMs: policy.timeoutMs,
    clock,
    log,
    random,
    outbox,
    chaos: options.chaos ?? NO_CHAOS,
    signal: stopping.signal,
  });
  const tables = createTables(clock, options.currencies);
  const { settlements, sessionEvents } = webhooksOf(options, operator, { clock, signal: stopping.signal });
  const transactions = createTransactionBook();
  const onPlayed = (played: PlayedRound): void => {
    transactions.note(played, clock.now());
    settlements.settle(played);
  };
  const sameId = policy['rollback.id'] === 'sameAsBet';
  const play = createPlay({ habits, sameId, sender, outbox, clock, random, onPlayed });
  const app = await sandboxHttp({
    mirror,
    catalogue,
    tables,
    play,
    sender,
    settlements,
    transactions,
    clock,
    log,
    webRoot: WEB_ROOT,
    publicUrl: url,
    frameOrigins: originsOf(new URL(operator)),
    sessionEvents,
    onOpened: (table) => sessionEvents.tell('started', table),
  });
  const stop = async (): Promise<void> => {
    await app.close();
    stopping.abort();
    await sender.idle();
    await settlements.idle();
  };
  await listenOr(stop, async () => app.listen({ host: options.host, port: options.port }));
  const sweep = () => tables.sweep().forEach((table) => sessionEvents.tell('ended', table));
  const sweeping = setInterval(sweep, SWEEP_EVERY_MS).unref();
  return {
    url,
    close: async () => {
      clearInterval(sweeping);
      await stop();
    },
  };
}

/** A port that is taken leaves nothing running. */
async function listenOr(stop: () => Promise<void>, listen: () => Promise<unknown>): Promise<void> {
  try {
    await listen();
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What it tells besides callbacks: how rounds ended, and what becomes of sessions. */
function webhooksOf(
  options: SandboxOptions,
  operator: string,
  given: { readonly clock: SandboxClock; readonly signal: AbortSignal },
) {
  const { mirror, policy, log, settlement, sessionEvents } = options;
  const url = `${operator}/webhooks/${options.aggregator}`;
  // Not the chance of the spins: what is told of them must not change what they draw.
  const random = () => seededRandom(options.spinSeed ?? randomInteger(2 ** 31));
  const common = { ...given, url, mirror, log, timeoutMs: policy.timeoutMs };
  return {
    settlements: createSettlementSender({
      ...common,
      random: random(),
      ...(settlement === undefined ? {} : { knobs: settlement }),
    }),
    sessionEvents: createSessionEvents({
      ...common,
      random: random(),
      ...(sessionEvents === undefined ? {} : { knobs: sessionEvents }),
    }),
  };
}

/** A machine's own address has several names, and a person may open the lobby by another one than the configuration says. */
function originsOf({ origin, hostname, protocol, port }: URL): readonly string[] {
  const names = ['127.0.0.1', 'localhost'];
  return names.includes(hostname)
    ? names.map((name) => `${protocol}//${name}${port === '' ? '' : `:${port}`}`)
    : [origin];
}
