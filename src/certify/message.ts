/** A request as the kit sends it: every header in its order, and the exact bytes on the wire. Pure. */
import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import type { Tamper } from './scenario.ts';

export interface Message {
  readonly method: string;
  readonly url: string;
  /** in the order and spelling they are sent; a name may come twice */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly transport: Extract<Tamper, { on: 'transport' }>['how'] | null;
}

export const headerOf = (message: Message, name: string): string | null =>
  message.headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1] ?? null;

/** Changes, adds or (null) removes a header. */
export function withHeader(message: Message, name: string, value: string | null): Message {
  const rest = message.headers.filter(([each]) => each.toLowerCase() !== name.toLowerCase());
  return { ...message, headers: value === null ? rest : [...rest, [name, value]] };
}

const CHUNK = 7;
/** Zeros that become 64 MB when they are unpacked, and 64 kB on the way. */
const BOMB_BYTES = 64 * 1024 * 1024;
let bomb: Buffer | null = null;

/** The pieces to write, one after another; the connection says the rest. */
export function bytesOf(message: Message): readonly Buffer[] {
  const url = new URL(message.url);
  const body = Buffer.from(message.body);
  const head = (more: readonly (readonly [string, string])[]): Buffer => {
    const lines = [
      `${message.method} ${url.pathname}${url.search} HTTP/1.1`,
      `Host: ${url.host}`,
      ...[...message.headers, ...more].map(([name, value]) => `${name}: ${value}`),
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
  };
  const length = (count: number): readonly [string, string] => ['Content-Length', String(count)];
  switch (message.transport) {
    case null:
      return [Buffer.concat([head([length(body.byteLength)]), body])];
    case 'chunked':
      return [head([['Transfer-Encoding', 'chunked']]), ...chunksOf(body)];
    case 'byte_by_byte': {
      const all = Buffer.concat([head([length(body.byteLength)]), body]);
      return Array.from({ length: Math.ceil(all.byteLength / 16) }, (_none, at) => all.subarray(at * 16, at * 16 + 16));
    }
    case 'gzip': {
      const packed = gzipSync(body);
      return [Buffer.concat([head([['Content-Encoding', 'gzip'], length(packed.byteLength)]), packed])];
    }
    case 'gzip_bomb': {
      bomb ??= gzipSync(Buffer.alloc(BOMB_BYTES));
      return [Buffer.concat([head([['Content-Encoding', 'gzip'], length(bomb.byteLength)]), bomb])];
    }
    case 'both_lengths':
      return [head([length(body.byteLength), ['Transfer-Encoding', 'chunked']]), ...chunksOf(body)];
    case 'two_lengths':
      return [Buffer.concat([head([length(body.byteLength), length(body.byteLength - 1)]), body])];
    case 'length_too_short':
      return [Buffer.concat([head([['Connection', 'close'], length(body.byteLength - 2)]), body])];
    case 'length_too_long':
    case 'stalls':
      return [Buffer.concat([head([length(body.byteLength + 10)]), body])];
  }
}

/** Small chunks, so that their borders fall inside characters of several bytes as well. */
function chunksOf(body: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.byteLength; at += CHUNK) {
    const piece = body.subarray(at, at + CHUNK);
    pieces.push(Buffer.concat([Buffer.from(`${piece.byteLength.toString(16)}\r\n`), piece, Buffer.from('\r\n')]));
  }
  return [...pieces, Buffer.from('0\r\n\r\n')];
}
