/** What the slot page asks of the sandbox. Answers are data of our own server, shaped as its `play.ts` says. */
import type { SlotSymbol } from './symbols.ts';

export interface TableState {
  readonly game: { readonly name: string; readonly provider: string };
  readonly mode: 'real' | 'demo';
  readonly currency: string;
  readonly scale: number;
  readonly balance: string | null;
  readonly stakes: readonly string[];
  readonly busy: boolean;
  readonly return_url: string | null;
}

export interface Spun {
  readonly kind: 'spun';
  readonly round_id: string;
  readonly grid: readonly (readonly SlotSymbol[])[];
  readonly wins: readonly {
    readonly line: number;
    readonly symbol: SlotSymbol;
    readonly count: number;
    readonly amount: string;
  }[];
  readonly stake: string;
  readonly win: string;
  readonly balance: string | null;
  readonly pending: boolean;
}

export type SpinAnswer =
  | Spun
  | { readonly kind: 'refused'; readonly code: string; readonly balance: string | null }
  | { readonly kind: 'uncertain'; readonly message: string };

const base = location.pathname.replace(/\/$/, '');

export async function readState(): Promise<TableState> {
  const response = await fetch(`${base}/state`);
  if (!response.ok) throw new Error('gone');
  return (await response.json()) as TableState;
}

export async function askSpin(stake: string): Promise<SpinAnswer> {
  try {
    const response = await fetch(`${base}/spin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stake }),
    });
    return (await response.json()) as SpinAnswer;
  } catch {
    return { kind: 'uncertain', message: 'The game server cannot be reached. Nothing is lost: try again in a moment.' };
  }
}
