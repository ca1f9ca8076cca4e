/**
 * A tiny operator for the sandbox's tests, written from docs/dialects/generic.md alone: it checks signatures, keeps one balance, applies
 * each transaction once, and misbehaves on demand.
 */
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import http from 'node:http';

export const SIGNING_SECRET = 'sandbox_test_signing_secret';
export const LAUNCH_SECRET = 'sandbox_test_launch_secret';
export const API_KEY = 'sandbox_test_catalogue_key';

export interface Received {
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What to do with a callback: answer, answer without booking, book without answering, or say something of our own. */
export type Mood =
  | { readonly kind: 'normal' }
  | { readonly kind: 'silent'; readonly books: boolean }
  | { readonly kind: 'status'; readonly status: number; readonly body: string };
export const NORMAL: Mood = { kind: 'normal' };

export interface TinyOperator {
  readonly url: string;
  readonly callbacks: readonly Received[];
  readonly webhooks: Received[];
  /** in cents */
  balance: number;
  /** asked for each callback */
  mood: (received: Received, times: number) => Mood;
  /** what is booked of one transaction: `bet`, `win`, `refund`, in cents */
  readonly booked: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

/** @param port 0 for any that is free */
export async function tinyOperator(port: number, balance: number): Promise<TinyOperator> {
  const callbacks: Received[] = [];
  const webhooks: Received[] = [];
  const booked = new Map<string, number>();
  const tombstones = new Set<string>();
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const bytes = Buffer.concat(parts);
      const reply = (status: number, body: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      };
      if (request.headers['x-signature'] !== createHmac('sha256', SIGNING_SECRET).update(bytes).digest('hex')) {
        return reply(401, { status: 'error', code: 'bad_signature' });
      }
      const body: Record<string, unknown> = JSON.parse(bytes.toString());
      const received = { type: String(body['type']), body };
      if (request.url?.startsWith('/webhooks/')) {
        webhooks.push(received);
        return reply(200, {});
      }
      callbacks.push(received);
      const times = callbacks.filter((each) => keyOf(each) === keyOf(received)).length;
      const mood = operator.mood(received, times);
      if (mood.kind === 'status') return reply(mood.status, mood.body);
      if (mood.kind === 'silent' && !mood.books) return undefined;
      const answer = book(received);
      return mood.kind === 'silent' ? undefined : reply(answer.status, answer.body);
    });
  });

  /** Applies once; a repeated id is a duplicate; a refund of the unknown leaves a tombstone. */
  const book = ({ type, body }: Received): { status: number; body: object } => {
    const rejected = (code: string) => ({
      status: 422,
      body: { status: 'rejected', code, balance: text(operator.balance), currency: 'USD' },
    });
    const applied = (duplicate: boolean) => ({
      status: 200,
      body: {
        status: 'ok',
        balance: text(operator.balance),
        currency: 'USD',
        operator_transaction_id: `op-${String(body['transaction_id'])}`,
        duplicate,
      },
    });
    if (type === 'balance') return applied(false);
    const id = String(body['transaction_id']);
    if (booked.has(id)) return applied(true);
    const cents = Math.round(Number(body['amount'] ?? 0) * 100);
    const target = String(body['bet_transaction_id']);
    switch (type) {
      case 'bet':
        if (tombstones.has(id)) return rejected('reversed');
        if (cents > operator.balance) return rejected('insufficient_funds');
        operator.balance -= cents;
        booked.set(id, -cents);
        return applied(false);
      case 'win':
        operator.balance += cents;
        booked.set(id, cents);
        return applied(false);
      case 'refund': {
        const taken = booked.get(target);
        booked.set(id, -(taken ?? 0));
        tombstones.add(target);
        operator.balance -= taken ?? 0;
        return taken === undefined ? rejected('not_found') : applied(false);
      }
      default:
        return { status: 400, body: { status: 'error', code: 'bad_request' } };
    }
  };

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the operator has no port');
  const operator: TinyOperator = {
    url: `http://127.0.0.1:${address.port}`,
    callbacks,
    webhooks,
    booked,
    balance,
    mood: () => NORMAL,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return operator;
}

export const keyOf = ({ type, body }: Received): string => `${type} ${String(body['transaction_id'])}`;
const text = (cents: number): string => (cents / 100).toFixed(2);
