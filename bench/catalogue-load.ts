/**
 * Asks for pages at a fixed rate, whatever the server does. A latency counts from the moment a question was meant to be asked, so
 * that a server that holds everybody up does not hide it by being asked less often.
 */
import http from 'node:http';
import { systemClock } from '../src/platform/clock.ts';
import { latencyOf } from './figures.ts';
import type { Latency } from './figures.ts';

export interface Asked {
  readonly requests: number;
  readonly failed: number;
  readonly latencyMs: Latency;
  /** of one answer, as it came over the wire */
  readonly bytes: number;
}

export interface AskOrder {
  readonly port: number;
  readonly key: string;
  /** asked for in turn */
  readonly paths: readonly string[];
  readonly ratePerSecond: number;
  readonly seconds: number;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const PATIENCE_MS = 10_000;

export async function askOpen(order: AskOrder): Promise<Asked> {
  const total = Math.round(order.ratePerSecond * order.seconds);
  const latencies: number[] = [];
  const under: Promise<void>[] = [];
  let failed = 0;
  let bytes = 0;
  const startedAt = systemClock.monotonic();
  const dueAt = (index: number): number => startedAt + (index * 1_000) / order.ratePerSecond;
  const one = async (index: number): Promise<void> => {
    const path = order.paths[index % order.paths.length] ?? '/';
    try {
      const answer = await askOnce(order.port, order.key, 'GET', path, undefined, { 'accept-encoding': 'br' });
      if (answer.status === 200) latencies.push(systemClock.monotonic() - dueAt(index));
      else failed += 1;
      bytes += answer.bytes;
    } catch {
      failed += 1;
    }
  };
  let sent = 0;
  await new Promise<void>((resolve) => {
    // A timer has a grain of a millisecond or more; whatever is due by then is sent.
    const timer = setInterval(() => {
      for (; sent < total && dueAt(sent) <= systemClock.monotonic(); sent += 1) under.push(one(sent));
      if (sent < total) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
  await Promise.all(under);
  return { requests: total, failed, latencyMs: latencyOf([Float64Array.from(latencies)]), bytes: bytes / total };
}

export async function askOnce(
  port: number,
  key: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string; readonly bytes: number }> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method,
        path,
        // A sync is a question that may take long; a page is not.
        timeout: method === 'GET' ? PATIENCE_MS : 120_000,
        headers: {
          authorization: `Bearer ${key}`,
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const all = Buffer.concat(parts);
          resolve({ status: response.statusCode ?? 0, text: all.toString('utf8'), bytes: all.length });
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.end(payload);
  });
}
