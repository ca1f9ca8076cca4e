/**
 * What may be fetched and what counts as a picture, without I/O. An aggregator's list is somebody else's text: it may name any
 * address, so only public ones are gone to, or the server the operator configured; and any bytes, so only pictures are passed on.
 */
import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';

/** The part of our own address that changes when the vendor's does. */
export function hashOf(url: string): string {
  return createHash('sha256').update(url, 'utf8').digest('base64url').slice(0, 22);
}

/** Where our own copy of a game's picture is, below the server's address. */
export function imagePath(gameId: string, url: string): string {
  return `/images/${gameId}/${hashOf(url)}`;
}

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
// Of IPv6 only what is handed out to the world is public, and of that not what carries an IPv4 address inside.
const WORLD = new BlockList();
WORLD.addSubnet('2000::', 3, 'ipv6');
const INSIDE = new BlockList();
INSIDE.addSubnet('2001::', 23, 'ipv6');
INSIDE.addSubnet('2001:db8::', 32, 'ipv6');
INSIDE.addSubnet('2002::', 16, 'ipv6');
INSIDE.addSubnet('3fff::', 20, 'ipv6');

/** True for an address anybody may have; false for those of this machine, its network, and everything special. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !PRIVATE.check(address, 'ipv4');
  return family === 6 && WORLD.check(address, 'ipv6') && !INSIDE.check(address, 'ipv6');
}

export type Destination =
  /** configured by the operator: wherever it is */
  | { readonly kind: 'trusted'; readonly url: URL }
  /** somebody's: only if its address turns out to be public */
  | { readonly kind: 'public'; readonly url: URL }
  | { readonly kind: 'forbidden'; readonly why: string };

/** Whether an address may be gone to. `trusted` are hosts with their port, as `URL.host` has them. */
export function destinationOf(address: string, trusted: ReadonlySet<string>): Destination {
  if (!URL.canParse(address)) return { kind: 'forbidden', why: 'is no address' };
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { kind: 'forbidden', why: 'is none of the web' };
  if (url.username !== '' || url.password !== '') return { kind: 'forbidden', why: 'carries a password' };
  if (trusted.has(url.host)) return { kind: 'trusted', url };
  if (url.port !== '') return { kind: 'forbidden', why: 'has an unusual port' };
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isPublicAddress(bare)) return { kind: 'forbidden', why: 'is in a private network' };
  return { kind: 'public', url };
}

export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif' | 'image/svg+xml';

/** What the bytes are, whatever they were called; null for no picture. */
export function imageTypeOf(bytes: Uint8Array): ImageType | null {
  const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('latin1');
  const head = text(0, 12);
  if (head.startsWith('\u0089PNG\r\n\u001A\n')) return 'image/png';
  if (head.startsWith('\u00FF\u00D8\u00FF')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'image/webp';
  if (head.slice(4) === 'ftypavif' || head.slice(4) === 'ftypavis') return 'image/avif';
  // A drawing may begin with a mark, a declaration, comments and a document type, but with no other element.
  const start = Buffer.from(bytes.subarray(0, 4_096)).toString('utf8');
  return /^\uFEFF?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*|<!DOCTYPE svg[^>[]*>\s*)*<svg[\s>]/i.test(start)
    ? 'image/svg+xml'
    : null;
}

/** A picture without text for a game whose own cannot be shown. */
export const PLACEHOLDER =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200" width="320" height="200">' +
  '<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#0b7a57"/>' +
  '<stop offset="1" stop-color="#14213d"/></linearGradient></defs><rect width="320" height="200" fill="url(#g)"/>' +
  '<circle cx="160" cy="100" r="44" fill="none" stroke="#fff" stroke-opacity=".35" stroke-width="18" ' +
  'stroke-dasharray="23 23"/></svg>';
