import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decimalOf } from '../../src/money/index.ts';
import { openOutbox } from '../../src/sandbox/outbox.ts';
import type { Owed, OwedOperation } from '../../src/sandbox/outbox.ts';
import { externalId, gameCode, playerId, roundId, sessionId } from '../../src/wallet/ids.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'croupier-outbox-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const owed = (operation: OwedOperation): Owed => ({
  id: operation.id,
  label: `${operation.kind} ${operation.id}`,
  sinceMs: 1_700_000_000_000,
  call: {
    kind: 'money',
    player: { kind: 'id', player: playerId('Zoë "1"\n') },
    session: sessionId('s'),
    currency: 'BTC',
    game: gameCode('g'),
    provider: null,
    requestId: null,
    operations: [operation],
  },
});
const round = roundId('r-1');
const win = owed({
  kind: 'win',
  id: externalId('w-1'),
  round,
  bet: externalId('b-1'),
  amount: decimalOf(123_456_789n, 8),
  flavour: 'win',
  combined: false,
  closesRound: true,
});
const refund = owed({
  kind: 'rollback',
  id: externalId('f-1'),
  target: { kind: 'bet', id: externalId('b-1') },
  round,
  amount: null,
  closesRound: false,
});

describe('the outbox', () => {
  it('gives back after a restart exactly what was open', () => {
    const outbox = openOutbox(dir);
    expect(outbox.open).toEqual([]);
    outbox.write({ add: refund });
    outbox.write({ add: win, done: refund.id });
    expect(openOutbox(dir).open).toEqual([win]);
    expect(openOutbox(dir).open).toEqual([win]);
    outbox.write({ done: win.id });
  });

  it('swaps the refund for the win in one line, so that a crash leaves one of the two', () => {
    const outbox = openOutbox(dir);
    outbox.write({ add: refund });
    outbox.write({ add: win, done: refund.id });
    const file = path.join(dir, 'outbox.jsonl');
    const text = readFileSync(file, 'utf8');
    const [first = '', second = ''] = text.split('\n');
    for (let cut = 0; cut <= second.length; cut += 1) {
      rmSync(file);
      appendFileSync(file, `${first}\n${second.slice(0, cut)}`);
      expect(openOutbox(dir).open, `cut after ${cut}`).toEqual([cut === second.length ? win : refund]);
    }
  });

  it('keeps nothing without a directory', () => {
    const outbox = openOutbox(null);
    outbox.write({ add: win });
    expect(outbox.open).toEqual([]);
  });
});
