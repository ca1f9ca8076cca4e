import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GENERIC_REPORT } from '../../src/dialects/generic/report.ts';
import type { ReportMapping } from '../../src/dialects/index.ts';
import { keepClaims, readReport, reconcile } from '../../src/settlement/index.ts';
import { csvFields } from '../../src/wire/index.ts';
import type { PlayerId } from '../../src/wallet/index.ts';
import { CURRENCIES } from '../support/ledger.ts';
import { bet, undo, win } from '../support/act.ts';
import { clearOfMidnight } from '../support/wait.ts';
import { stage } from './stage.ts';
import type { Stage } from './stage.ts';

const CLI = path.resolve(import.meta.dirname, '../../dist/cli.js');

async function* chunks(text: string, size = 7): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function read(text: string, mapping: ReportMapping = GENERIC_REPORT) {
  const lines = [];
  for await (const line of readReport(chunks(text), mapping, CURRENCIES)) lines.push(line);
  return lines;
}

describe('a report', () => {
  it('is CSV with quotes, line ends of any kind and a byte order mark', async () => {
    const lines = await read(
      '\uFEFFtransaction_id,kind,amount,round_id,player_id,status\r\n"b,1",bet,"3.00",r1,"An ""A"" na",ok\r\n\r\nw1,jackpot,1.5,"r\n1",ann,\r\n',
    );
    expect(lines).toMatchObject([
      {
        kind: 'line',
        line: 2,
        player: 'An "A" na',
        round: 'r1',
        transaction: { id: 'b,1', kind: 'bet', status: 'ok' },
      },
      { kind: 'unread', line: 4, problem: 'round_id: is no id' },
    ]);
    expect(csvFields('a;;"b;c";', ';')).toEqual(['a', '', 'b;c', '']);
    expect(csvFields('a"b', ',')).toBeNull();
    expect(csvFields('"a"b', ',')).toBeNull();
  });

  it('is JSON lines, digit by digit', async () => {
    const lines = await read(
      '{"transaction_id":12345678901234567890,"kind":"win","amount":90071992547409.93,"round_id":"r"}\nnonsense\n{"transaction_id":"x","kind":"bet"}',
      { ...GENERIC_REPORT, format: 'jsonl' },
    );
    expect(lines).toMatchObject([
      { kind: 'line', transaction: { id: '12345678901234567890', amount: { unscaled: 9007199254740993n, scale: 2 } } },
      { kind: 'unread', line: 2, problem: 'is no JSON object' },
      { kind: 'unread', line: 3, problem: 'amount: is missing' },
    ]);
  });

  it('is read in the words of a mapping, and a word it does not know is told and not guessed', async () => {
    const mapping: ReportMapping = {
      ...GENERIC_REPORT,
      separator: ';',
      amounts: 'minor',
      columns: { ...GENERIC_REPORT.columns, id: 'TxId', kind: 'Type', amount: 'Cents', currency: 'Ccy' },
      kinds: { DEBIT: 'bet', CREDIT: 'win' },
      statuses: { '': 'ok', CANCELLED: 'rolled_back' },
    };
    const lines = await read(
      'TxId;Type;Cents;Ccy;status\n1;DEBIT;100;USD;CANCELLED\n2;FEE;1;USD;\n3;CREDIT;5;ZZZ;\n4;CREDIT;1.5;USD;\n5;CREDIT;-1;USD;\n6;CREDIT;1;USD;constructor',
      mapping,
    );
    expect(lines).toMatchObject([
      { kind: 'line', transaction: { kind: 'bet', amount: { unscaled: 1n, scale: 0 }, status: 'rolled_back' } },
      { kind: 'unread', problem: 'Type: a word the mapping does not know' },
      { kind: 'unread', problem: 'Cents: counts smallest units of a currency that is not configured' },
      { kind: 'unread', problem: 'Cents: is no whole number of smallest units' },
      { kind: 'unread', problem: 'Cents: is below zero' },
      { kind: 'unread', problem: 'status: a word the mapping does not know' },
    ]);
  });

  it('without line ends is cut off and told', async () => {
    expect(await read(`transaction_id,kind,amount\n${'x'.repeat(300_000)}`, GENERIC_REPORT)).toMatchObject([
      { kind: 'unread', line: 2, problem: 'is too long' },
    ]);
  });
});

describe('reconciling a report with the book', () => {
  let at: Stage;
  let player: PlayerId;
  let day = '';
  beforeAll(async () => {
    await clearOfMidnight(60_000);
    day = new Date().toISOString().slice(0, 10);
    at = await stage();
    player = await at.table.player('USD', '1000.00');
    for (const n of [1, 2, 3]) {
      await at.play(player, bet(`b${n}`, { round: `r${n}`, amount: '3' }));
      await at.play(player, win(`w${n}`, { round: `r${n}`, bet: `b${n}`, amount: '1.5', closes: true }));
    }
    await at.play(player, bet('b4', { round: 'r4', amount: '2' }));
    await at.play(player, undo('u4', 'bet', 'b4'));
  });
  afterAll(async () => at[Symbol.asyncDispose]());

  const compare = async (text: string, whole = false) =>
    reconcile(readReport(chunks(text), GENERIC_REPORT, CURRENCIES), {
      aggregator: 'acme',
      source: 'report',
      origin: 'day.csv',
      ledger: at.options.ledger,
      currencies: CURRENCIES,
      nowMs: at.clock.now(),
      span: whole
        ? { fromMs: Date.parse(`${day}T00:00:00Z`), toMs: Date.parse(`${day}T00:00:00Z`) + 86_400_000 }
        : null,
    });
  const HEAD = 'transaction_id,kind,amount,currency,round_id,player_id,bet_transaction_id,status\n';
  const all = () =>
    `${HEAD}${[1, 2, 3].map((n) => `b${n},bet,3.00,USD,r${n},${player},,ok\nw${n},win,1.50,USD,r${n},${player},b${n},ok\n`).join('')}`;

  it('agrees when all is equal, whole or not', async () => {
    expect(await compare(all(), true)).toMatchObject({ lines: 6, differences: [], unread: [] });
    expect((await compare(`${all()}b4,bet,2.00,USD,r4,${player},,rolled_back\n`)).differences).toEqual([]);
  });

  it('tells each way in which a transaction may differ', async () => {
    const { differences } = await compare(
      `${HEAD}b1,bet,4.00,USD,r1,${player},,ok\nw1,win,1.00,USD,r1,${player},b1,ok\nw2,win,1.50,USD,r2,${player},b2,failed\nb9,bet,1.00,USD,r9,${player},,ok\nb3,bet,3.00,USD,r3,${player},,rolled_back\nw9,win,5,USD,r3,${player},b3,ok\nb2,bet,3,EUR,r2,bert,,ok\n`,
    );
    expect(differences.map((each) => `${each.kind} ${each.transactionId} ${each.claimed}/${each.booked}`)).toEqual([
      'BET_AMOUNT b1 4/3',
      'WIN_AMOUNT w1 1/1.5',
      'PLAYER_MISMATCH b2 3/null',
      'WIN_EXTRA w2 0/1.5',
      'ROLLBACK_MISSING b3 0/3',
      'WIN_MISSING w9 5/0',
      'BET_MISSING b9 1/0',
    ]);
  });

  it('finds player and round by the book where the report has neither', async () => {
    const { differences } = await compare('transaction_id,kind,amount\nb1,bet,3\nw1,win,2\n');
    expect(differences).toMatchObject([{ kind: 'WIN_AMOUNT', player, round: 'r1', claimed: '2', booked: '1.5' }]);
  });

  it('tells what a whole day’s report lacks', async () => {
    const text = all()
      .replace(/^w2.*\n/m, '')
      .replace(/^b3.*\n/m, '');
    expect((await compare(text)).differences).toEqual([]);
    expect((await compare(text, true)).differences.map((each) => `${each.kind} ${each.transactionId}`)).toEqual([
      'WIN_EXTRA w2',
      'BET_EXTRA b3',
    ]);
  });

  it('kept as evidence is judged like any other source, once', async () => {
    const { claims } = await compare(`${HEAD}w1,win,2.50,USD,r1,${player},b1,ok\n`);
    expect(await keepClaims(at.options.sql, claims, at.clock.now())).toBe(1);
    expect(await keepClaims(at.options.sql, claims, at.clock.now())).toBe(0);
    await at.settle();
    const [found] = await at.discrepancies(player);
    expect(found).toMatchObject({
      kind: 'WIN_AMOUNT',
      transactionId: 'w1',
      evidence: [{ source: 'report', reference: 'day.csv' }],
    });
  });

  it('asserting one transaction twice with different facts is told', async () => {
    const { differences } = await compare(
      `${HEAD}w1,win,1.50,USD,r1,${player},b1,ok\nw1,win,9.00,USD,r1,${player},b1,ok\n`,
    );
    expect(differences.map((each) => each.kind)).toContain('EVENT_CONFLICT');
  });

  it('is a command that prints what differs and exits 1, and 0 when nothing does', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'croupier-reconcile-'));
    const config = path.join(dir, 'croupier.yaml');
    writeFileSync(
      config,
      `currencies: { USD: { scale: 2 } }
aggregators:
  - name: acme
    dialect: generic
    catalogue: { url: "http://127.0.0.1:1/games", api_key: one-key-of-the-catalogue }
    launch: { url: "http://127.0.0.1:1/launch", secret: another-secret-of-launches }
    callbacks: { signing_secrets: [a-third-secret-of-callbacks] }
`,
    );
    const run = async (text: string, ...more: readonly string[]) => {
      const file = path.join(dir, 'day.csv');
      writeFileSync(file, text);
      return new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const args = [CLI, 'reconcile', '--config', config, '--aggregator', 'acme', '--file', file, ...more];
        const child = execFile(
          process.execPath,
          args,
          { env: { ...process.env, DATABASE_URL: at.table.url } },
          (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
        );
      });
    };
    expect(await run(all())).toMatchObject({
      code: 0,
      out: '6 transactions compared: the book agrees with all of them.\n',
    });
    const wrong = await run(`${HEAD}w1,win,9,USD,r1,${player},b1,ok\nx,fee,1,USD,r1,${player},,ok\n`);
    expect(wrong.code).toBe(1);
    expect(wrong.out).toContain(
      `WIN_AMOUNT win w1 (round r1, player ${player}): theirs 9, ours 1.5 USD. The wins differ.`,
    );
    expect(wrong.out).toContain('line 3: not understood: kind: a word the mapping does not know');
    expect(await run(all(), '--day', 'yesterday')).toMatchObject({ code: 1, err: expect.stringContaining('--day') });
    rmSync(dir, { recursive: true });
  });
});
