/**
 * What the sandbox may still owe the operator, on disk, so that a crash loses nobody's money: the refund of a stake is written
 * before the bet is sent, and one line swaps it for the win. One line is one change, appended; a line that a crash cut short
 * never happened. Rewritten at start with what is still open.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { formatDecimal, isProblem, parseDecimal } from '../money/index.ts';
import type { MoneyCall, Operation } from '../wallet/call.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../wallet/ids.ts';

/** A win, or the rollback of a bet: the two things a slot can owe. */
export type OwedOperation = Extract<Operation, { kind: 'win' | 'rollback' }>;

export interface Owed {
  readonly id: string;
  readonly label: string;
  readonly sinceMs: number;
  readonly call: MoneyCall & { readonly operations: readonly [OwedOperation] };
}

export interface Change {
  readonly add?: Owed;
  readonly done?: string;
}

export interface Outbox {
  /** what was open at the last stop */
  readonly open: readonly Owed[];
  readonly write: (change: Change) => void;
}

const owedSchema = z.object({
  id: z.string(),
  label: z.string(),
  since_ms: z.number(),
  player: z.string(),
  session: z.string().nullable(),
  currency: z.string().nullable(),
  game: z.string().nullable(),
  provider: z.string().nullable(),
  kind: z.enum(['win', 'rollback']),
  round: z.string().nullable(),
  bet: z.string(),
  amount: z.string().nullable(),
  closes: z.boolean(),
});
type OwedLine = z.output<typeof owedSchema>;
const lineSchema = z.object({ add: owedSchema.optional(), done: z.string().optional() });

/** Without a directory nothing is kept beyond the process. */
export function openOutbox(dir: string | null): Outbox {
  if (dir === null) return { open: [], write: () => undefined };
  mkdirSync(dir, { recursive: true });
  const file = path.join(dir, 'outbox.jsonl');
  const open = existsSync(file) ? readOpen(readFileSync(file, 'utf8')) : [];
  // Renamed into place, so that a crash in this moment loses nothing either.
  writeFileSync(`${file}.new`, open.map((owed) => textOf({ add: owed })).join(''), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return { open, write: (change) => appendFileSync(file, textOf(change)) };
}

function textOf({ add, done }: Change): string {
  return `${JSON.stringify({ ...(add === undefined ? {} : { add: lineOf(add) }), ...(done === undefined ? {} : { done }) })}\n`;
}

function readOpen(text: string): readonly Owed[] {
  const open = new Map<string, Owed>();
  for (const each of text.split('\n')) {
    if (each === '') continue;
    const parsed = lineSchema.safeParse(parseLine(each));
    if (!parsed.success) continue;
    const owed = parsed.data.add === undefined ? null : owedOf(parsed.data.add);
    if (owed !== null) open.set(owed.id, owed);
    if (parsed.data.done !== undefined) open.delete(parsed.data.done);
  }
  return [...open.values()];
}

function lineOf({ id, label, sinceMs, call }: Owed): OwedLine {
  const [operation] = call.operations;
  if (call.player.kind !== 'id') throw new Error('defect: the sandbox names players by id');
  const bet = operation.kind === 'win' ? operation.bet : operation.target.kind === 'bet' ? operation.target.id : null;
  if (bet === null) throw new Error('defect: what the sandbox owes belongs to a bet');
  return {
    id,
    label,
    since_ms: sinceMs,
    player: call.player.player,
    session: call.session,
    currency: call.currency,
    game: call.game,
    provider: call.provider,
    kind: operation.kind,
    round: operation.round,
    bet,
    amount: operation.amount === null ? null : formatDecimal(operation.amount),
    closes: operation.closesRound,
  };
}

function owedOf(line: OwedLine): Owed | null {
  const amount = line.amount === null ? null : parseDecimal(line.amount);
  if (amount !== null && isProblem(amount)) return null;
  const common = {
    id: externalId(line.id),
    round: line.round === null ? null : roundId(line.round),
    closesRound: line.closes,
  };
  const bet = externalId(line.bet);
  if (line.kind === 'win' && amount === null) return null;
  const operation: OwedOperation =
    line.kind === 'win' && amount !== null
      ? { ...common, kind: 'win', bet, amount, flavour: 'win', combined: false }
      : { ...common, kind: 'rollback', target: { kind: 'bet', id: bet }, amount };
  return {
    id: line.id,
    label: line.label,
    sinceMs: line.since_ms,
    call: {
      kind: 'money',
      player: { kind: 'id', player: playerId(line.player) },
      session: line.session === null ? null : sessionId(line.session),
      currency: line.currency,
      game: line.game === null ? null : gameCode(line.game),
      provider: line.provider,
      requestId: null,
      operations: [operation],
    },
  };
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
