/**
 * Asks NTP servers for the time over UDP: one question each, at the same time, with a bound on the wait. A server that asks to
 * be left alone is. Never sets the clock.
 */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Buffer } from 'node:buffer';
import type { Clock } from '../platform/index.ts';
import { randomInteger } from '../platform/index.ts';
import type { Estimate, Reading } from './reading.ts';
import { unknown } from './reading.ts';
import { agreedEstimate, readSntp, sntpQuestion } from './sntp.ts';
import type { SntpAnswer } from './sntp.ts';

export interface NtpServer {
  readonly host: string;
  readonly port: number;
}

export interface SntpClient {
  readonly ask: () => Promise<Reading>;
}

export interface SntpClientOptions {
  readonly servers: readonly NtpServer[];
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 2_000;
/** RATE: slower, please. Any other kiss (DENY, RSTR, …) means never again, which is until the next start. */
const RATE_PAUSE_MS = 15 * 60_000;

export function createSntpClient(options: SntpClientOptions): SntpClient {
  const { servers, clock } = options;
  /** server → monotonic time until which it is left alone */
  const leftAlone = new Map<NtpServer, number>();

  const askOne = async (server: NtpServer): Promise<Answered> => {
    const answer = await exchange(server, clock, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    if (answer.kind !== 'kiss') return { server, answer };
    const pauseMs = answer.code === 'RATE' ? RATE_PAUSE_MS : Number.POSITIVE_INFINITY;
    leftAlone.set(server, clock.monotonic() + pauseMs);
    return { server, answer };
  };

  return {
    ask: async () => {
      if (servers.length === 0) return unknown('no NTP server is configured (clock.ntp_servers)');
      const free = servers.filter((server) => (leftAlone.get(server) ?? 0) <= clock.monotonic());
      if (free.length === 0) return unknown('every NTP server asked to be left alone');
      return readingOf(await Promise.all(free.map(askOne)));
    },
  };
}

interface Answered {
  readonly server: NtpServer;
  readonly answer: SntpAnswer;
}

function readingOf(answered: readonly Answered[]): Reading {
  const measured = answered.flatMap(({ server, answer }) =>
    answer.kind === 'measured' ? [{ server, estimate: answer.estimate }] : [],
  );
  if (measured.length === 0) return unknown(answered.map(wordsOf).join('; '));
  const best = agreedEstimate<{ server: NtpServer; estimate: Estimate }>(measured);
  if (best === null) return unknown('the NTP servers disagree with each other');
  return { kind: 'measured', estimate: best.estimate, ageMs: null, updateEveryMs: null, source: best.server.host };
}

function wordsOf({ server, answer }: Answered): string {
  const said =
    answer.kind === 'kiss' ? `asks to be left alone (${answer.code})` : 'detail' in answer ? answer.detail : '';
  return `${server.host}: ${said}`;
}

/** One question and its answer. What answers something else is skipped until the time is over. */
async function exchange(server: NtpServer, clock: Clock, timeoutMs: number): Promise<SntpAnswer> {
  const address = await addressOf(server.host, timeoutMs);
  if (address === null) return { kind: 'useless', detail: 'its name is not known' };
  const nonce = newNonce();
  const socket = createSocket(address.family === 6 ? 'udp6' : 'udp4');
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<SntpAnswer>((resolve) => {
      let ignored = 'no answer';
      let sentAtMs = 0;
      let startedAt = 0;
      timer = setTimeout(() => resolve({ kind: 'useless', detail: ignored }), timeoutMs);
      socket.on('error', (error) => resolve({ kind: 'useless', detail: `cannot be reached: ${codeOf(error)}` }));
      socket.on('message', (packet) => {
        const receivedAtMs = sentAtMs + (clock.monotonic() - startedAt);
        const answer = readSntp(packet, nonce, { sentAtMs, receivedAtMs });
        if (answer.kind === 'ignored') ignored = `no answer (${answer.detail})`;
        else resolve(answer);
      });
      // Connected, the system lets through only what comes from this address and port.
      socket.connect(server.port, address.address, () => {
        sentAtMs = clock.now();
        startedAt = clock.monotonic();
        socket.send(sntpQuestion(nonce));
      });
    });
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

/** Names are looked up by the system; its own patience may be longer than ours. */
async function addressOf(host: string, timeoutMs: number): Promise<{ address: string; family: number } | null> {
  const family = isIP(host);
  if (family !== 0) return { address: host, family };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs);
  });
  try {
    return await Promise.race([lookup(host).catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

function newNonce(): Buffer {
  const nonce = Buffer.alloc(8);
  nonce.writeUInt32BE(1 + randomInteger(2 ** 32 - 1), 0);
  nonce.writeUInt32BE(randomInteger(2 ** 32), 4);
  return nonce;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'the network failed';
}
