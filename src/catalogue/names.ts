/**
 * Names without what does not tell things apart, as keys to compare by. Conservative: an equal key links studios and proposes
 * games, so a key drops only what nobody names a thing by. Pure.
 */

/** Words at the end of a studio's name that say what kind of company it is. */
const COMPANY_WORDS: ReadonlySet<string> = new Set([
  'gaming',
  'games',
  'ltd',
  'limited',
  'inc',
  'llc',
  'plc',
  'gmbh',
  'ab',
  'oy',
  'bv',
  'srl',
  'sarl',
]);
/** Shorter than this a name without its company words would fit too much. */
const SHORTEST_KEY = 3;

/**
 * The key by which studios of one name are linked: without case, accents, punctuation, spaces and company words. A name of
 * nothing else has the key of its code, which no name can have.
 */
export function studioKey(name: string, code: string): string {
  const words = wordsOf(name);
  const kept = [...words];
  while (kept.length > 1 && COMPANY_WORDS.has(kept.at(-1) ?? '')) kept.pop();
  const key = kept.join('');
  if (key.length >= SHORTEST_KEY) return key;
  const whole = words.join('');
  return whole === '' ? `=${code}` : whole;
}

/** What aggregators append to a name to tell RTP variants apart: "Dice 96%", "Dice (RTP 96.5 %)". */
const RTP_AT_END = /[\s([-]*(?:rtp\s*)?\d{2}(?:[.,]\d{1,2})?\s*%\s*(?:rtp)?[\s)\]]*$/iu;

/** The key by which games of one name are proposed to be one; empty when a name has nothing to compare. */
export function gameKey(name: string): string {
  const stem = name.normalize('NFKC').replace(RTP_AT_END, '');
  return wordsOf(stem === '' ? name : stem).join('');
}

function wordsOf(name: string): readonly string[] {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{Mn}'’]/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
