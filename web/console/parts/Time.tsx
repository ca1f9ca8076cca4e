/** A moment in UTC, with the reader's own time when they point at it. */
const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

/** `short`: only the time of the day, to the millisecond */
export function Time({ at, short = false }: { readonly at: string; readonly short?: boolean }) {
  const text = at.slice(0, 19).replace('T', ' ');
  return (
    <time dateTime={at} title={`${LOCAL.format(new Date(at))} (your time)`} className="time">
      {short ? at.slice(11, 23) : text}
    </time>
  );
}

/** How long ago, in one word and a number. */
export function ageOf(at: string, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / 1_000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
