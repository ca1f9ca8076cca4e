/** A small NTP server on loopback that can be wrong, rude, slow or silent; good enough for a real chronyd, too. */
import { Buffer } from 'node:buffer';
import { createSocket } from 'node:dgram';
import { performance } from 'node:perf_hooks';

export interface NtpBehaviour {
  /** how far the server's clock is ahead of this machine's */
  readonly offsetMs?: number;
  readonly stratum?: number;
  /** leap indicator; 3: not synchronised */
  readonly leap?: number;
  /** a kiss-o'-death with this code */
  readonly kiss?: string;
  /** answers a question that was never asked, and nothing else */
  readonly wrongOriginate?: boolean;
  /** sends a forged answer first, the true one after it */
  readonly forgedFirst?: boolean;
  /** before the answer is sent, by the network: the server's times do not contain it */
  readonly delayMs?: number;
  readonly silent?: boolean;
  readonly rootDelayMs?: number;
  readonly rootDispersionMs?: number;
  /** cuts the packet */
  readonly bytes?: number;
}

export interface NtpResponder extends AsyncDisposable {
  readonly port: number;
  readonly server: { readonly host: string; readonly port: number };
  readonly behave: (behaviour: NtpBehaviour) => void;
  readonly asked: () => number;
}

const EPOCH_1900_MS = 2_208_988_800_000;

export async function startNtp(initial: NtpBehaviour = {}): Promise<NtpResponder> {
  let behaviour = initial;
  let asked = 0;
  const socket = createSocket('udp4');
  const timers = new Set<NodeJS.Timeout>();
  socket.on('message', (question, from) => {
    asked += 1;
    const receivedAtMs = nowMs() + (behaviour.offsetMs ?? 0);
    if (behaviour.silent === true || question.byteLength < 48) return;
    const answer = answerTo(question, behaviour, receivedAtMs);
    const send = (packet: Buffer): void => {
      // Whoever asked may be gone by now.
      socket.send(packet, from.port, from.address, () => undefined);
    };
    if (behaviour.forgedFirst === true) {
      const forged = Buffer.from(answer);
      forged.writeUInt32BE(12_345, 24);
      send(forged);
    }
    if (behaviour.delayMs === undefined) return send(answer);
    const timer = setTimeout(() => {
      timers.delete(timer);
      send(answer);
    }, behaviour.delayMs);
    timers.add(timer);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  return {
    port,
    server: { host: '127.0.0.1', port },
    behave: (next) => {
      behaviour = next;
    },
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers) clearTimeout(timer);
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

function answerTo(question: Buffer, behaviour: NtpBehaviour, receivedAtMs: number): Buffer {
  const answer = Buffer.alloc(48);
  const version = (question.readUInt8(0) >> 3) & 7;
  answer.writeUInt8(((behaviour.leap ?? 0) << 6) | (version << 3) | 4, 0);
  answer.writeUInt8(behaviour.kiss === undefined ? (behaviour.stratum ?? 1) : 0, 1);
  answer.writeUInt8(question.readUInt8(2), 2);
  answer.writeInt8(-18, 3);
  answer.writeUInt32BE(Math.round(((behaviour.rootDelayMs ?? 0) / 1_000) * 65_536), 4);
  answer.writeUInt32BE(Math.round(((behaviour.rootDispersionMs ?? 0) / 1_000) * 65_536), 8);
  const reference = behaviour.kiss ?? (behaviour.stratum === 0 ? '\0\0\0\0' : 'TEST');
  answer.write(reference.padEnd(4, '\0').slice(0, 4), 12, 'latin1');
  writeTimestamp(answer, 16, receivedAtMs - 1_000);
  question.copy(answer, 24, 40, 48);
  if (behaviour.wrongOriginate === true) answer.writeUInt32BE(12_345, 24);
  writeTimestamp(answer, 32, receivedAtMs);
  writeTimestamp(answer, 40, nowMs() + (behaviour.offsetMs ?? 0));
  return behaviour.bytes === undefined ? answer : answer.subarray(0, behaviour.bytes);
}

function writeTimestamp(packet: Buffer, at: number, epochMs: number): void {
  const ms = epochMs + EPOCH_1900_MS;
  packet.writeUInt32BE(Math.floor(ms / 1_000) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor(((ms % 1_000) / 1_000) * 2 ** 32), at + 4);
}

/** With microseconds: chronyd notices the difference. */
const nowMs = (): number => performance.timeOrigin + performance.now();
