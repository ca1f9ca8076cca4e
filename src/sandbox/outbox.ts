/**
 * What the sandbox still owes the operator, on disk: a win or rollback that was not answered survives a restart. One line
 * per fact, appended; rewritten at start with what is still open.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { OutboundRequest } from '../dialects/dialect.ts';

export interface Owed {
  readonly id: string;
  readonly label: string;
  readonly sinceMs: number;
  readonly request: OutboundRequest;
}

export interface Outbox {
  /** what was open at the last stop */
  readonly open: readonly Owed[];
  readonly owe: (owed: Owed) => void;
  readonly done: (id: string) => void;
}

const line = z.union([
  z.object({
    id: z.string(),
    label: z.string(),
    since_ms: z.number(),
    request: z.object({ method: z.string(), path: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }),
  }),
  z.object({ done: z.string() }),
]);

/** Without a directory nothing is kept beyond the process. */
export function openOutbox(dir: string | null): Outbox {
  if (dir === null) return { open: [], owe: () => undefined, done: () => undefined };
  mkdirSync(dir, { recursive: true });
  const file = path.join(dir, 'outbox.jsonl');
  const open = existsSync(file) ? readOpen(readFileSync(file, 'utf8')) : [];
  writeFileSync(file, open.map(lineOf).join(''), { mode: 0o600 });
  return {
    open,
    owe: (owed) => appendFileSync(file, lineOf(owed)),
    done: (id) => appendFileSync(file, `${JSON.stringify({ done: id })}\n`),
  };
}

function lineOf({ id, label, sinceMs, request }: Owed): string {
  const body = Buffer.from(request.body).toString('base64');
  return `${JSON.stringify({ id, label, since_ms: sinceMs, request: { ...request, body } })}\n`;
}

function readOpen(text: string): readonly Owed[] {
  const open = new Map<string, Owed>();
  for (const each of text.split('\n')) {
    if (each === '') continue;
    const parsed = line.safeParse(parseLine(each));
    // A line that a crash cut short is no fact.
    if (!parsed.success) continue;
    if ('done' in parsed.data) {
      open.delete(parsed.data.done);
    } else {
      const { id, label, since_ms: sinceMs, request } = parsed.data;
      open.set(id, { id, label, sinceMs, request: { ...request, body: Buffer.from(request.body, 'base64') } });
    }
  }
  return [...open.values()];
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
