import { expect, it } from 'vitest';
import { createMemory } from '../../src/sessions/memory.ts';

it('never holds more than it may, and forgets what was not asked for longest', () => {
  const memory = createMemory<number>(3);
  for (const [index, key] of ['a', 'b', 'c'].entries()) memory.set(key, index);
  expect(memory.get('a')).toBe(0);
  memory.set('d', 3);
  expect(memory.size()).toBe(3);
  expect(memory.get('b')).toBeUndefined();
  expect(memory.get('a')).toBe(0);
  memory.set('a', 9);
  expect(memory.size()).toBe(3);
  memory.forget('a');
  expect(memory.get('a')).toBeUndefined();
});
