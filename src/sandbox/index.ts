/**
 * A runnable aggregator for any dialect, through its mirror: catalogue, launches that are really checked, a slot that
 * really spins, callbacks with retries. It knows the operator only by its URL; nothing of the wallet or ledger is imported.
 */
import path from 'node:path';
import type { Currencies } from '../money/index.ts';
import type { Clock, Log } from '../platform/index.ts';
import { newId, randomInteger } from '../platform/index.ts';
import type { Mirror } from '../dialects/dialect.ts';
import type { Policy } from '../wallet/policy.ts';
import { createSender } from './callback-sender.ts';
import { sandboxGames } from './games.ts';
import { openOutbox } from './outbox.ts';
import { createPlay } from './play.ts';
import type { Table } from './play.ts';
import { seededRandom } from './random.ts';
import { sandboxHttp } from './server.ts';

export { SANDBOX_GAMES, SANDBOX_PROVIDERS } from './games.ts';

export interface SandboxOptions {
  readonly mirror: Mirror;
  readonly policy: Policy;
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
}

export interface Sandbox {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const WEB_ROOT = path.resolve(import.meta.dirname, '../../web/dist');
const DEFAULT_SEED = 20_260_101;

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { mirror, policy, clock, log } = options;
  const stopping = new AbortController();
  const random = seededRandom(options.spinSeed ?? randomInteger(2 ** 31));
  const url = options.publicUrl ?? `http://${options.host}:${options.port}`;
  const games = sandboxGames(options.seed ?? DEFAULT_SEED, url);
  const operator = options.operatorUrl.replace(/\/$/, '');
  const outbox = openOutbox(options.dataDir);
  const sender = createSender({
    url: `${operator}/callbacks/${options.aggregator}`,
    mirror,
    policy,
    clock,
    log,
    random,
    outbox,
    signal: stopping.signal,
  });
  const play = createPlay({ mirror, policy, sender, clock, random, currencies: options.currencies });
  const app = await sandboxHttp({
    mirror,
    games,
    play,
    sender,
    clock,
    log,
    webRoot: WEB_ROOT,
    frameOrigins: [new URL(operator).origin],
    onOpened: (table) => void tellSession(options, operator, table, stopping.signal),
  });
  await app.listen({ host: options.host, port: options.port });
  return {
    url,
    close: async () => {
      await app.close();
      stopping.abort();
      await sender.idle();
    },
  };
}

/** Session events are best effort: they assert, they never move money. */
async function tellSession(options: SandboxOptions, operator: string, table: Table, signal: AbortSignal): Promise<void> {
  const { order, game, openedAtMs } = table;
  const event = {
    kind: 'session',
    eventId: newId(),
    type: 'started',
    session: order.session,
    mode: order.mode,
    player: order.player,
    game: game.code,
    occurredAtMs: openedAtMs,
  } as const;
  const request = options.mirror.sayWebhook(event, options.clock.now());
  try {
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(options.policy.timeoutMs)]);
    const response = await fetch(`${operator}/webhooks/${options.aggregator}${request.path}`, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      signal: timeout,
    });
    await response.arrayBuffer();
  } catch (error) {
    options.log.debug({ err: error }, 'a session event was not delivered');
  }
}
