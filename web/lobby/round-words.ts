/** How a round is shown: a colour for its state, words for its game. */
import type { Round } from './api.ts';

const COLOURS: Readonly<Record<string, string>> = { open: 'blue', closed: 'teal', void: 'orange', reopened: 'red' };

export const colourOf = (state: string): string => COLOURS[state] ?? 'gray';

/** A game code in readable words. */
export function gameOf(code: string | null): string {
  if (code === null) return 'unknown game';
  const words = code.replaceAll(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const isWin = (round: Round): boolean => /[1-9]/.test(round.paid);
