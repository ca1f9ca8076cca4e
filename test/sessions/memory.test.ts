import { expect, it } from 'vitest';
import { createMemory } from '../../src/sessions/memory.ts';

it('never holds more than it may, and forgets what was not asked for lately', () => {
  const memory = createMemory<number>(4);
  for (const [index, key] of ['a', 'b', 'c'].entries()) memory.set(key, index);
  expect(memory.get('a')).toBe(0);
  memory.set('d', 3);
  expect(memory.size()).toBe(3);
  expect(memory.get('b')).toBeUndefined();
  expect(memory.get('a')).toBe(0);
  memory.set('a', 9);
  expect(memory.size()).toBe(3);
  expect(memory.get('a')).toBe(9);
  memory.forget('a');
  expect(memory.get('a')).toBeUndefined();
  for (let n = 0; n < 1_000; n += 1) {
    memory.set(`k-${n}`, n);
    expect(memory.get(`k-${n}`)).toBe(n);
    expect(memory.size()).toBeLessThanOrEqual(4);
  }
});

it('remembers half of its room for as long as it is asked for, whatever else comes', () => {
  const memory = createMemory<number>(8);
  for (let n = 0; n < 500; n += 1) {
    memory.set(`passing-${n}`, n);
    for (const key of ['a', 'b', 'c']) {
      if (n === 0) memory.set(key, n);
      expect(memory.get(key)).toBe(0);
    }
  }
});
