/**
 * The pictures on the thumbnails: drawings of our own, each around the middle of a box from -50 to 50. `L` is filled with the
 * light of the game's palette, `A` with its accent, `B` with its bright colour, `D` with its dark one; `G` is gold.
 * The outline is the dark colour too.
 */
const DRAWINGS = {
  panda:
    '<g D><circle cx="-30" cy="-28" r="16"/><circle cx="30" cy="-28" r="16"/></g><ellipse cy="4" rx="44" ry="40" fill="#fff"/><g fill="#20202c" stroke="none"><ellipse cx="-18" cy="-2" rx="12" ry="15" transform="rotate(25 -18 -2)"/><ellipse cx="18" cy="-2" rx="12" ry="15" transform="rotate(-25 18 -2)"/><ellipse cy="18" rx="8" ry="5.5"/></g><g fill="#fff" stroke="none"><circle cx="-16" cy="-3" r="4.5"/><circle cx="16" cy="-3" r="4.5"/></g><path d="M0 23V28M0 28Q-8 34-13 28M0 28Q8 34 13 28" fill="none" stroke-width="3"/>',
  tiger:
    '<g fill="#f8961e"><circle cx="-30" cy="-26" r="14"/><circle cx="30" cy="-26" r="14"/><path d="M0-40C30-40 46-18 44 6 42 30 22 44 0 44-22 44-42 30-44 6-46-18-30-40 0-40Z"/></g><path d="M-10-36V-22M0-39V-20M10-36V-22M-43-6-28-2M-41 8-28 9M43-6 28-2M41 8 28 9" fill="none" stroke-width="5" stroke-linecap="round"/><ellipse cy="24" rx="22" ry="16" fill="#fff3df" stroke="none"/><g fill="#20202c" stroke="none"><circle cx="-17" cy="-1" r="5.5"/><circle cx="17" cy="-1" r="5.5"/><path d="M-8 14H8L0 23Z"/></g><path d="M0 23V29M0 29Q-8 35-13 29M0 29Q8 35 13 29" fill="none" stroke-width="3"/>',
  fox: '<path d="M-44-44-12-26Q0-30 12-26L44-44 40 4Q22 40 0 46-22 40-40 4Z" fill="#ef6f2e"/><path d="M-40 4Q-18 4-8 20L0 46Q-22 40-40 4ZM40 4Q18 4 8 20L0 46Q22 40 40 4Z" fill="#fff3e6"/><g fill="#20202c" stroke="none"><circle cx="-16" cy="-2" r="5"/><circle cx="16" cy="-2" r="5"/><circle cy="42" r="7"/></g>',
  owl: '<path d="M-36-42Q-18-34 0-34 18-34 36-42 44-10 38 14 30 44 0 46-30 44-38 14-44-10-36-42Z" B/><path d="M0 0Q20 6 22 26 14 42 0 42-14 42-22 26-20 6 0 0Z" L stroke="none"/><circle cx="-17" cy="-10" r="17" fill="#fff"/><circle cx="17" cy="-10" r="17" fill="#fff"/><g fill="#20202c" stroke="none"><circle cx="-15" cy="-9" r="8"/><circle cx="15" cy="-9" r="8"/></g><path d="M-7 4H7L0 18Z" A/>',
  bear: '<g fill="#a26a42"><circle cx="-30" cy="-28" r="14"/><circle cx="30" cy="-28" r="14"/><ellipse cy="3" rx="44" ry="41"/></g><ellipse cy="19" rx="23" ry="18" fill="#f2d6b3" stroke="none"/><g fill="#20202c" stroke="none"><circle cx="-17" cy="-6" r="5.5"/><circle cx="17" cy="-6" r="5.5"/><ellipse cy="12" rx="9" ry="6.500"/></g><path d="M0 18V25M0 25Q-8 31-13 25M0 25Q8 31 13 25" fill="none" stroke-width="3"/>',
  bird: '<path d="M-46 6Q-30-6-18-4-16-34 12-36 34-36 34-12L48-6 34 0Q32 32 2 36-26 36-46 6Z" B/><path d="M-10 2Q10-8 20 8 8 26-14 22-26 14-34 4Z" L/><path d="M34-12 48-6 34 0Z" A/><circle cx="18" cy="-16" r="5" fill="#20202c" stroke="none"/><path d="M-2 36V46M10 35V45" fill="none" stroke-width="4"/>',
  fish: '<path d="M-46-24-22-4Q-2-32 24-28 44-22 48 0 44 22 24 28-2 32-22 4L-46 24Q-38 0-46-24Z" A/><path d="M10-29Q0-12 0 0 0 12 10 29M-2-8Q8-2 8 0 8 2-2 8" fill="none" stroke-width="4"/><circle cx="30" cy="-8" r="6" fill="#fff"/><circle cx="31" cy="-8" r="2.5" fill="#20202c" stroke="none"/>',
  gem: '<path d="M-26-36H26L46-10 0 42-46-10Z" L/><path d="M-46-10H46M-26-36-16-10 0 42 16-10 26-36M-16-10 0-36 16-10" fill="none" stroke-width="3"/><path d="M-26-36-16-10-46-10Z" fill="#fff" opacity=".7" stroke="none"/>',
  crown:
    '<path d="M-44 26-48-24-22-2 0-40 22-2 48-24 44 26Z" G/><path d="M-44 26H44V42H-44Z" B/><g L><circle cx="-48" cy="-27" r="6"/><circle cy="-43" r="6"/><circle cx="48" cy="-27" r="6"/></g><path d="M0 4 10 16 0 26-10 16Z" B/>',
  star: '<path d="M0-48 14-16 49-13 22 10 31 45 0 26-31 45-22 10-49-13-14-16Z" A/><path d="M0-34 9-10 0 12-9-10Z" fill="#fff" opacity=".6" stroke="none"/>',
  comet:
    '<path d="M48-44Q2-30-26 0L0 26Q30-2 48-44Z" B/><path d="M40-36Q10-20-12 4L4 18Q28-8 40-36Z" L stroke="none" opacity=".7"/><circle cx="-16" cy="16" r="26" G/><circle cx="-24" cy="10" r="6" fill="#fff" opacity=".6" stroke="none"/><circle cx="-10" cy="26" r="4" fill="#fff" opacity=".5" stroke="none"/>',
  sun: '<path d="M0-50 10-30 30-40 28-18 50-14 34 0 50 14 28 18 30 40 10 30 0 50-10 30-30 40-28 18-50 14-34 0-50-14-28-18-30-40-10-30Z" A/><circle r="25" L/><g fill="#20202c" stroke="none"><circle cx="-9" cy="-4" r="3.5"/><circle cx="9" cy="-4" r="3.5"/></g><path d="M-10 7Q0 16 10 7" fill="none" stroke-width="3.5" stroke-linecap="round"/>',
  moon: '<path d="M14-46A46 46 0 1 0 46 18 38 38 0 0 1 14-46Z" L/><circle cx="-18" cy="-2" r="7" B stroke="none" opacity=".35"/><circle cx="-4" cy="24" r="5" B stroke="none" opacity=".35"/><path d="M30-40 34-30 44-28 36-21 38-11 30-17 22-11 24-21 16-28 26-30Z" A/>',
  mountain:
    '<path d="M-50 38-14-36 4-6 16-24 50 38Z" B/><path d="M-14-36 2-4-8-10-16 0-26-10ZM16-24 29 0 18-4 10 2 8-12Z" L/><circle cx="30" cy="-34" r="11" A/>',
  wave: '<path d="M-50 40V6Q-30-44 14-40 44-34 42-6 34-22 18-16 2-8 12 8 26 24 50 12V40Z" B/><path d="M-38 20Q-22-28 14-28M-26 30Q-12-6 2-14M-10 32Q-6 22 0 18" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round"/>',
  leaf: '<path d="M-36 40Q-52-26 44-44 52 34-8 36-24 36-36 40Z" fill="#5cb85c"/><path d="M-44 48Q-26 4 26-26M-20 14 8 16M-6-2 22 0" fill="none" stroke-width="4" stroke-linecap="round"/>',
  flower:
    '<path d="M0 10V48M0 34Q20 34 24 18M0 40Q-18 40-22 26" fill="none" stroke="#3c8d40" stroke-width="6" stroke-linecap="round"/><g A><circle cy="-34" r="15"/><circle cx="22" cy="-18" r="15"/><circle cx="14" cy="6" r="15"/><circle cx="-14" cy="6" r="15"/><circle cx="-22" cy="-18" r="15"/></g><circle cy="-12" r="13" L/>',
  flame:
    '<path d="M4-50C30-24 44-6 36 20 30 42 12 48 0 48-14 48-32 40-36 18-38 0-26-8-22-24-14-18-12-10-12-2-2-14 8-28 4-50Z" fill="#f4511e"/><path d="M2-6C18 10 22 20 18 32 14 44 6 46 0 46-8 46-16 42-18 30-18 20-10 16-8 8-4 12-2 14 0 18 4 10 4 2 2-6Z" G/>',
  key: '<path d="M-4-20A24 24 0 1 0-20-4L18 34V48H34L34 36 46 36V22L-4-20ZM-28-28A8 8 0 1 1-28-27Z" G transform="translate(2 0)"/>',
  lantern:
    '<path d="M-14-40H14L24-26H-24Z" B/><path d="M-24-26H24L30 26H-30Z" L/><path d="M-34 26H34V42H-34Z" B/><path d="M0-12C14 2 12 18 0 20-12 18-14 2 0-12Z" A/><path d="M-12-40Q0-56 12-40" fill="none" stroke-width="4"/>',
  bell: '<path d="M0-44C24-44 26-16 28 4 30 18 40 22 40 28H-40C-40 22-30 18-28 4-26-16-24-44 0-44Z" G/><circle cy="36" r="9" B/><path d="M-14-26Q-18-10-18 4" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".8"/>',
  coin: '<ellipse cx="-6" cy="26" rx="36" ry="14" B/><ellipse cx="-6" cy="16" rx="36" ry="14" G/><ellipse cx="-6" cy="6" rx="36" ry="14" G/><circle cx="14" cy="-18" r="28" G/><circle cx="14" cy="-18" r="20" fill="none" stroke-width="3"/><path d="M14-32 18-22 28-22 20-15 23-5 14-11 5-5 8-15 0-22 10-22Z" L/>',
  rocket:
    '<path d="M0-50Q26-28 20 18H-20Q-26-28 0-50Z" L/><path d="M-20-4-40 22-18 24ZM20-4 40 22 18 24Z" B/><circle cy="-14" r="9" B/><path d="M-11 20H11Q10 36 0 50-10 36-11 20Z" A/>',
  potion:
    '<path d="M-12-44H12V-18L36 24Q42 44 20 44H-20Q-42 44-36 24L-12-18Z" L/><path d="M-24 6H24L34 24Q40 42 20 42H-20Q-40 42-34 24Z" B stroke="none"/><path d="M-16-46H16" stroke-width="8" stroke-linecap="round"/><g fill="#fff" stroke="none" opacity=".75"><circle cx="-8" cy="24" r="5"/><circle cx="10" cy="30" r="4"/><circle cx="6" cy="14" r="3"/></g>',
  cupcake:
    '<path d="M-30 6H30L22 46H-22Z" B/><path d="M-12 8-8 44M12 8 8 44" fill="none" stroke-width="3"/><path d="M-38 6Q-44-14-24-16-24-34-4-32 6-40 14-30 28-28 24-16 44-14 38 6Z" L/><circle cx="2" cy="-38" r="9" fill="#e5263f"/>',
  cherry:
    '<path d="M-20 14Q-12-22 30-42M22 16Q22-18 30-42" fill="none" stroke="#3b7a2a" stroke-width="6"/><path d="M30-42Q6-50-6-34 14-26 30-42Z" fill="#5cb85c"/><circle cx="-22" cy="26" r="20" fill="#e5263f"/><circle cx="22" cy="28" r="18" fill="#e5263f"/><path d="M-32 20Q-28 12-20 14M14 24Q18 17 24 18" fill="none" stroke="#ffc2c8" stroke-width="5" stroke-linecap="round"/>',
  anchor:
    '<path d="M-6-20H6V26Q24 22 28 8L18 10 34-8 44 14 36 10Q32 42 0 46-32 42-36 10L-44 14-34-8-18 10-28 8Q-24 22-6 26Z" L/><path d="M-22-18H22V-8H-22Z" L/><circle cy="-34" r="13" fill="none" stroke-width="12"/><circle cy="-34" r="13" fill="none" stroke="#fff" stroke-width="6"/>',
  castle:
    '<path d="M-44 42V-24H-34V-14H-26V-24H-14V-4H14V-24H26V-14H34V-24H44V42Z" L/><path d="M-12 42V18Q0 4 12 18V42Z" D/><path d="M-29-24V-46L-12-38-29-32M29-24V-46L46-38 29-32" A/>',
  mask: '<path d="M-46-26Q-20-34 0-22 20-34 46-26 46 14 22 22 6 24 0 8-6 24-22 22-46 14-46-26Z" A/><g D><path d="M-34-10Q-22-18-10-4-22 8-34-10ZM34-10Q22-18 10-4 22 8 34-10Z"/></g><path d="M40 0 46 46M-36-27Q-46-44-30-48M36-27Q46-44 30-48" fill="none" stroke-width="4" stroke-linecap="round"/>',
  mushroom:
    '<path d="M-16 4H16Q12 26 20 46H-20Q-12 26-16 4Z" fill="#fff4e0"/><path d="M-48 8Q-44-42 0-42 44-42 48 8 24 16 0 16-24 16-48 8Z" fill="#e5383b"/><g fill="#fff" stroke="none"><circle cx="-20" cy="-12" r="9"/><circle cx="8" cy="-24" r="8"/><circle cx="28" cy="-6" r="7"/><circle cx="2" cy="3" r="6"/></g>',
  clover:
    '<path d="M2 4Q6 28 18 46" fill="none" stroke="#2f7d32" stroke-width="7" stroke-linecap="round"/><g fill="#5cc45f"><path d="M0 0Q-30 2-32-18-30-36-14-30-10-46 4-34 10-20 0 0Z" transform="rotate(-12)"/><path d="M0 0Q30 2 32-18 30-36 14-30 10-46-4-34-10-20 0 0Z" transform="rotate(62)"/><path d="M0 0Q-30 2-32-18-30-36-14-30-10-46 4-34 10-20 0 0Z" transform="rotate(-104)"/></g>',
  wheel:
    '<circle r="46" A/><circle r="38" fill="#20202c"/><path d="M0 0 38 0A38 38 0 0 1 27 27ZM0 0 0 38A38 38 0 0 1-27 27ZM0 0-38 0A38 38 0 0 1-27-27ZM0 0 0-38A38 38 0 0 1 27-27Z" fill="#d62839" stroke="none"/><circle r="17" A/><path d="M-26 0H26M0-26V26" fill="none" stroke-width="5" stroke-linecap="round"/>',
  cards:
    '<rect x="-44" y="-34" width="46" height="66" rx="7" fill="#fff" transform="rotate(-14 -20 0)"/><rect x="-4" y="-36" width="46" height="66" rx="7" fill="#fff" transform="rotate(12 20 0)"/><path d="M20 14C2 2 8-14 20-4 32-14 38 2 20 14Z" fill="#d62839" transform="rotate(12 20 0)" stroke="none"/><path d="M-22-20C-40-2-34 10-24 4L-28 14H-16L-20 4C-10 10-4-2-22-20Z" fill="#20202c" transform="rotate(-14 -20 0)" stroke="none"/>',
  dice: '<rect x="-46" y="-20" width="50" height="50" rx="10" fill="#fff" transform="rotate(-12 -20 5)"/><rect x="-2" y="-34" width="48" height="48" rx="10" A transform="rotate(14 22 -10)"/><g fill="#20202c" stroke="none"><g transform="rotate(-12 -20 5)"><circle cx="-34" cy="-8" r="5"/><circle cx="-21" cy="5" r="5"/><circle cx="-8" cy="18" r="5"/></g><g transform="rotate(14 22 -10)"><circle cx="10" cy="-22" r="5"/><circle cx="34" cy="-22" r="5"/><circle cx="10" cy="2" r="5"/><circle cx="34" cy="2" r="5"/></g></g>',
  ball: '<circle r="44" B/><circle r="25" fill="#fff"/><text y="12" font-size="34" font-weight="800" text-anchor="middle" fill="#20202c" stroke="none" font-family="system-ui,sans-serif">7</text><path d="M-28-22Q-16-36 0-37" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".8"/>',
} as const;

export type EmblemName = keyof typeof DRAWINGS;

export interface EmblemColours {
  readonly light: string;
  readonly accent: string;
  readonly bright: string;
  readonly dark: string;
}

/** The drawing as SVG, coloured. Colours are attribute values: `#rrggbb` or `url(#id)`. */
export function emblem(name: EmblemName, colours: EmblemColours): string {
  const fills: Readonly<Record<string, string>> = {
    L: colours.light,
    A: colours.accent,
    B: colours.bright,
    D: colours.dark,
    G: '#ffc53d',
  };
  return DRAWINGS[name].replaceAll(
    /(?<=[\s"g]) ?\b([LABDG])(?=[\s/>])/g,
    (_whole, letter: string) => ` fill="${fills[letter] ?? ''}"`,
  );
}
