/**
 * The least of a Redis client: GET and SET with an expiry over one connection, many commands under way at once. It is
 * smaller than any library, so it costs the pattern it serves less. Only text without line ends is stored.
 */
import { connect } from 'node:net';

export interface Redis {
  readonly get: (key: string) => Promise<string | null>;
  readonly set: (key: string, value: string, seconds: number) => Promise<void>;
  readonly close: () => void;
}

interface Asked {
  readonly resolve: (answer: string | null) => void;
  readonly reject: (error: Error) => void;
}

export async function openRedis(port: number): Promise<Redis> {
  const asked: Asked[] = [];
  let text = '';
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const fail = (error: Error): void => {
    for (const each of asked.splice(0)) each.reject(error);
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('Redis closed the connection')));
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    for (let answer = readAnswer(text); answer !== null; answer = readAnswer(text)) {
      text = text.slice(answer.length);
      const next = asked.shift();
      if (answer.error === null) next?.resolve(answer.value);
      else next?.reject(new Error(`Redis: ${answer.error}`));
    }
  });
  const ask = async (...words: readonly string[]): Promise<string | null> =>
    new Promise((resolve, reject) => {
      asked.push({ resolve, reject });
      const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      socket.write(`*${words.length}\r\n${parts.join('')}`);
    });
  return {
    get: async (key) => ask('GET', key),
    set: async (key, value, seconds) => {
      await ask('SET', key, value, 'EX', String(seconds));
    },
    close: () => socket.destroy(),
  };
}

interface Answer {
  readonly length: number;
  readonly value: string | null;
  readonly error: string | null;
}

/** The first answer of the text, null while it is not complete. */
function readAnswer(text: string): Answer | null {
  const lineEnd = text.indexOf('\r\n');
  if (lineEnd === -1) return null;
  const line = text.slice(1, lineEnd);
  const length = lineEnd + 2;
  if (text.startsWith('-')) return { length, value: null, error: line };
  if (!text.startsWith('$')) return { length, value: line, error: null };
  const size = Number(line);
  if (size < 0) return { length, value: null, error: null };
  if (text.length < length + size + 2) return null;
  return { length: length + size + 2, value: text.slice(length, length + size), error: null };
}
