/**
 * Long work in slices: a generator that yields wherever others may have their turn. Whoever is pure writes the generator; who
 * drives it decides whether anybody is let in. Nothing here knows what the work is.
 */
import { setImmediate as pause } from 'node:timers/promises';

/** Work that may be interrupted at each `yield`, and what it comes to. */
export type Slices<Value> = Generator<undefined, Value, undefined>;

/** Does the work, letting this process answer others between two slices. */
export async function inSlices<Value>(work: Slices<Value>): Promise<Value> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await pause();
  }
}

/** Does the work without a pause. */
export function atOnce<Value>(work: Slices<Value>): Value {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
