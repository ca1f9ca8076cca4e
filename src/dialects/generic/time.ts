/** Times of the generic dialect: ISO 8601 that says its zone. Without one it would mean another moment on every machine. */
import type { Fields } from '../../wire/index.ts';

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Epoch milliseconds of a field; a misfit is noted in `f`. */
export function timeOf(f: Fields, name: string): number {
  const text = f.text(name, 40);
  const ms = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) f.refuse(name, 'syntax');
  return ms;
}
