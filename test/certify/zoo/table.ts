/**
 * A seat at an operator of the zoo: an aggregator that says things through the generic mirror and hears them in short words, `ok
 * 99.00`, `ok again 99.00`, `insufficient_funds 0.50`, `uncertain`. What the mirror has no words for is written by hand.
 */
import { createHmac } from 'node:crypto';
import { startOperator } from '../../../src/certify/zoo/index.ts';
import type { Operator, ZooOptions } from '../../../src/certify/zoo/index.ts';
import { genericMirror } from '../../../src/dialects/generic/mirror.ts';
import { settingsSchema } from '../../../src/dialects/generic/settings.ts';
import type { Understood } from '../../../src/dialects/index.ts';
import { gameCode, playerId, sessionId } from '../../../src/wallet/index.ts';
import type { Call, Operation, Operations } from '../../../src/wallet/index.ts';

export interface Words {
  /** which of the players speaks, from 0 */
  readonly player?: number;
  /** the exchanged player speaks instead */
  readonly exchanged?: boolean;
  readonly session?: string;
  readonly currency?: string;
  readonly game?: string;
  readonly request?: string;
}

export type Seat = Awaited<ReturnType<typeof sit>>;

/** Starts the operator of that name, each player with 100.00 USD unless said otherwise; statements take no time. */
export async function sit(name: string, options: ZooOptions = {}) {
  return seatAt(await startOperator(name, { balance: 100_00n, pace: async () => undefined, ...options }));
}

export function seatAt(operator: Operator) {
  const [secret = ''] = operator.signingSecrets;
  const mirror = genericMirror(
    settingsSchema.parse({
      catalogue: { url: 'http://zoo.test/games', api_key: 'zoo-catalogue-key' },
      launch: { url: 'http://zoo.test/launch', secret: 'zoo-launch-secret' },
      callbacks: { signing_secrets: [secret] },
    }),
  );

  const hear = async (headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<string> => {
    const request = { method: 'POST', headers, body: new Uint8Array(body), signal: AbortSignal.timeout(10_000) };
    const response = await fetch(operator.url, request);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return inShort(mirror.understand(response.status, Object.fromEntries(response.headers), bytes));
  };
  const context = ({ player = 0, exchanged, session, currency = 'USD', game = 'fruits', request }: Words) => {
    const who = exchanged === true ? operator.cast.exchanged : operator.cast.players[player];
    if (who === undefined) throw new Error(`there is no player ${player}`);
    return {
      player: { kind: 'id', player: playerId(who.id) },
      session: sessionId(session ?? who.session),
      currency,
      game: gameCode(game),
      provider: null,
      requestId: request ?? null,
    } as const;
  };
  const say = async (call: Call): Promise<string> => {
    const { headers, body } = mirror.say(call, 0);
    return hear(headers, body);
  };

  return {
    operator,
    mirror,
    /** one money call, answered */
    tell: async (operations: Operation | Operations, words: Words = {}): Promise<string> =>
      say({ kind: 'money', ...context(words), operations: 'kind' in operations ? [operations] : operations }),
    /** the balance as the callback tells it, without the word `ok` */
    balance: async (words: Words = {}): Promise<string> =>
      (await say({ kind: 'balance', ...context(words) })).replace(/^ok /, ''),
    sign: (body: string): string => sign(secret, body),
    /** these very bytes; signed unless another signature, or none, is given */
    post: async (body: string, signature: string | null = sign(secret, body)): Promise<string> =>
      hear(
        { 'content-type': 'application/json', ...(signature === null ? {} : { 'x-signature': signature }) },
        Buffer.from(body, 'utf8'),
      ),
    /** the members of a message of the first player, as an object to be written by hand */
    members: (more: Readonly<Record<string, unknown>>) => {
      const [first] = operator.cast.players;
      return { player_id: first?.id, session_id: first?.session, game_code: 'fruits', currency: 'USD', ...more };
    },
    /** what the exchanged player has in the wallet's own currency */
    coins: async (): Promise<string> => {
      const response = await fetch(`${operator.lookupUrl}/players/${operator.cast.exchanged.id}/balances`);
      const [balance] = JSON.parse(await response.text()) as { currency: string; balance: string }[];
      return `${balance?.balance} ${balance?.currency}`;
    },
    /** what the lookup says of an id: kind and state of each booking */
    booked: async (id: string): Promise<readonly string[]> => {
      const response = await fetch(`${operator.lookupUrl}/transactions?external_id=${encodeURIComponent(id)}`);
      const { items } = JSON.parse(await response.text()) as { items: { kind: string; state: string }[] };
      return items.map(({ kind, state }) => `${kind} ${state}`);
    },
    [Symbol.asyncDispose]: async () => operator.close(),
  };
}

const sign = (secret: string, body: string): string => createHmac('sha256', secret).update(body).digest('hex');

function inShort(heard: Understood): string {
  switch (heard.kind) {
    case 'applied':
      return `ok ${heard.duplicate ? 'again ' : ''}${heard.balance}`;
    case 'rejected':
      return heard.balance === null ? heard.code : `${heard.code} ${heard.balance}`;
    case 'uncertain':
      return 'uncertain';
    case 'nonsense':
      return `nonsense: ${heard.reason}`;
  }
}

/** How often each answer was heard, sorted by its words; balances are left out. */
export function counted(answers: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of answers.map((each) => each.replace(/ -?[0-9.]+$/, '')).toSorted())
    counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}
