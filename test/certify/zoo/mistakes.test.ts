/** Each broken operator of the zoo makes its mistake, every time, and no other one: so a kit that does not see it has no teeth. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CORRECT_OPERATOR, startOperator, ZOO } from '../../../src/certify/zoo/index.ts';
import { bet, close, undo, win } from '../../support/act.ts';
import { STORIES } from './stories.ts';
import { sit } from './table.ts';

describe('the zoo', () => {
  it('has a story for every broken operator and for nobody else', () => {
    expect(Object.keys(STORIES).toSorted()).toEqual(ZOO.map(({ name }) => name).toSorted());
    expect(ZOO.length).toBeGreaterThanOrEqual(20);
  });

  it('changes exactly one habit in each, and says of each what it does, what it costs and who should see it', () => {
    for (const { name, mistake, costs, caughtBy, habits } of ZOO) {
      expect(Object.keys(habits), name).toHaveLength(1);
      expect(`${mistake}\n${costs}`, name).toMatch(/^[^\n]+\.\n[^\n]+\.$/);
      expect(caughtBy.length, name).toBeGreaterThan(0);
    }
  });

  it('is what its page says it is', () => {
    const page = readFileSync(path.join(import.meta.dirname, '../../../docs/zoo.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(
      ZOO.map(
        ({ name, mistake, costs, caughtBy }) => `| \`${name}\` | ${mistake} | ${costs} | ${caughtBy.join(', ')} |`,
      ),
    );
    expect(page).toContain(`and ${ZOO.length} that are the correct one with exactly one classic mistake each`);
  });

  it('knows nobody of another name', async () => {
    await expect(startOperator('nobody')).rejects.toThrow(
      /no operator of the zoo is called nobody; there are correct,/,
    );
  });
});

describe.each(ZOO)('$name', ({ name, mistake }) => {
  const story = STORIES[name];
  if (story === undefined) throw new Error(`there is no story about ${name}`);

  it(`makes its mistake: ${mistake}`, async () => {
    expect(await story.play(name)).toEqual(story.wrong);
  });

  it('is the only one to: the correct operator plays the same story right', async () => {
    expect(await story.play(CORRECT_OPERATOR)).toEqual(story.right);
  });

  it('does nothing wrong on an ordinary evening', async () => {
    await using at = await sit(name);
    const { tell, balance } = at;
    expect(await balance()).toBe('100.00');
    expect(await tell(bet('b1'))).toBe('ok 99.00');
    expect(await tell(bet('b2', { amount: '10' }))).toBe('ok 89.00');
    expect(await tell(win('w1', { bet: 'b1' }))).toBe('ok 91.50');
    expect(await tell(undo('x1', 'bet', 'b2'))).toBe('ok 101.50');
    expect(await tell(bet('b4', { round: 'r2', amount: '101.50' }))).toBe('ok 0.00');
    expect(await tell(close('r2'))).toBe('ok 0.00');
    expect(await balance({ player: 1 })).toBe('100.00');
  });
});
