/**
 * Days of a time zone. A day is a label, `YYYY-MM-DD`, of the one zone that everything of a series is counted in: UTC unless
 * configured (SES-14). Pure.
 */

/** True for a zone this machine knows, like `UTC` or `Europe/Malta`. */
export function isTimeZone(name: string): boolean {
  try {
    return name !== '' && new Intl.DateTimeFormat('en-CA', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export type DayOf = (ms: number) => string;

const QUARTER_MS = 15 * 60_000;
const REMEMBERED = 4_096;

/**
 * The day an instant (epoch ms) falls on. Zones change by whole quarters of an hour, so that all of a quarter is one day, and
 * the costly question is asked once for each.
 */
export function daysOf(timeZone: string): DayOf {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const known = new Map<number, string>();
  return (ms) => {
    const quarter = Math.floor(ms / QUARTER_MS);
    const found = known.get(quarter);
    if (found !== undefined) return found;
    const parts = new Map(format.formatToParts(quarter * QUARTER_MS).map(({ type, value }) => [type, value]));
    const day = `${(parts.get('year') ?? '').padStart(4, '0')}-${parts.get('month') ?? ''}-${parts.get('day') ?? ''}`;
    if (known.size >= REMEMBERED) known.clear();
    known.set(quarter, day);
    return day;
  };
}

const DAY_MS = 86_400_000;

/** True for a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === text;
}

/** How many days from one to the other, both counted; 0 or less when `to` comes first. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;
}

/** Every day from one to the other, both included, oldest first. */
export function daysFrom(from: string, to: string): readonly string[] {
  const first = Date.parse(`${from}T00:00:00Z`);
  return Array.from({ length: Math.max(0, daysBetween(from, to)) }, (_, index) =>
    new Date(first + index * DAY_MS).toISOString().slice(0, 10),
  );
}
