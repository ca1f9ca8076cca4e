/** Pictures of the sandbox's games: drawn from the code alone, so that nothing has to be stored and no studio's art is used. */
import type { ListedGame } from '../dialects/dialect.ts';
import { emblem } from './emblems.ts';
import type { EmblemName } from './emblems.ts';
import { paletteOf, seedOf } from './palettes.ts';
import type { Palette } from './palettes.ts';
import { below, pick, seededRandom } from './random.ts';
import type { Random } from './random.ts';

const WIDTH = 320;
const HEIGHT = 200;
const MIDDLE_X = 160;
const MIDDLE_Y = 72;
const LINE_LETTERS = 15;

export function thumbnail(game: Pick<ListedGame, 'code' | 'name'>, emblemName: EmblemName): string {
  const random = seededRandom(seedOf(game.code));
  const palette = paletteOf(random);
  const lines = twoLines(game.name);
  const picture = emblem(emblemName, {
    light: 'url(#l)',
    accent: 'url(#a)',
    bright: palette.bright,
    dark: palette.dark,
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(game.name)}">
<defs>
<radialGradient id="g" cx="50%" cy="38%" r="85%"><stop offset="0" stop-color="${palette.bright}"/><stop offset=".62" stop-color="${palette.dark}"/><stop offset="1" stop-color="#07060d"/></radialGradient>
<radialGradient id="h"><stop offset="0" stop-color="${palette.light}" stop-opacity=".75"/><stop offset="1" stop-color="${palette.light}" stop-opacity="0"/></radialGradient>
<linearGradient id="l" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="${palette.light}"/></linearGradient>
<linearGradient id="a" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff6d8"/><stop offset=".45" stop-color="${palette.accent}"/><stop offset="1" stop-color="${palette.accent}"/></linearGradient>
<linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#07060d" stop-opacity="0"/><stop offset="1" stop-color="#07060d" stop-opacity=".85"/></linearGradient>
</defs>
<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#g)"/>
<g fill="${palette.light}">${pick(random, BACKDROPS)(random)}</g>
<circle cx="${MIDDLE_X}" cy="${MIDDLE_Y}" r="92" fill="url(#h)"/>
<g transform="translate(${MIDDLE_X} ${lines.length === 1 ? 78 : 68}) scale(${lines.length === 1 ? 1.2 : 1.06})" stroke="${palette.dark}" stroke-width="4" stroke-linejoin="round">${picture}</g>
<rect y="100" width="${WIDTH}" height="100" fill="url(#s)"/>
${title(lines, palette)}
</svg>`;
}

type Backdrop = (random: Random) => string;

const BACKDROPS: readonly Backdrop[] = [rays, bokeh, hills, sky, rings];

function rays(random: Random): string {
  const turn = random() * 20;
  const parts = Array.from({ length: 12 }, (_unused, index) => {
    const angle = turn + index * 30;
    return `<path d="M${MIDDLE_X} ${MIDDLE_Y} L${ray(angle)} L${ray(angle + 13)} Z"/>`;
  });
  return `<g opacity=".12">${parts.join('')}</g>`;
}

function ray(degrees: number): string {
  const radians = (degrees * Math.PI) / 180;
  return `${Math.round(MIDDLE_X + 260 * Math.cos(radians))} ${Math.round(MIDDLE_Y + 260 * Math.sin(radians))}`;
}

function bokeh(random: Random): string {
  const parts = Array.from(
    { length: 22 },
    () =>
      `<circle cx="${below(random, WIDTH)}" cy="${below(random, HEIGHT)}" r="${3 + below(random, 18)}" opacity="${dim(random)}"/>`,
  );
  return parts.join('');
}

function hills(random: Random): string {
  const parts = [0, 1, 2].map((index) => {
    const top = 104 + index * 24;
    const bend = 20 + below(random, 34);
    return `<path d="M0 ${top} Q80 ${top - bend} 160 ${top} T320 ${top - 8} V200 H0 Z" opacity="${(0.1 + index * 0.06).toFixed(2)}"/>`;
  });
  return `${stars(random, 14)}${parts.join('')}`;
}

function sky(random: Random): string {
  return stars(random, 46);
}

function stars(random: Random, count: number): string {
  return Array.from(
    { length: count },
    () =>
      `<circle cx="${below(random, WIDTH)}" cy="${below(random, 150)}" r="${(0.7 + random() * 1.6).toFixed(1)}" opacity="${(0.4 + random() * 0.5).toFixed(2)}"/>`,
  ).join('');
}

function rings(random: Random): string {
  const gap = 22 + below(random, 10);
  const parts = [1, 2, 3, 4, 5, 6].map(
    (index) => `<circle cx="${MIDDLE_X}" cy="${MIDDLE_Y}" r="${30 + index * gap}"/>`,
  );
  return `<g fill="none" stroke="#fff" stroke-width="9" opacity=".08">${parts.join('')}</g>`;
}

const dim = (random: Random): string => (0.05 + random() * 0.13).toFixed(2);

/** The name, as large as fits. */
function title(lines: readonly string[], palette: Palette): string {
  const longest = Math.max(...lines.map((line) => line.length));
  const size = Math.min(lines.length === 1 ? 30 : 27, Math.floor(285 / (longest * 0.6)));
  const bottom = lines.length === 1 ? 178 : 186;
  const texts = lines.map(
    (line, index) =>
      `<text x="${MIDDLE_X}" y="${bottom - (lines.length - 1 - index) * (size + 3)}">${escape(line)}</text>`,
  );
  return `<g font-family="'Trebuchet MS', 'Segoe UI', system-ui, 'Open Sans', sans-serif" font-size="${size}" font-weight="800" text-anchor="middle" fill="url(#l)" stroke="${palette.dark}" stroke-width="6" stroke-linejoin="round" paint-order="stroke">${texts.join('')}</g>`;
}

function twoLines(name: string): readonly string[] {
  if (name.length <= LINE_LETTERS) return [name];
  const words = name.split(' ');
  const cuts = words
    .slice(1)
    .map((_unused, index) => [words.slice(0, index + 1).join(' '), words.slice(index + 1).join(' ')]);
  const widest = (lines: readonly string[]): number => Math.max(...lines.map((line) => line.length));
  return cuts.toSorted((a, b) => widest(a) - widest(b))[0] ?? [name];
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
