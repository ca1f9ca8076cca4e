/**
 * A bounded memory that forgets what was not asked for lately. Only speed: whatever is missing is read again.
 *
 * Two generations instead of one order of use, which would have to be changed at each look. Each entry keeps the key it was first
 * set with: one cut out of a message would keep the whole message in memory.
 */

export interface Memory<Value> {
  readonly get: (key: string) => Value | undefined;
  /** `key` should be a string of its own, not cut out of a longer one. */
  readonly set: (key: string, value: Value) => void;
  readonly forget: (key: string) => void;
  readonly size: () => number;
}

interface Entry<Value> {
  readonly key: string;
  readonly value: Value;
}

/** @param maxEntries the most it holds; half of them are sure to be remembered while they are asked for */
export function createMemory<Value>(maxEntries: number): Memory<Value> {
  const generation = Math.max(1, Math.floor(maxEntries / 2));
  let recent = new Map<string, Entry<Value>>();
  let earlier = new Map<string, Entry<Value>>();
  const keep = (entry: Entry<Value>) => {
    if (recent.size >= generation && !recent.has(entry.key)) {
      earlier = recent;
      recent = new Map();
    }
    earlier.delete(entry.key);
    recent.set(entry.key, entry);
  };
  return {
    get: (key) => {
      const known = recent.get(key);
      if (known !== undefined) return known.value;
      const before = earlier.get(key);
      if (before !== undefined) keep(before);
      return before?.value;
    },
    set: (key, value) => keep({ key, value }),
    forget: (key) => {
      recent.delete(key);
      earlier.delete(key);
    },
    size: () => recent.size + earlier.size,
  };
}
