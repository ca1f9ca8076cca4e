/** What the slot page asks of the sandbox. Answers are data of our own server, shaped as its `state.ts` and `play.ts` say. */
import type { SlotSymbol } from './symbols.ts';

export interface TableState {
  readonly game: {
    readonly code: string;
    readonly name: string;
    readonly provider: string;
    readonly category: string;
    readonly rtp: string | null;
    readonly volatility: string | null;
  };
  readonly mode: 'real' | 'demo';
  readonly currency: string;
  readonly scale: number;
  readonly balance: string | null;
  readonly problem: string | null;
  readonly stakes: readonly string[];
  readonly phase: 'ready' | 'spinning' | 'unfinished';
  readonly return_url: string | null;
  readonly palette: { readonly dark: string; readonly bright: string; readonly light: string; readonly accent: string };
  readonly lines: readonly (readonly number[])[];
  readonly paytable: readonly { readonly symbol: SlotSymbol; readonly pays: readonly number[] }[];
}

export interface LineWin {
  readonly line: number;
  readonly rows: readonly number[];
  readonly symbol: SlotSymbol;
  readonly count: number;
  readonly amount: string;
}

export interface Spun {
  readonly kind: 'spun';
  readonly round_id: string;
  readonly grid: readonly (readonly SlotSymbol[])[];
  readonly wins: readonly LineWin[];
  readonly stake: string;
  readonly win: string;
  readonly balance: string | null;
  readonly payout: 'paid' | 'pending' | 'refused';
}

export type SpinAnswer =
  | Spun
  | { readonly kind: 'refused'; readonly code: string; readonly balance: string | null }
  | { readonly kind: 'uncertain'; readonly refunding: boolean }
  /** the sandbox itself did not answer */
  | { readonly kind: 'lost' };

const base = location.pathname.replace(/\/$/, '');

/** How the table stands; `gone` when there is no such table any more, null when the sandbox cannot be reached. */
export async function readState(): Promise<TableState | 'gone' | null> {
  try {
    const response = await fetch(`${base}/state`, { signal: AbortSignal.timeout(10_000) });
    if (response.status === 410) return 'gone';
    return response.ok ? ((await response.json()) as TableState) : null;
  } catch {
    return null;
  }
}

export async function askSpin(stake: string): Promise<SpinAnswer> {
  try {
    const response = await fetch(`${base}/spin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stake }),
    });
    const answer = (await response.json()) as SpinAnswer;
    return answer.kind === 'spun' || answer.kind === 'refused' || answer.kind === 'uncertain'
      ? answer
      : { kind: 'lost' };
  } catch {
    return { kind: 'lost' };
  }
}

/** Says that the player is going. Nobody waits for the answer. */
export function sayLeaving(): void {
  navigator.sendBeacon(`${base}/leave`);
}

export const pictureOf = (code: string): string => `/thumbs/${encodeURIComponent(code)}.svg`;
