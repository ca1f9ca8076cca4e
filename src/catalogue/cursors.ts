/** Where a page ended, as opaque and URL-safe text. What is none of ours is null. */
import type { GameKey } from './listing.ts';

/** A JSON list inside, because a game's name may hold any separator. */
export function packKey(key: GameKey): string {
  return pack([key.rank, key.order, key.sortName, key.id]);
}

export function unpackKey(cursor: string): GameKey | null {
  const parts = unpack(cursor);
  if (parts.length !== 4) return null;
  const [rank, order, sortName, id] = parts;
  if (typeof rank !== 'number' || !Number.isInteger(rank) || rank < 0 || rank > 255) return null;
  if (typeof order !== 'number' || !Number.isInteger(order) || Math.abs(order) > 0x7fff_ffff) return null;
  if (typeof sortName !== 'string' || sortName.includes('\0')) return null;
  return typeof id === 'string' && UUID.test(id) ? { rank, order, sortName, id } : null;
}

export function packText(text: string): string {
  return pack([text]);
}

export function unpackText(cursor: string): string | null {
  const parts = unpack(cursor);
  const [text] = parts;
  return parts.length === 1 && typeof text === 'string' && text !== '' && !text.includes('\0') ? text : null;
}

/** A whole number as text, as bigint columns are read. */
export function unpackNumber(cursor: string): string | null {
  const text = unpackText(cursor);
  return text !== null && /^[1-9]\d{0,17}$/.test(text) ? text : null;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function pack(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

function unpack(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
