/** The scenarios in the code and the entries of the catalogue do not drift apart; and every scenario says what it is for. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stepsOf } from '../../src/certify/describe.ts';
import { entryOf, groupOf } from '../../src/certify/scenario.ts';
import { SCENARIOS, selected } from '../../src/certify/scenarios/index.ts';
import { LEFT_OUT } from '../../src/certify/scenarios/left-out.ts';

const entries = readFileSync(path.join(import.meta.dirname, 'fixtures/catalogue.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

describe('the scenarios of the kit', () => {
  const played = new Set(SCENARIOS.map(({ id }) => entryOf(id)));

  it('play every entry of the catalogue, or a reason is written down why it cannot be played', () => {
    const lost = entries.filter((entry) => !played.has(entry) && LEFT_OUT[entry] === undefined);
    expect(lost).toEqual([]);
    expect(entries).toHaveLength(262);
  });

  it('are all of the catalogue, but for the mistakes of other ledgers', () => {
    const known = new Set(entries);
    const own = SCENARIOS.map(({ id }) => id).filter((id) => !known.has(entryOf(id)));
    expect([...new Set(own.map(groupOf))]).toEqual(['BUG']);
  });

  it('are not excused where they are played', () => {
    expect(Object.keys(LEFT_OUT).filter((entry) => played.has(entry) || !entries.includes(entry))).toEqual([]);
    expect(Object.values(LEFT_OUT).filter((reason) => reason.length < 20)).toEqual([]);
  });

  it('are two hundred and more that can be judged by balances or a lookup', () => {
    expect(SCENARIOS.filter(({ level }) => level === 'B' || level === 'L').length).toBeGreaterThanOrEqual(200);
  });

  it('have an id of their own, a title, what is at stake, and steps that read as sentences', () => {
    const ids = SCENARIOS.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const titles = SCENARIOS.filter((each) => each.level !== 'C').map(({ title }) => title);
    expect(titles.filter((title) => title.length < 5 || title.endsWith('.'))).toEqual([]);
    for (const scenario of SCENARIOS) {
      expect(scenario.why.length, scenario.id).toBeGreaterThan(20);
      expect(stepsOf(scenario).join(' '), scenario.id).not.toMatch(/undefined|\[object/);
    }
  });

  it('end by looking at the wallet or the book, unless an answer alone is the point', () => {
    const text = (each: (typeof SCENARIOS)[number]) =>
      JSON.stringify([each.steps, each.moved, each.later], (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
    const unjudged = SCENARIOS.filter((each) => !/"do":"(wallet|booked|even)"|"shows":\[|"counts":\{/.test(text(each)));
    // a refusal of somebody who has no wallet, a message that moves nothing, or a balance that moves with the market
    expect(unjudged.map(({ id }) => id)).toMatchInlineSnapshot(`
      [
        "BAL-02",
        "BAL-09",
        "BAL-11",
        "BET-15",
        "BET-20.blocked",
        "FX-13.exchanged",
      ]
    `);
  });

  it('are chosen by group, by entry and by name', () => {
    expect(new Set(selected(['RB']).map(({ id }) => groupOf(id)))).toEqual(new Set(['RB']));
    expect(selected(['BET-24']).map(({ id }) => id)).toEqual(['BET-24', 'BET-24.two']);
    expect(selected(['BET-24.two', 'BAL-01']).map(({ id }) => id)).toEqual(['BAL-01', 'BET-24.two']);
    expect(selected(['BET-2'])).toEqual([]);
    expect(selected([])).toBe(SCENARIOS);
  });
});
