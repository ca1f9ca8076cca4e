/**
 * An aggregator that plays honestly and forgets nothing: signed generic callbacks over HTTP, asked again until the answer is
 * definite, as a real one would. It knows every player's balance to the cent, and writes down whatever contradicts it.
 */
import http from 'node:http';
import {
  AGGREGATOR,
  AGGREGATOR_SETTINGS,
  CURRENCY,
  GAME,
  playerName,
  sessionName,
  START_CENTS,
} from '../../bench/names.ts';
import { openNamedDialect } from '../../src/dialects/index.ts';
import { currencies } from '../../src/money/index.ts';
import { externalId, gameCode, playerId, roundId, SAFE_POLICY, sessionId } from '../../src/wallet/index.ts';
import type { Operation } from '../../src/wallet/index.ts';
import { dice, sleep } from './settings.ts';

/** What the gateway said; `null` when it said nothing. */
export interface Said {
  readonly status: number;
  readonly body: {
    readonly status: 'ok' | 'rejected' | 'error';
    readonly code?: string;
    readonly balance?: string;
    readonly operator_transaction_id?: string;
    readonly duplicate?: boolean;
  };
}

/** A request and the first definite answer to it. */
export interface Acknowledged {
  readonly player: number;
  readonly operation: Operation;
  readonly said: Said;
}

export interface Aggregator {
  /** Sends once, to the gateway on that port, and waits for the answer as long as an aggregator does, or so long. */
  readonly send: (port: number, player: number, operation: Operation, patienceMs?: number) => Promise<Said | null>;
  /**
   * Sends until the answer is definite, and writes it down. `several`: the player has other calls under way, so the balance in
   * the answer may be from before or after them.
   */
  readonly ask: (player: number, operation: Operation, when?: 'alone' | 'several') => Promise<Said>;
  /** Plays for all players until `stop`, under ids that begin with `chapter`; rejects when an answer is one that must never be given. */
  readonly play: (chapter: string) => { readonly stop: () => Promise<void> };
  readonly acknowledged: () => readonly Acknowledged[];
  /** how often the answer was "ask again" or none */
  readonly unclear: () => number;
  readonly balance: (player: number) => number;
  /** everything that was answered and cannot be true */
  readonly contradictions: readonly string[];
  readonly close: () => void;
}

export interface AggregatorOrder {
  readonly players: number;
  /** where gateways listen now */
  readonly ports: () => readonly number[];
  readonly salt: number;
}

const opened = openNamedDialect('generic', AGGREGATOR_SETTINGS, SAFE_POLICY, currencies({ [CURRENCY]: { scale: 2 } }));
if (opened.kind === 'problem') throw new Error(opened.message);
const { mirror } = opened;

const ASK_AGAIN_MS = 25;
const GIVE_UP_MS = 120_000;
const PATIENCE_MS = 5_000;

export const bet = (name: string, cents: number): Operation => ({
  kind: 'bet',
  id: externalId(`bet-${name}`),
  round: roundId(`round-${name}`),
  amount: { unscaled: BigInt(cents), scale: 2 },
  flavour: 'cash',
  combined: false,
  closesRound: false,
});
export const win = (name: string, cents: number): Operation => ({
  kind: 'win',
  id: externalId(`win-${name}`),
  round: roundId(`round-${name}`),
  bet: externalId(`bet-${name}`),
  amount: { unscaled: BigInt(cents), scale: 2 },
  flavour: 'win',
  combined: false,
  closesRound: true,
});
export const refund = (name: string): Operation => ({
  kind: 'rollback',
  id: externalId(`refund-${name}`),
  target: { kind: 'bet', id: externalId(`bet-${name}`) },
  round: null,
  amount: null,
  closesRound: false,
});

export function openAggregator(order: AggregatorOrder): Aggregator {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
  const acknowledged: Acknowledged[] = [];
  const contradictions: string[] = [];
  const balances = new Map<number, number>();
  const luck = dice(order.salt);
  let unclear = 0;
  let stopped = false;

  const balance = (player: number) => balances.get(player) ?? START_CENTS;
  const send: Aggregator['send'] = async (port, player, operation, patienceMs = PATIENCE_MS) =>
    post({ agent, port, patienceMs }, player, operation);
  const definite = async (player: number, operation: Operation): Promise<Said> => {
    const since = performance.now();
    for (;;) {
      const said = await send(luck.pick(order.ports()), player, operation);
      if (said !== null && isDefinite(said)) return said;
      unclear += 1;
      if (performance.now() - since > GIVE_UP_MS)
        throw new Error(`no definite answer for two minutes: ${JSON.stringify(said)}`);
      await sleep(ASK_AGAIN_MS);
    }
  };
  const ask: Aggregator['ask'] = async (player, operation, when = 'alone') => {
    const said = await definite(player, operation);
    if (said.body.status === 'ok') balances.set(player, balance(player) + centsOf(operation, said));
    acknowledged.push({ player, operation, said });
    if (when === 'alone') expectBalance(player, operation, said);
    return said;
  };
  const expectBalance = (player: number, operation: Operation, said: Said) => {
    const expected = (balance(player) / 100).toFixed(2);
    if (said.body.balance !== undefined && said.body.balance !== expected)
      contradictions.push(
        `${playerName(player)} ${nameOf(operation)}: balance ${said.body.balance}, expected ${expected} (${JSON.stringify(said.body)})`,
      );
  };
  /** The same request once more gets the same answer: that of the first time. */
  const repeat = async ({ player, operation, said }: Acknowledged) => {
    const again = await definite(player, operation);
    const same =
      again.body.status === said.body.status &&
      again.body.code === said.body.code &&
      again.body.operator_transaction_id === said.body.operator_transaction_id;
    if (!same || (again.body.status === 'ok' && again.body.duplicate !== true))
      contradictions.push(
        `${playerName(player)} ${nameOf(operation)}: first ${JSON.stringify(said.body)}, then ${JSON.stringify(again.body)}`,
      );
  };

  const story = async (player: number, chapter: string): Promise<void> => {
    const own = dice(order.salt * 1_000 + player + acknowledged.length * 64);
    const repeatable: Acknowledged[] = [];
    const note = async (operation: Operation, expected: 'ok' | 'rejected') => {
      const said = await ask(player, operation);
      if (said.body.status !== expected)
        contradictions.push(`${playerName(player)} ${nameOf(operation)}: ${JSON.stringify(said.body)}`);
      return { player, operation, said };
    };
    for (let turn = 0; !stopped; turn += 1) {
      const name = `${chapter}-${player}-${turn}`;
      switch (own.roll(10)) {
        case 0:
          // More than anybody has: refused, and refused again whenever it is repeated.
          repeatable.push(await note(bet(name, 10 * START_CENTS), 'rejected'));
          break;
        case 1:
        case 2:
          await note(bet(name, 100), 'ok');
          repeatable.push(await note(refund(name), 'ok'));
          break;
        case 3:
        case 4:
          if (repeatable.length > 0) await repeat(own.pick(repeatable));
          break;
        default:
          repeatable.push(await note(bet(name, 100 + own.roll(400)), 'ok'));
          repeatable.push(await note(win(name, 1 + own.roll(600)), 'ok'));
      }
    }
  };

  return {
    send,
    ask,
    play: (chapter) => {
      stopped = false;
      const playing = Promise.all(
        Array.from({ length: order.players }, async (_none, player) => story(player, chapter)),
      );
      playing.catch(() => undefined);
      return {
        stop: async () => {
          stopped = true;
          await playing;
        },
      };
    },
    acknowledged: () => acknowledged,
    unclear: () => unclear,
    balance,
    contradictions,
    close: () => agent.destroy(),
  };
}

export function isDefinite({ status, body }: Said): boolean {
  if (body.status === 'ok' || body.status === 'rejected') return true;
  // Anything but "ask again" would tell an aggregator something that is not so.
  if (status >= 500) return false;
  throw new Error(`an answer that must never be given to a genuine request: ${status} ${JSON.stringify(body)}`);
}

/** What an acknowledged operation moved; a refund gives back what its bet took, which here is always 1.00. */
function centsOf(operation: Operation, said: Said): number {
  if (operation.kind === 'rollback') return said.body.status === 'ok' ? 100 : 0;
  if (operation.kind !== 'bet' && operation.kind !== 'win') return 0;
  return Number(operation.amount.unscaled) * (operation.kind === 'bet' ? -1 : 1);
}

export function nameOf(operation: Operation): string {
  return operation.kind === 'close' ? `close ${operation.round}` : operation.id;
}

interface Way {
  readonly agent: http.Agent;
  readonly port: number;
  readonly patienceMs: number;
}

async function post({ agent, port, patienceMs }: Way, player: number, operation: Operation): Promise<Said | null> {
  const { headers, body } = mirror.say(
    {
      kind: 'money',
      player: { kind: 'id', player: playerId(playerName(player)) },
      session: sessionId(sessionName(player)),
      currency: CURRENCY,
      game: gameCode(GAME),
      provider: null,
      requestId: null,
      operations: [operation],
    },
    0,
  );
  return new Promise((resolve) => {
    const options = { agent, port, host: '127.0.0.1', path: `/callbacks/${AGGREGATOR}`, method: 'POST' };
    const request = http.request(
      { ...options, timeout: patienceMs, headers: { ...headers, 'content-length': body.byteLength } },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', () => resolve(null));
        response.on('close', () => (response.complete ? undefined : resolve(null)));
        response.on('end', () =>
          resolve(read(response.statusCode ?? 0, Buffer.concat(parts).toString(), response.complete)),
        );
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
    request.end(body);
  });
}

function read(status: number, text: string, isComplete: boolean): Said | null {
  return isComplete ? { status, body: JSON.parse(text) } : null;
}
