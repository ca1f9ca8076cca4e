/** Colours of the sandbox's games: a game's thumbnail and its slot page wear the same. */
import { pick } from './random.ts';
import type { Random } from './random.ts';

export interface Palette {
  readonly dark: string;
  readonly bright: string;
  readonly light: string;
  /** stands out on both */
  readonly accent: string;
}

const PALETTES: readonly Palette[] = [
  { dark: '#1b1240', bright: '#6d3bf0', light: '#e9ddff', accent: '#ffd166' },
  { dark: '#04263a', bright: '#0fa3b1', light: '#e0fbfc', accent: '#ffb703' },
  { dark: '#330a1c', bright: '#d8315b', light: '#ffe3ea', accent: '#ffca3a' },
  { dark: '#0a2f24', bright: '#21a179', light: '#e3fcec', accent: '#ffe066' },
  { dark: '#3a1a06', bright: '#f3722c', light: '#fff1d6', accent: '#ffe66d' },
  { dark: '#0c1d4a', bright: '#3a86ff', light: '#dceaff', accent: '#ffbe0b' },
  { dark: '#2c0b3f', bright: '#c724b1', light: '#ffdcf9', accent: '#7bf1e4' },
  { dark: '#12241b', bright: '#7cae3b', light: '#f4ffd9', accent: '#ff9f6b' },
  { dark: '#2b1a12', bright: '#b08968', light: '#fff4e6', accent: '#7fe0d0' },
  { dark: '#101a2c', bright: '#5b7aa8', light: '#eef4ff', accent: '#ff8fa3' },
  { dark: '#3b0f2b', bright: '#ff5d8f', light: '#fff0f5', accent: '#9bf6ff' },
  { dark: '#052f3f', bright: '#2ec4b6', light: '#f1fffd', accent: '#ff9f1c' },
];

export function paletteOf(random: Random): Palette {
  return pick(random, PALETTES);
}

/** FNV-1a: one number for a text, the same everywhere. */
export function seedOf(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value;
}
