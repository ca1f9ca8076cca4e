/** Settlement events about rounds that the bench has filled its book with: built and signed before the clock starts. */
import { openNamedDialect } from '../../src/dialects/index.ts';
import { currencies } from '../../src/money/index.ts';
import { SAFE_POLICY } from '../../src/wallet/index.ts';
import { AGGREGATOR, AGGREGATOR_SETTINGS, CURRENCY, GAME, playerName } from '../names.ts';
import type { Round } from './requests.ts';

export interface EventsOrder {
  /** makes ids that no other run has used */
  readonly run: string;
  readonly from: number;
  readonly count: number;
  readonly players: number;
  readonly atMs: number;
}

const opened = openNamedDialect('generic', AGGREGATOR_SETTINGS, SAFE_POLICY, currencies({ [CURRENCY]: { scale: 2 } }));
if (opened.kind === 'problem') throw new Error(`defect: ${opened.message}`);
const { mirror } = opened;
const ONE = { unscaled: 1n, scale: 0 };
const NONE = { unscaled: 0n, scale: 0 };

/** One event a round, each true: a stake of 1.00 and a win of 1.00. */
export function buildEvents({ run, from, count, players, atMs }: EventsOrder): readonly Round[] {
  return Array.from({ length: count }, (_none, index) => {
    const n = from + index;
    const about = { status: 'ok', free: false, amount: ONE } as const;
    const said = mirror.sayWebhook(
      {
        kind: 'settlement',
        eventId: `${run}-${n}`,
        version: 1,
        final: true,
        complete: true,
        occurredAtMs: atMs,
        round: `round-book-${n}`,
        session: null,
        player: playerName(n % players),
        mode: null,
        game: GAME,
        currency: CURRENCY,
        totals: { bet: ONE, win: ONE, refund: NONE },
        transactions: [
          { ...about, kind: 'bet', id: `bet-book-${n}`, bet: null },
          { ...about, kind: 'win', id: `win-book-${n}`, bet: `bet-book-${n}` },
        ],
      },
      0,
    );
    const headers = Object.entries(said.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `POST /webhooks/${AGGREGATOR}${said.path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers.join('')}content-length: ${said.body.byteLength}\r\n\r\n`;
    return { bet: { request: Buffer.concat([Buffer.from(head, 'latin1'), said.body]), cents: 0 }, win: null };
  });
}
