/**
 * Reading the inbox: whose round an event speaks of, and which rounds have to be judged again. What cannot be understood is set
 * aside with the reason and keeps nobody waiting. Moves no money and judges nothing.
 */
import { shardOf } from '../ledger/index.ts';
import { externalId, playerId, sessionId } from '../wallet/index.ts';
import type { PlayerId } from '../wallet/index.ts';
import type { SettlementSummary } from '../dialects/dialect.ts';
import { markRounds, noteFailure, selectRoundsOfEvents, takeNew, updateRead } from './inbox-store.ts';
import type { ReadEvent, StoredEvent } from './inbox-store.ts';
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

  const readBatch = async (limit: number): Promise<{ taken: readonly StoredEvent[]; error: Error | null }> => {
    let taken: readonly StoredEvent[] = [];
    try {
      await sql.begin(async (tx) => {
        taken = await takeNew(tx, limit);
        const read: ReadEvent[] = [];
        for (const event of taken) read.push(await readOne(options, known.get(event.aggregator) ?? null, event));
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
    const { taken, error } = await readBatch(batch);
    if (error === null) return taken.length;
    if (taken.length === 0) throw error;
    // One of them is the cause, or the database is away: alone each either passes or is counted.
    log.warn(
      { err: error, events: taken.length },
      'a batch of settlement events could not be read; they are read one by one',
    );
    let failed: Error | null = null;
    let done = 0;
    for (let each = 0; each < taken.length; each += 1) {
      const alone = await readBatch(1);
      const [event] = alone.taken;
      if (alone.error === null) {
        done += 1;
        continue;
      }
      failed = alone.error;
      if (event === undefined) break;
      await noteFailure(sql, event, 'could not be read; the log has the reason', TRIES);
    }
    if (failed !== null && done === 0) throw failed;
    return taken.length;
  };
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
