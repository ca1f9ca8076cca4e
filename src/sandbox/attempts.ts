/**
 * Every try of a callback, for the person who tests: the last ones in full and counters of all. Bounded, in memory, without a
 * signature: what proves who sent a request is never shown.
 */
import type { OutboundRequest, Understood } from '../dialects/dialect.ts';

export interface Attempt {
  readonly atMs: number;
  /** what was sent, e.g. `bet bet-0190…` */
  readonly label: string;
  /** 1 for the first try */
  readonly attempt: number;
  readonly status: number | null;
  readonly reading: Understood['kind'];
  readonly detail: string;
  readonly tookMs: number;
  readonly body: string;
  /** the request for a terminal, its signature left for the reader to make */
  readonly curl: string;
}

export interface Counters {
  sent: number;
  /** tries after the first of the same callback */
  repeated: number;
  applied: number;
  duplicate: number;
  rejected: number;
  uncertain: number;
  nonsense: number;
}

interface Noted extends Pick<Attempt, 'atMs' | 'label' | 'attempt' | 'status' | 'tookMs'> {
  readonly request: OutboundRequest;
  readonly reading: Understood;
}

export interface Attempts {
  readonly note: (noted: Noted) => void;
  /** newest first */
  readonly list: () => readonly Attempt[];
  readonly counters: () => Readonly<Counters>;
}

const REMEMBERED = 1_000;

export function createAttempts(url: string): Attempts {
  const list: Attempt[] = [];
  const counters: Counters = { sent: 0, repeated: 0, applied: 0, duplicate: 0, rejected: 0, uncertain: 0, nonsense: 0 };
  return {
    note: ({ request, reading, ...facts }) => {
      counters.sent += 1;
      counters[reading.kind] += 1;
      if (facts.attempt > 1) counters.repeated += 1;
      if (reading.kind === 'applied' && reading.duplicate) counters.duplicate += 1;
      const body = new TextDecoder().decode(request.body);
      list.push({ ...facts, reading: reading.kind, detail: detailOf(reading), body, curl: curlOf(url, request, body) });
      if (list.length > REMEMBERED) list.shift();
    },
    list: () => list.toReversed(),
    counters: () => ({ ...counters }),
  };
}

const SHOWN_HEADERS = new Set(['content-type', 'accept']);

function curlOf(url: string, request: OutboundRequest, body: string): string {
  const headers = Object.entries(request.headers).map(
    ([name, value]) => `-H ${quoted(`${name}: ${SHOWN_HEADERS.has(name.toLowerCase()) ? value : `<${name}>`}`)}`,
  );
  const data = body === '' ? [] : [`--data-binary ${quoted(body)}`];
  return ['curl', '-X', request.method, quoted(`${url}${request.path}`), ...headers, ...data].join(' ');
}

/** For a POSIX shell: nothing inside single quotes means anything but the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function detailOf(reading: Understood): string {
  switch (reading.kind) {
    case 'applied':
      return reading.duplicate ? 'duplicate' : '';
    case 'rejected':
      return reading.code;
    case 'uncertain':
    case 'nonsense':
      return reading.reason;
  }
}
