/**
 * One keep-alive HTTP/1.1 connection, as cheap as it can be: requests are finished bytes, answers are looked at only for
 * their status, their length and two words of the body. One request is under way at a time; it never pipelines.
 */
import { connect } from 'node:net';

/** `refused` is a definite no; `unclear` must be asked again; `broken` means the connection is gone. */
export type Verdict = 'ok' | 'duplicate' | 'refused' | 'unclear' | 'broken';

export interface Wire {
  readonly send: (request: Buffer) => void;
  readonly close: () => void;
}

/** `text` is the answer, for whoever wants to show one. */
export type OnReply = (verdict: Verdict, text: () => string) => void;

const HEAD_END = Buffer.from('\r\n\r\n');
/** Of Content-Length, however it is capitalised. */
const LENGTH = Buffer.from('ength: ');
const OK = Buffer.from('"status":"ok"');
/** How a webhook is acknowledged. */
const ACCEPTED = Buffer.from('"status":"accepted"');
const DUPLICATE = Buffer.from('"duplicate":true');
const READ_BYTES = 16_384;

export async function openWire(port: number, onReply: OnReply): Promise<Wire> {
  let pending: Buffer | null = null;
  let waiting = false;
  let closed = false;

  const feed = (bytes: Buffer): void => {
    const all: Buffer = pending === null ? bytes : Buffer.concat([pending, bytes]);
    const end = endOfAnswer(all);
    if (end === -1) {
      pending = Buffer.from(all);
      return;
    }
    pending = null;
    waiting = false;
    onReply(judge(all), () => all.toString('utf8', 0, end));
  };
  const lost = (reason: string): void => {
    if (closed) return;
    closed = true;
    if (waiting) onReply('broken', () => reason);
    waiting = false;
  };

  return new Promise((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer,
        callback: (size) => {
          feed(buffer.subarray(0, size));
          return true;
        },
      },
    });
    socket.once('error', (error) => {
      reject(error);
      lost(error.message);
    });
    socket.once('close', () => lost('the connection was closed'));
    socket.once('connect', () =>
      resolve({
        send: (request) => {
          if (closed) {
            onReply('broken', () => 'the connection was closed');
            return;
          }
          waiting = true;
          socket.write(request);
        },
        close: () => {
          closed = true;
          socket.destroy();
        },
      }),
    );
  });
}

/** Where the answer ends, -1 while it is not complete. */
function endOfAnswer(bytes: Buffer): number {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return -1;
  const at = bytes.indexOf(LENGTH);
  // Only a server that is going down answers so; the status says the rest, and the connection will close.
  if (at === -1 || at > headEnd) return bytes.length;
  let length = 0;
  for (let index = at + LENGTH.length; ; index += 1) {
    const digit = (bytes[index] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    length = length * 10 + digit;
  }
  const end = headEnd + HEAD_END.length + length;
  return bytes.length < end ? -1 : end;
}

function judge(bytes: Buffer): Verdict {
  // "HTTP/1.1 200": the first digit of the status is byte 9.
  const family = bytes[9];
  if (family === 0x34) return 'refused';
  if (family !== 0x32) return 'unclear';
  if (bytes.indexOf(OK) === -1) return bytes.indexOf(ACCEPTED) === -1 ? 'unclear' : 'ok';
  return bytes.indexOf(DUPLICATE) === -1 ? 'ok' : 'duplicate';
}
