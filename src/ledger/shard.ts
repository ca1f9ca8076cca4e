/** The stable hash that leads every wallet key. Changing it would orphan every row, so it is pinned by a test. */
import type { PlayerId } from '../wallet/index.ts';

const SHARDS = 1024;
const encoder = new TextEncoder();

/** FNV-1a (32 bit) over the id's UTF-8 bytes, folded to 0..1023. */
export function shardOf(player: PlayerId): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(player)) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash >>> 10) ^ hash) & (SHARDS - 1);
}
