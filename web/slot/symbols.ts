/** The reel symbols as vector drawings of our own; each fits a 100 × 100 box. */
export const SYMBOLS = ['wild', 'seven', 'bell', 'gem', 'crown', 'plum', 'lemon', 'cherry'] as const;
export type SlotSymbol = (typeof SYMBOLS)[number];

const DRAWINGS: Record<SlotSymbol, string> = {
  wild: '<path d="M50 6 61 37 94 38 68 58 77 91 50 72 23 91 32 58 6 38 39 37Z" fill="#ffd34d" stroke="#a35c00" stroke-width="4"/><text x="50" y="62" font-size="22" font-weight="800" text-anchor="middle" fill="#7a2e00" stroke="#fff3cf" stroke-width="6" stroke-linejoin="round" paint-order="stroke" font-family="system-ui,sans-serif">WILD</text>',
  seven:
    '<path d="M20 16H82V34L52 90H28L58 36H38V46H20Z" fill="#e5263f" stroke="#6d0012" stroke-width="4" stroke-linejoin="round"/><path d="M26 22H76" stroke="#ff8d9b" stroke-width="4"/>',
  bell: '<path d="M50 12C72 12 74 38 76 54 78 66 86 70 86 74H14C14 70 22 66 24 54 26 38 28 12 50 12Z" fill="#f5b921" stroke="#8a5a00" stroke-width="4"/><circle cx="50" cy="82" r="8" fill="#c98300" stroke="#8a5a00" stroke-width="3"/><path d="M36 26C32 36 32 46 30 56" stroke="#fff0b8" stroke-width="5" fill="none" stroke-linecap="round"/>',
  gem: '<path d="M28 16H72L92 42 50 90 8 42Z" fill="#2fb8e6" stroke="#04526e" stroke-width="4" stroke-linejoin="round"/><path d="M8 42H92M28 16 36 42 50 90 64 42 72 16M36 42 50 16 64 42" fill="none" stroke="#b9f0ff" stroke-width="3"/>',
  crown:
    '<path d="M10 76V30L32 52 50 16 68 52 90 30V76Z" fill="#b06be0" stroke="#4b176e" stroke-width="4" stroke-linejoin="round"/><path d="M10 78H90V90H10Z" fill="#8a45bf" stroke="#4b176e" stroke-width="4"/><circle cx="50" cy="62" r="7" fill="#ffe066"/>',
  plum: '<path d="M52 24C84 20 94 48 82 70 70 92 32 92 20 70 8 48 20 22 52 24Z" fill="#6b4bd1" stroke="#2b1771" stroke-width="4"/><path d="M52 24C52 14 60 8 70 8" stroke="#3b7a2a" stroke-width="5" fill="none" stroke-linecap="round"/><path d="M28 50C28 40 34 34 42 34" stroke="#c4b5ff" stroke-width="6" fill="none" stroke-linecap="round"/>',
  lemon:
    '<path d="M10 52C18 22 58 12 82 26 92 32 94 40 90 48 82 78 42 90 18 76 8 70 6 60 10 52Z" fill="#ffe14a" stroke="#9b7b00" stroke-width="4"/><path d="M28 46C34 36 46 30 58 30" stroke="#fff9d1" stroke-width="6" fill="none" stroke-linecap="round"/>',
  cherry:
    '<path d="M34 60C40 36 58 20 80 12M68 62C70 42 74 26 80 12" stroke="#3b7a2a" stroke-width="5" fill="none"/><circle cx="32" cy="70" r="20" fill="#e5263f" stroke="#6d0012" stroke-width="4"/><circle cx="68" cy="72" r="18" fill="#e5263f" stroke="#6d0012" stroke-width="4"/><path d="M22 62C24 58 28 56 32 56" stroke="#ffb0ba" stroke-width="5" fill="none" stroke-linecap="round"/>',
};

export function drawing(symbol: SlotSymbol): string {
  return `<svg viewBox="0 0 100 100" aria-hidden="true">${DRAWINGS[symbol]}</svg>`;
}
