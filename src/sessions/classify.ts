/**
 * Whether a session was played for real money, in demo, or nobody can say, as a pure function of everything that was ever said
 * about it: in any order, repeated, without an end. Money follows the wallet calls; a session's mode never moves any.
 */

export type SessionMode = 'real' | 'demo' | 'unknown';

/** What is known of one session. */
export interface SessionSigns {
  /** the mode it was launched in; null: it was not launched here */
  readonly launched: 'real' | 'demo' | null;
  /** the modes its events named */
  readonly told: ReadonlySet<'real' | 'demo'>;
  /** a bet that carries it was booked */
  readonly hasBet: boolean;
}

export interface Classified {
  readonly mode: SessionMode;
  /** what was said contradicts itself (SES-15) */
  readonly conflict: boolean;
}

/**
 * Real: a bet carries it (SES-03), or it was launched so. Demo: launched so, and no bet. Where it was not launched here, its
 * events are believed while they agree. Else unknown: counted nowhere, and somebody is told (SES-02).
 */
export function classify({ launched, told, hasBet }: SessionSigns): Classified {
  const said = new Set<'real' | 'demo'>(told);
  if (launched !== null) said.add(launched);
  if (hasBet) return { mode: 'real', conflict: said.has('demo') };
  const [only] = said;
  const mode = launched ?? (said.size === 1 && only !== undefined ? only : 'unknown');
  return { mode, conflict: said.size > 1 };
}

export interface SignsOfLife {
  /** epoch ms of everything heard of it, in any order; not empty */
  readonly atMs: readonly number[];
  /** when it ended, as the aggregator says; null: it did not say */
  readonly endedAtMs: number | null;
  readonly idleMs: number;
}

export interface SessionSpan {
  readonly firstAtMs: number;
  /** the last sign of life, or its end where that came within the idle time after it */
  readonly lastAtMs: number;
  /** when it counts as closed: its end, or the idle time after its last sign of life where nobody said one in time (SES-07) */
  readonly closesAtMs: number;
  /** first to last; a silence longer than the idle time is not time played */
  readonly lengthMs: number;
}

/** How long a session lasted. No end is needed, and an end long after the last sign of life does not lengthen it. */
export function spanOf({ atMs, endedAtMs, idleMs }: SignsOfLife): SessionSpan {
  const signs = [...atMs].toSorted((a, b) => a - b);
  const first = signs[0];
  if (first === undefined) throw new Error('defect: a session without a sign of life');
  const last = signs.at(-1) ?? first;
  const ended = endedAtMs !== null && endedAtMs >= last && endedAtMs - last <= idleMs ? endedAtMs : null;
  const all = ended === null ? signs : [...signs, ended];
  let lengthMs = 0;
  for (const [index, at] of all.entries()) {
    const gap = at - (all[index - 1] ?? at);
    if (gap <= idleMs) lengthMs += gap;
  }
  return { firstAtMs: first, lastAtMs: ended ?? last, closesAtMs: ended ?? last + idleMs, lengthMs };
}
