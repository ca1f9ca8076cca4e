/**
 * What stands behind a peer's HTTP server: nothing (the ceiling), an ordinary transaction, or an ordinary transaction
 * between a Redis GET and a Redis SET. Each answers a decoded call; none knows of HTTP.
 */
import { isProblem, toUnits } from '../../src/money/index.ts';
import { closeDatabase, openDatabase } from '../../src/platform/index.ts';
import { externalId, transactionId } from '../../src/wallet/index.ts';
import type { Call, Outcome } from '../../src/wallet/index.ts';
import { CURRENCY, START_CENTS } from '../names.ts';
import { book } from './ordinary-store.ts';
import type { Booked, Movement } from './ordinary-store.ts';
import { openRedis } from './redis.ts';

export type PeerName = 'ceiling' | 'ordinary' | 'redis';
export type PeerOutcome = Exclude<Outcome, { kind: 'stale' | 'parked' | 'unpriced' }>;

export interface Peer {
  readonly answer: (call: Call) => Promise<PeerOutcome>;
  readonly close: () => Promise<void>;
}

const POOL = 16;
const REMEMBERED_SECONDS = 86_400;

export async function openPeer(
  name: PeerName,
  places: { readonly databaseUrl: string | null; readonly redisPort: number | null },
): Promise<Peer> {
  if (name === 'ceiling') return { answer: async () => CONSTANT, close: async () => undefined };
  if (places.databaseUrl === null) throw new Error(`${name} needs a database`);
  const sql = openDatabase({ url: places.databaseUrl, max: POOL, applicationName: `bench-${name}` });
  const ordinary = async (call: Call): Promise<PeerOutcome> => {
    const move = movementOf(call);
    return outcomeOf(move, await book(sql, move));
  };
  if (name === 'ordinary') return { answer: ordinary, close: async () => closeDatabase(sql) };
  if (places.redisPort === null) throw new Error('the Redis pattern needs Redis');
  const redis = await openRedis(places.redisPort);
  return {
    answer: async (call) => {
      const move = movementOf(call);
      const key = `${move.kind}:${move.externalId}`;
      const known = await redis.get(key);
      if (known !== null) {
        const [id = '', balance = '0'] = known.split(' ');
        return outcomeOf(move, { kind: 'applied', id, balance: BigInt(balance), duplicate: true });
      }
      const booked = await book(sql, move);
      if (booked.kind === 'applied') await redis.set(key, `${booked.id} ${booked.balance}`, REMEMBERED_SECONDS);
      return outcomeOf(move, booked);
    },
    close: async () => {
      redis.close();
      await closeDatabase(sql);
    },
  };
}

function movementOf(call: Call): Movement {
  const operation = call.kind === 'money' ? call.operations[0] : undefined;
  if (operation === undefined || (operation.kind !== 'bet' && operation.kind !== 'win') || call.player.kind !== 'id')
    throw new Error('a peer knows bets and wins only');
  const units = toUnits(operation.amount, 2);
  if (isProblem(units)) throw new Error('a peer was sent an amount it cannot hold');
  return {
    kind: operation.kind,
    externalId: operation.id,
    player: call.player.player,
    round: operation.round ?? '',
    cents: Number(units),
  };
}

function outcomeOf(move: Movement, booked: Booked): PeerOutcome {
  if (booked.kind !== 'applied') {
    const message = 'The bet is refused.';
    return { kind: 'rejected', refusal: booked.kind, field: null, message, duplicate: false, id: null, balance: null };
  }
  return {
    kind: 'applied',
    duplicate: booked.duplicate,
    results: [
      {
        id: transactionId(booked.id),
        externalId: externalId(move.externalId),
        duplicate: booked.duplicate,
        target: null,
        effective: true,
      },
    ],
    balance: { units: booked.balance, scale: 2, currency: CURRENCY },
  };
}

const CONSTANT: PeerOutcome = {
  kind: 'applied',
  duplicate: false,
  results: [
    {
      id: transactionId('01890000-0000-7000-8000-000000000002'),
      externalId: externalId('constant'),
      duplicate: false,
      target: null,
      effective: true,
    },
  ],
  balance: { units: BigInt(START_CENTS), scale: 2, currency: CURRENCY },
};
