/**
 * A bounded memory that forgets what was least recently asked for. Only speed: whatever is missing is read again.
 */

export interface Memory<Value> {
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value) => void;
  readonly forget: (key: string) => void;
  readonly size: () => number;
}

export function createMemory<Value>(maxEntries: number): Memory<Value> {
  // A Map keeps the order of insertion, so its first key is the one not asked for longest.
  const entries = new Map<string, Value>();
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set: (key, value) => {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= maxEntries) return;
      const oldest = entries.keys().next();
      if (oldest.done !== true) entries.delete(oldest.value);
    },
    forget: (key) => void entries.delete(key),
    size: () => entries.size,
  };
}
