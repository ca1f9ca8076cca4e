/** Pictures of the sandbox's games: drawn from the code alone, so that nothing has to be stored and no studio's art is used. */
import type { ListedGame } from '../dialects/dialect.ts';
import { below, pick, seededRandom } from './random.ts';
import type { Random } from './random.ts';

const WIDTH = 320;
const HEIGHT = 200;
const PALETTES: readonly (readonly [string, string, string])[] = [
  ['#1b1f4b', '#7a2ff7', '#ffd166'],
  ['#04364a', '#0fa3b1', '#f9f7f3'],
  ['#3d0c11', '#d80032', '#f9dec9'],
  ['#0b3d2e', '#2fbf71', '#ffe066'],
  ['#2d1e2f', '#f77f00', '#fcbf49'],
  ['#14213d', '#3a86ff', '#ffbe0b'],
  ['#240046', '#ff006e', '#ffd6ff'],
  ['#1c2321', '#7d98a1', '#eef1ef'],
];

export function thumbnail(game: Pick<ListedGame, 'code' | 'name' | 'provider'>): string {
  const random = seededRandom(hash(game.code));
  const [dark, bright, light] = pick(random, PALETTES);
  const rays = Array.from({ length: 12 }, (_unused, index) => ray(index, random)).join('');
  const words = game.name.split(' ');
  const [top = '', ...rest] = words;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(game.name)}">
<defs>
<radialGradient id="g" cx="50%" cy="42%" r="80%"><stop offset="0" stop-color="${bright}"/><stop offset="1" stop-color="${dark}"/></radialGradient>
<linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="${light}"/></linearGradient>
</defs>
<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#g)"/>
<g fill="${light}" opacity=".09">${rays}</g>
<g transform="translate(160 78)" fill="url(#s)" stroke="${dark}" stroke-width="3">${emblem(random)}</g>
<g font-family="Georgia, 'Times New Roman', serif" font-weight="700" text-anchor="middle" fill="${light}" stroke="${dark}" stroke-width="5" paint-order="stroke">
<text x="160" y="148" font-size="30">${escape(top)}</text>
<text x="160" y="180" font-size="27">${escape(rest.join(' '))}</text>
</g>
</svg>`;
}

function ray(index: number, random: Random): string {
  const angle = index * 30 + random() * 8;
  return `<path d="M160 84 L${point(angle)} L${point(angle + 13)} Z"/>`;
}

function point(degrees: number): string {
  const radians = (degrees * Math.PI) / 180;
  return `${Math.round(160 + 260 * Math.cos(radians))} ${Math.round(84 + 260 * Math.sin(radians))}`;
}

const EMBLEMS = [
  // star, gem, crown, drop, sun, clover
  '<path d="M0-52 13-17 50-16 21 7 31 43 0 22-31 43-21 7-50-16-13-17Z"/>',
  '<path d="M-40-20-22-44H22L40-20 0 44Z"/><path d="M-40-20H40M-14-20 0 44 14-20-22-44M14-20 22-44" fill="none"/>',
  '<path d="M-46 30V-26L-22 2 0-40 22 2 46-26V30Z"/><path d="M-46 30H46V42H-46Z"/>',
  '<path d="M0-50C20-20 36-4 36 14A36 36 0 0 1-36 14C-36-4-20-20 0-50Z"/>',
  '<circle r="30"/><path d="M0-54V-38M0 54V38M-54 0H-38M54 0H38M-38-38-27-27M38 38 27 27M38-38 27-27M-38 38-27 27" stroke-width="8"/>',
  '<circle cx="-16" cy="-16" r="20"/><circle cx="16" cy="-16" r="20"/><circle cx="-16" cy="16" r="20"/><circle cx="16" cy="16" r="20"/><path d="M0 20 10 52H-4Z"/>',
] as const;

function emblem(random: Random): string {
  return EMBLEMS[below(random, EMBLEMS.length)] ?? EMBLEMS[0];
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
