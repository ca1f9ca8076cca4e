/**
 * Reading the inbox: whose round an event speaks of, and which rounds have to be judged again. What cannot be understood is set
 * aside with the reason and keeps nobody waiting. Moves no money and judges nothing.
 */
import { shardOf, Uncertain } from '../ledger/index.ts';
import { externalId, playerId, sessionId } from '../wallet/index.ts';
import type { PlayerId } from '../wallet/index.ts';
import type { SettlementSummary } from '../dialects/dialect.ts';
import type { DatabaseTransaction } from '../platform/index.ts';
import { markRounds, noteFailure, selectRoundsOfEvents, takeNew, takeOne, updateRead } from './inbox-store.ts';
import type { ReadEvent, StoredEvent } from './inbox-store.ts';
import { breaths } from './breath.ts';
import type { SettlementAggregator, SettlementOptions } from './ports.ts';

/** A batch's transaction is short, so that nobody waits long for its rows. */
const BATCH = 200;
/** an event whose reading fails so often for another reason than its content is set aside, too */
const TRIES = 5;

export type Reader = (batch?: number) => Promise<number>;

/** Reads the oldest unread events; says how many it took. */
export function createReader(options: SettlementOptions): Reader {
  const { sql, clock, log } = options;
  const known = new Map<string, SettlementAggregator>(options.aggregators.map((each) => [each.name, each]));

  const readBatch = async (
    take: (tx: DatabaseTransaction) => Promise<readonly StoredEvent[]>,
  ): Promise<{ taken: readonly StoredEvent[]; error: Error | null }> => {
    let taken: readonly StoredEvent[] = [];
    try {
      await sql.begin(async (tx) => {
        taken = await take(tx);
        const read: ReadEvent[] = [];
        const breathe = breaths(clock);
        for (const event of taken) {
          await breathe();
          read.push(await readOne(options, known.get(event.aggregator) ?? null, event));
        }
        await updateRead(tx, read);
        const nowMs = clock.now();
        await markRounds(
          tx,
          await selectRoundsOfEvents(
            tx,
            read.map((each) => each.event),
          ),
          nowMs,
        );
      });
      return { taken, error: null };
    } catch (error) {
      return {
        taken,
        error: error instanceof Error ? error : new Error('settlement events could not be read', { cause: error }),
      };
    }
  };

  return async (batch = BATCH) => {
    const { taken, error } = await readBatch(async (tx) => takeNew(tx, batch));
    if (error === null) return taken.length;
    if (taken.length === 0) throw error;
    // One of them is the cause, or something they all need is away.
    log.warn(
      { err: error, events: taken.length },
      'a batch of settlement events could not be read; they are read one by one',
    );
    for (const event of taken) {
      const alone = await readBatch(async (tx) => takeOne(tx, event));
      if (alone.error === null) continue;
      // What is away comes back: no event is blamed for it, and the next turn begins where this one ends.
      if (isAway(alone.error)) throw alone.error;
      log.warn({ err: alone.error, event: event.key }, 'a settlement event could not be read');
      await noteFailure(sql, event, 'could not be read; the log has the reason', TRIES);
    }
    return taken.length;
  };
}

/** PostgreSQL's classes for lost connections, cancelled transactions, locks and servers that stop or are full. */
const AWAY_CLASSES = ['08', '40', '53', '55', '57', '58'];
const AWAY_CODES = /^(?:CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ETIMEDOUT|EAI_|ENOTFOUND|EHOST|ENET)/;

/** True where the cause is not the event but something that all of them need. */
function isAway(error: Error): boolean {
  if (error instanceof Uncertain) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return AWAY_CODES.test(code) || (code.length === 5 && AWAY_CLASSES.includes(code.slice(0, 2)));
}

async function readOne(
  options: SettlementOptions,
  aggregator: SettlementAggregator | null,
  event: StoredEvent,
): Promise<ReadEvent> {
  if (aggregator === null) return poison(event, 'the aggregator is not configured any more');
  const decoded = decode(aggregator, event);
  if (typeof decoded === 'string') return poison(event, decoded);
  const owner = await ownerOf(options, aggregator, decoded);
  const facts = {
    event,
    problem: null,
    session: decoded.session,
    version: decoded.version,
    final: decoded.final,
    occurredAtMs: decoded.occurredAtMs,
  };
  if (owner.kind === 'demo') return { ...facts, state: 'demo', shard: null, player: null, round: null };
  return {
    ...facts,
    state: 'read',
    shard: shardOf(playerId(owner.player)),
    player: owner.player,
    round: decoded.round,
  };
}

/** What a stored event says, or why that cannot be understood. A dialect that throws has met a poison event. */
export function decode(aggregator: Pick<SettlementAggregator, 'open'>, event: StoredEvent): SettlementSummary | string {
  try {
    const decoded = aggregator.open.decodeWebhook('settlement', event.request);
    if (decoded.kind === 'bad_request') return decoded.message;
    switch (decoded.event.kind) {
      case 'settlement':
        return decoded.event;
      case 'settlement_unread':
        return decoded.event.problem;
      case 'catalogue_changed':
      case 'session':
        return 'is no settlement event';
    }
  } catch {
    return 'the dialect failed on it';
  }
}

type Owner = { readonly kind: 'demo' } | { readonly kind: 'player'; readonly player: string };

/** Whose round it is: as the event says, else the session's player, else whoever has one of its transactions; '' for nobody yet. */
async function ownerOf(
  { sessions, ledger }: SettlementOptions,
  { name }: SettlementAggregator,
  summary: SettlementSummary,
): Promise<Owner> {
  if (summary.mode === 'demo') return { kind: 'demo' };
  if (summary.player !== null) return { kind: 'player', player: summary.player };
  const session = summary.session === null ? null : await sessions.get(sessionId(summary.session));
  if (session?.mode === 'demo') return { kind: 'demo' };
  if (session !== null && session.player !== null) return { kind: 'player', player: session.player };
  for (const { id } of summary.transactions?.slice(0, 3) ?? []) {
    const player: PlayerId | null = await ledger.playerOf(name, externalId(id));
    if (player !== null) return { kind: 'player', player };
  }
  return { kind: 'player', player: '' };
}

const poison = (event: StoredEvent, problem: string): ReadEvent => ({
  event,
  state: 'poison',
  problem,
  shard: null,
  player: null,
  round: null,
  session: null,
  version: null,
  final: null,
  occurredAtMs: null,
});
