/**
 * Requests, built and signed before the clock starts: an aggregator's work is not what is measured. The mirror of the
 * generic dialect says and signs them, so they are what a real aggregator would send, byte for byte.
 */
import { openNamedDialect } from '../../src/dialects/index.ts';
import { SAFE_POLICY, externalId, gameCode, playerId, roundId, sessionId } from '../../src/wallet/index.ts';
import type { Bet, MoneyCall, Operation, Win } from '../../src/wallet/index.ts';
import { currencies } from '../../src/money/index.ts';
import { AGGREGATOR, AGGREGATOR_SETTINGS, CURRENCY, GAME, playerName, sessionName } from '../names.ts';

/** One request and what it moves once it is acknowledged. */
export interface Shot {
  readonly request: Buffer;
  readonly cents: number;
}

export interface Round {
  readonly bet: Shot;
  /** null where only bets are sent */
  readonly win: Shot | null;
}

export interface RoundsOrder {
  /** makes ids that no other run has used */
  readonly run: string;
  readonly from: number;
  readonly count: number;
  readonly wins: boolean;
  /** the player of the n-th round */
  readonly playerOf: (n: number) => number;
}

const STAKE_CENTS = 100;
/** A slot that returns 95 % in the end; every win is more than nothing, so every one is booked in full. */
const WINS_CENTS = [20, 50, 80, 230] as const;

const opened = openNamedDialect('generic', AGGREGATOR_SETTINGS, SAFE_POLICY, currencies({ [CURRENCY]: { scale: 2 } }));
if (opened.kind === 'problem') throw new Error(`defect: ${opened.message}`);
const { mirror } = opened;

const sessions = new Map<number, string>();

/** Rounds `from` to `from + count - 1`. */
export function buildRounds(order: RoundsOrder): readonly Round[] {
  const rounds: Round[] = [];
  for (let n = order.from; n < order.from + order.count; n += 1) {
    const player = order.playerOf(n);
    const name = `${order.run}-${String(n).padStart(9, '0')}`;
    const winCents = WINS_CENTS[n % WINS_CENTS.length] ?? 0;
    rounds.push({
      bet: shot(player, betOf(name), -STAKE_CENTS),
      win: order.wins ? shot(player, winOf(name, winCents), winCents) : null,
    });
  }
  return rounds;
}

function betOf(name: string): Bet {
  return {
    kind: 'bet',
    id: externalId(`bet-${name}`),
    round: roundId(`round-${name}`),
    amount: { unscaled: BigInt(STAKE_CENTS / 100), scale: 0 },
    flavour: 'cash',
    combined: false,
    closesRound: false,
  };
}

function winOf(name: string, cents: number): Win {
  return {
    kind: 'win',
    id: externalId(`win-${name}`),
    round: roundId(`round-${name}`),
    bet: externalId(`bet-${name}`),
    amount: { unscaled: BigInt(cents), scale: 2 },
    flavour: 'win',
    combined: false,
    closesRound: true,
  };
}

function shot(player: number, operation: Operation, cents: number): Shot {
  const call: MoneyCall = {
    kind: 'money',
    player: { kind: 'id', player: playerId(playerName(player)) },
    session: sessionId(sessionOf(player)),
    currency: CURRENCY,
    game: gameCode(GAME),
    provider: null,
    requestId: null,
    operations: [operation],
  };
  const said = mirror.say(call, 0);
  const headers = Object.entries(said.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST /callbacks/${AGGREGATOR} HTTP/1.1\r\nhost: 127.0.0.1\r\n${headers.join('')}content-length: ${said.body.byteLength}\r\n\r\n`;
  return { request: Buffer.concat([Buffer.from(head, 'latin1'), said.body]), cents };
}

function sessionOf(player: number): string {
  const known = sessions.get(player);
  if (known !== undefined) return known;
  const made = sessionName(player);
  sessions.set(player, made);
  return made;
}
