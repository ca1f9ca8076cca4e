/**
 * Answers that many ask for: made once a version, tagged, compressed once an encoding, and kept in memory up to a bound, the
 * longest unused going first. Compressing is done beside this thread. It never decides what an answer is.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface AnswerShelf {
  /**
   * Answers with the JSON that `make` gives for `key`, or 304 when the caller has exactly this. `version` changes with whatever the
   * answer depends on. What `make` throws is thrown, and nothing is kept.
   */
  readonly send: (
    request: FastifyRequest,
    reply: FastifyReply,
    answer: { readonly key: string; readonly version: string; readonly make: () => Promise<unknown> },
  ) => Promise<FastifyReply>;
  /** of everything kept */
  readonly bytes: () => number;
}

type Encoding = 'br' | 'gzip';

interface Kept {
  readonly version: string;
  readonly text: Buffer;
  readonly tag: string;
  readonly encoded: Map<Encoding, Promise<Buffer>>;
  size: number;
}

/** Below this a packet is a packet; above the other it is nobody's page of a list. */
const COMPRESS_FROM = 1_024;
const COMPRESS_UP_TO = 8 * 1_048_576;
/** What an entry costs besides its bytes. */
const ENTRY_BYTES = 1_024;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const COMPRESS: Record<Encoding, (bytes: Buffer) => Promise<Buffer>> = {
  br: async (bytes) =>
    brotli(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gzip: async (bytes) => zip(bytes, { level: 6 }),
};

export function createAnswerShelf({ maxBytes }: { readonly maxBytes: number }): AnswerShelf {
  const kept = new Map<string, Kept>();
  const making = new Map<string, Promise<Kept>>();
  let total = 0;

  const grow = (key: string, entry: Kept, bytes: number): void => {
    if (kept.get(key) !== entry) return;
    entry.size += bytes;
    total += bytes;
    for (const [oldest, { size }] of kept) {
      if (total <= maxBytes) break;
      kept.delete(oldest);
      total -= size;
    }
  };
  const make = async (key: string, version: string, work: () => Promise<unknown>): Promise<Kept> => {
    const text = Buffer.from(JSON.stringify(await work()), 'utf8');
    const tag = createHash('sha256').update(text).digest('base64url').slice(0, 27);
    const before = kept.get(key);
    if (before !== undefined) total -= before.size;
    kept.delete(key);
    const entry: Kept = { version, text, tag, encoded: new Map(), size: 0 };
    kept.set(key, entry);
    grow(key, entry, text.length + key.length + ENTRY_BYTES);
    return entry;
  };
  const find = async (key: string, version: string, work: () => Promise<unknown>): Promise<Kept> => {
    const known = kept.get(key);
    if (known?.version === version) {
      kept.delete(key);
      kept.set(key, known);
      return known;
    }
    const flight = `${version} ${key}`;
    const running = making.get(flight) ?? make(key, version, work).finally(() => making.delete(flight));
    making.set(flight, running);
    return running;
  };
  const encode = async (key: string, entry: Kept, encoding: Encoding): Promise<Buffer> => {
    const known = entry.encoded.get(encoding);
    if (known !== undefined) return known;
    const begun = COMPRESS[encoding](entry.text).then((bytes) => {
      grow(key, entry, bytes.length);
      return bytes;
    });
    entry.encoded.set(encoding, begun);
    return begun;
  };

  return {
    bytes: () => total,
    send: async (request, reply, { key, version, make: work }) => {
      const entry = await find(key, version, work);
      const mayCompress = entry.text.length >= COMPRESS_FROM && entry.text.length <= COMPRESS_UP_TO;
      const encoding = mayCompress ? encodingFor(request.headers['accept-encoding']) : null;
      void reply
        .header('etag', `"${entry.tag}${encoding === null ? '' : `-${encoding}`}"`)
        .header('cache-control', 'private, no-cache')
        .header('vary', 'accept-encoding')
        .type('application/json; charset=utf-8');
      if (hasTag(request.headers['if-none-match'], entry.tag)) return reply.code(304).send();
      if (encoding === null) return reply.send(entry.text);
      return reply.header('content-encoding', encoding).send(await encode(key, entry, encoding));
    },
  };
}

/** The best that the caller takes; null for none of ours. */
export function encodingFor(accepted: string | undefined): Encoding | null {
  const taken = new Map(
    (accepted ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
      return [name, !parameters.some((each) => /^q=0(\.0{0,3})?$/.test(each))] as const;
    }),
  );
  const takes = (name: string): boolean => taken.get(name) ?? taken.get('*') ?? false;
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : null;
}

/** The same content in another encoding is no news. */
function hasTag(header: string | undefined, tag: string): boolean {
  return (header ?? '')
    .split(',')
    .map((each) => each.trim().replace(/^W\//, ''))
    .some((each) => each === '*' || each.replace(/-(br|gzip)"$/, '"') === `"${tag}"`);
}
