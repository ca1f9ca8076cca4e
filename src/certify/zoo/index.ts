/**
 * The zoo: small operators that speak the generic dialect over HTTP. One is correct; every other one is the correct one with
 * exactly one classic mistake, so that the kit can be shown to catch it and to accuse nobody else. They keep everything in
 * memory, listen on 127.0.0.1 only and are good for nothing but being examined.
 */
import { systemClock } from '../../platform/clock.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Pace } from './database.ts';
import { CORRECT } from './habits.ts';
import { AMOUNT_MISTAKES } from './mistakes/amounts.ts';
import { ANSWER_MISTAKES } from './mistakes/answers.ts';
import { IDENTITY_MISTAKES } from './mistakes/identities.ts';
import type { Mistake } from './mistakes/mistake.ts';
import { RACE_MISTAKES } from './mistakes/races.ts';
import { REFUND_MISTAKES } from './mistakes/refunds.ts';
import { SIGNATURE_MISTAKES } from './mistakes/signatures.ts';
import { WIN_MISTAKES } from './mistakes/wins.ts';
import { runOperator } from './operator.ts';
import { castOf } from './world.ts';
import type { ZooCast } from './world.ts';

export type { Mistake } from './mistakes/mistake.ts';
export type { Pace } from './database.ts';
export type { ZooCast } from './world.ts';

/** The name of the operator without a mistake. */
export const CORRECT_OPERATOR = 'correct';

/** Every broken operator, with what it does, what that costs and which scenarios are there to catch it. */
export const ZOO: readonly Mistake[] = [
  ...SIGNATURE_MISTAKES,
  ...AMOUNT_MISTAKES,
  ...IDENTITY_MISTAKES,
  ...RACE_MISTAKES,
  ...REFUND_MISTAKES,
  ...WIN_MISTAKES,
  ...ANSWER_MISTAKES,
];

export interface ZooOptions {
  /** the current ones; the aggregator signs with any of them */
  readonly signingSecrets?: readonly string[];
  /** the signed bytes are `<X-Timestamp>.<body>`; default: the body alone */
  readonly timestamped?: boolean;
  /** how many players there are */
  readonly players?: number;
  /** what each of them has, in the currency's smallest units */
  readonly balance?: bigint;
  readonly clock?: Clock;
  /** how long each statement of its database takes; default: some milliseconds */
  readonly pace?: Pace;
  /** default: any free one */
  readonly port?: number;
}

export interface Operator {
  readonly name: string;
  /** where callbacks are posted to; webhooks go to `/webhooks/zoo/{topic}` of the same host */
  readonly url: string;
  /** the read-only look into its book, and where the kit may arrange a player's standing (lookup.ts, backstage.ts) */
  readonly lookupUrl: string;
  readonly signingSecrets: readonly string[];
  readonly cast: ZooCast;
  /** moves the exchange rate of the cast's exchanged player: units of the game's currency for 1 of his */
  readonly setRate: (rate: string) => void;
  /** its book, for tests that must know what happens inside */
  readonly database: Database;
  readonly close: () => Promise<void>;
}

const STATEMENT_MS = 2;
const TURNS = 3;
const SIGNING_SECRETS = ['zoo-signing-secret-0001'];
const BALANCE = 100_000_00n;

/**
 * A commit also lets the process look around some times, however long that takes: what was sent at one moment has then been read
 * by all, so that whoever does not keep calls apart is seen to, on a busy machine as well.
 */
const unhurried: Pace = async (statement) => {
  await new Promise((resolve) => setTimeout(resolve, STATEMENT_MS));
  if (statement === 'read') return;
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Starts the operator of that name, the correct one or one of `ZOO`. Throws a RangeError for a name nobody has. */
export async function startOperator(name: string, options: ZooOptions = {}): Promise<Operator> {
  const mistake = ZOO.find((each) => each.name === name);
  if (mistake === undefined && name !== CORRECT_OPERATOR)
    throw new RangeError(
      `no operator of the zoo is called ${name}; there are ${[CORRECT_OPERATOR, ...ZOO.map((each) => each.name)].join(', ')}`,
    );
  const cast = castOf(options.players ?? 8);
  const signingSecrets = options.signingSecrets ?? SIGNING_SECRETS;
  const running = await runOperator({
    habits: { ...CORRECT, ...mistake?.habits },
    cast,
    balance: options.balance ?? BALANCE,
    signingSecrets,
    timestamped: options.timestamped ?? false,
    clock: options.clock ?? systemClock,
    pace: options.pace ?? unhurried,
    port: options.port ?? 0,
  });
  const base = `http://127.0.0.1:${running.port}`;
  const { database, setRate, close } = running;
  return {
    name,
    url: `${base}/callbacks/zoo`,
    lookupUrl: `${base}/v1`,
    signingSecrets,
    cast,
    setRate,
    database,
    close,
  };
}
