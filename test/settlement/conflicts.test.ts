/** Ids used again for other facts, from the callback that was refused to the person who is told: real gateway, journal, book. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal, selectRefusedForConflict } from '../../src/gateway/index.ts';
import type { Journal } from '../../src/gateway/index.ts';
import { createMetrics, newId, silentLog } from '../../src/platform/index.ts';
import { transactionId } from '../../src/wallet/index.ts';
import type { PlayerId } from '../../src/wallet/index.ts';
import { stage as gateStage } from '../gateway/stage.ts';
import { HOUR_MS, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

describe('an id that a callback used again for other facts', () => {
  let at: Stage;
  let gate: Awaited<ReturnType<typeof gateStage>>;
  let journal: Journal;
  let ann: PlayerId;
  let ben: PlayerId;
  const pages: number[] = [];

  beforeEach(async () => {
    at = await stage({
      settings: { retentionMs: 24 * HOUR_MS },
      more: {
        refusedForConflict: async (after, limit) => {
          const page = await selectRefusedForConflict(at.sql, after, limit);
          pages.push(page.length);
          return page;
        },
      },
    });
    journal = openJournal({ sql: at.sql, log: silentLog, metrics: createMetrics(), delayMs: 0 });
    const ledger = at.table.ledgerAt();
    gate = await gateStage({
      more: {
        ledger,
        journal,
        ports: {
          session: async () => null,
          sessionFact: () => ({ kind: 'none' }),
          exchanges: { of: () => null, showed: async () => undefined },
          knowsGame: async () => true,
          playerOfTransaction: ledger.playerOf,
          grant: async () => null,
          wallets: ledger.wallets,
          profile: async () => null,
          nextId: () => transactionId(newId()),
        },
      },
    });
    ann = await at.table.player('USD', '10.00');
    ben = await at.table.player('USD', '10.00');
  });
  afterEach(async () => {
    await gate[Symbol.asyncDispose]();
    await at[Symbol.asyncDispose]();
  });

  const told = async (words: string) => (await gate.ask(words)).body;
  const swept = async () => {
    await journal.close();
    // A moment after what was refused.
    at.clock.advance(60_000);
    await at.settlement.sweep();
    await at.settle();
  };

  it('is told with the round whose transaction stands, though the book has no row of it [BET-27, BET-29]', async () => {
    await told(`bet b-1 ${ann} 1.00 r-1`);
    expect(await told(`bet b-1 ${ann} 2.00 r-1`)).toContain('conflict');
    expect(await told(`bet b-1 ${ann} 1.00 r-other`)).toContain('conflict');
    await swept();
    expect(await at.found(ann)).toEqual(['TX_CONFLICT b-1']);
    const [found] = await at.discrepancies(ann);
    expect(found).toMatchObject({ state: 'waiting', weight: 'person', key: { round: 'r-1' } });
    at.clock.advance(HOUR_MS);
    await at.judgeAll();
    expect(await at.found(ann, 'open')).toEqual(['TX_CONFLICT b-1']);
    expect(await at.table.balance(ann)).toBe(900n);
  });

  it('is a matter of security where it named another player, and is told at once [BET-28, WIN-17]', async () => {
    await told(`bet b-2 ${ann} 1.00 r-2`);
    expect(await told(`bet b-2 ${ben} 1.00 r-2`)).toContain('conflict');
    await swept();
    expect(await at.found(ann, 'open')).toEqual(['PLAYER_MISMATCH b-2']);
    expect(await at.found(ben)).toEqual([]);
    expect(await at.table.balance(ben)).toBe(1_000n);
  });

  it('stays until a person accepts it, whatever settles, and is one however often it is sent and read', async () => {
    await told(`bet b-3 ${ann} 1.00 r-3`);
    for (let times = 0; times < 3; times += 1) await told(`bet b-3 ${ann} 3.00 r-3`);
    await swept();
    await at.settlement.sweep();
    await at.tell(summary({ player: ann, round: 'r-3', totals: ['1', '0'], transactions: [said.bet('b-3', '1')] }));
    at.clock.advance(HOUR_MS);
    await at.judgeAll();
    const [found, ...others] = await at.discrepancies(ann);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: 'TX_CONFLICT', state: 'open' });
    const id = found?.id ?? '';
    const reason = 'their first word stands';
    await at.settlement.propose({
      discrepancy: id,
      action: 'accept',
      amount: null,
      reason,
      person: { key: 'k', by: 'Vera' },
    });
    await at.settlement.decide({ discrepancy: id, decision: 'approve', reason, person: { key: 'k', by: 'Otto' } });
    await at.judgeAll();
    expect(await at.found(ann, 'open')).toEqual([]);
    expect(await at.view(ann, 'r-3')).toMatchObject({ state: 'balanced' });
  });

  it('is read again only a little: from a while before the last one that is known', async () => {
    await told(`bet b-4 ${ann} 1.00 r-4`);
    await told(`bet b-4 ${ann} 4.00 r-4`);
    await swept();
    at.clock.advance(HOUR_MS);
    await at.settlement.sweep();
    pages.length = 0;
    await at.settlement.sweep();
    expect(pages).toEqual([0]);
  });

  it('is gone with the other facts of its round, when they are old enough', async () => {
    await told(`bet b-5 ${ann} 1.00 r-5`);
    await told(`bet b-5 ${ann} 5.00 r-5`);
    await told(`win w-5 ${ann} 1.00 r-5`);
    await swept();
    await at.sql`UPDATE discrepancy SET state = 'accepted'`;
    await at.sql`UPDATE round_view SET state = 'balanced', due_at = NULL`;
    at.clock.advance(25 * HOUR_MS);
    await at.settlement.sweep();
    expect(await at.sql`SELECT external_id FROM callback_conflict`).toEqual([]);
  });
});
