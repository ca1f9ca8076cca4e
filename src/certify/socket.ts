/**
 * HTTP/1.1 by hand over one TCP or TLS connection, because the kit must do what no client library lets one do: hold back the
 * last byte, close before the answer, send two lengths. It understands answers, and never repeats anything by itself.
 */
import { Buffer } from 'node:buffer';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface HttpReply {
  readonly status: number;
  /** names in lower case; repeated ones joined with `, ` */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Why there is no answer. */
export type Silence = 'timeout' | 'closed' | 'refused' | 'garbled' | 'cut';

export type Heard =
  | { readonly kind: 'reply'; readonly reply: HttpReply }
  | { readonly kind: 'silence'; readonly silence: Silence };

export interface Wire {
  readonly number: number;
  /** true once it has carried an answer, so it may have been closed meanwhile by the other side's idle timer */
  readonly used: () => boolean;
  readonly isOpen: () => boolean;
  readonly write: (bytes: Uint8Array) => void;
  /** the next answer */
  readonly hear: (timeoutMs: number) => Promise<Heard>;
  /** closes without a word */
  readonly close: () => void;
}

let wires = 0;

/** Opens a connection; null when nobody listens or the time is up. */
export async function openWire(url: URL, timeoutMs: number): Promise<Wire | null> {
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const socket: Socket = isTls
    ? connectTls({ host, port, ALPNProtocols: ['http/1.1'], ...(/^[\d.:]+$/.test(host) ? {} : { servername: host }) })
    : connectTcp({ host, port });
  socket.setNoDelay(true);
  const isConnected = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const settle = (value: boolean) => () => {
      clearTimeout(timer);
      resolve(value);
    };
    socket.once(isTls ? 'secureConnect' : 'connect', settle(true));
    socket.once('error', settle(false));
    socket.once('close', settle(false));
  });
  if (!isConnected) {
    socket.on('error', () => undefined);
    socket.destroy();
    return null;
  }
  return wireOver(socket);
}

function wireOver(socket: Socket): Wire {
  wires += 1;
  const number = wires;
  let received = Buffer.alloc(0);
  let isClosed = false;
  let answers = 0;
  let wake: () => void = () => undefined;
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    wake();
  });
  const ended = () => {
    isClosed = true;
    wake();
  };
  socket.on('error', ended);
  socket.on('end', ended);
  socket.on('close', ended);
  const hear = async (timeoutMs: number): Promise<Heard> =>
    new Promise((resolve) => {
      const finish = (heard: Heard) => {
        clearTimeout(timer);
        wake = () => undefined;
        resolve(heard);
      };
      const timer = setTimeout(() => finish({ kind: 'silence', silence: 'timeout' }), timeoutMs);
      wake = () => {
        const parsed = parseReply(received, isClosed);
        if (parsed === 'garbled') return finish({ kind: 'silence', silence: 'garbled' });
        if (parsed !== null) {
          received = received.subarray(parsed.length);
          answers += 1;
          if (parsed.closes) socket.end();
          if (parsed.closes) isClosed = true;
          return finish({ kind: 'reply', reply: parsed.reply });
        }
        if (isClosed) finish({ kind: 'silence', silence: received.byteLength > 0 ? 'garbled' : 'closed' });
      };
      wake();
    });
  return {
    number,
    used: () => answers > 0,
    isOpen: () => !isClosed && socket.writable,
    write: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    hear,
    close: () => {
      isClosed = true;
      socket.destroy();
    },
  };
}

interface Parsed {
  readonly reply: HttpReply;
  /** how many bytes it took */
  readonly length: number;
  readonly closes: boolean;
}

/** One whole answer at the beginning of the bytes; null while some of it is missing. */
export function parseReply(bytes: Buffer, isClosed: boolean): Parsed | null | 'garbled' {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  if (status === 0) return 'garbled';
  const start = end + 4;
  if (status < 200) {
    const rest = parseReply(bytes.subarray(start), isClosed);
    return rest === null || rest === 'garbled' ? rest : { ...rest, length: rest.length + start };
  }
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const closes = (headers['connection'] ?? '').toLowerCase().includes('close') || first.startsWith('HTTP/1.0');
  const whole = (body: Uint8Array, length: number): Parsed => ({ reply: { status, headers, body }, length, closes });
  if (/chunked/i.test(headers['transfer-encoding'] ?? '')) {
    const chunked = parseChunks(bytes, start);
    return chunked === null || chunked === 'garbled' ? chunked : whole(chunked.body, chunked.end);
  }
  if (status === 204 || status === 304) return whole(new Uint8Array(0), start);
  const length = headers['content-length'];
  if (length === undefined) return isClosed ? whole(bytes.subarray(start), bytes.byteLength) : null;
  const stop = start + Number(length);
  return bytes.byteLength < stop ? null : whole(bytes.subarray(start, stop), stop);
}

function parseChunks(bytes: Buffer, start: number): { body: Uint8Array; end: number } | null | 'garbled' {
  const parts: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (!Number.isSafeInteger(size) || size < 0) return 'garbled';
    const from = lineEnd + 2;
    if (size === 0) {
      const last = bytes.indexOf('\r\n', from);
      if (last < 0) return null;
      // without trailers, which nobody sends
      return { body: Buffer.concat(parts), end: last + 2 };
    }
    if (bytes.byteLength < from + size + 2) return null;
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
}
