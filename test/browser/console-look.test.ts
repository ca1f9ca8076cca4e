/** What every page of the console owes everybody: axe and a second look find nothing, in both colours, at a desk and on a telephone. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeOver } from '../support/axe.ts';
import { lookOver } from '../support/look-over.ts';
import { PATIENCE, startJourneys } from './console-stage.ts';
import type { Journeys } from './console-stage.ts';

const SHOTS = path.resolve(import.meta.dirname, '../../artifacts/console-look');
const WIDTHS = [
  ['desk', 1_280, 900],
  ['phone', 390, 844],
] as const;

describe('every page of the console', { timeout: 900_000 }, () => {
  let at: Journeys;
  let pages: readonly (readonly [string, string])[] = [];
  const today = new Date().toISOString().slice(0, 10);
  const url = (rest: string) => `${at.demo.gatewayUrl}/console${rest}`;

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    at = await startJourneys();
    await at.sandbox('/admin/chaos', { duplicateRate: 1, dropAnswerRate: 0, delayMs: 0 });
    await at.sandbox('/admin/settlement', { wrongTotalsRate: 1 });
    await at.play(6);
    const admin = await at.as(at.admin.name);
    await propose(admin);
    await at.sandbox('/admin/catalogue', { shrinkPercent: 30 });
    await at.platform('POST', '/v1/syncs', { aggregator: 'acme', force: true });
    const first = async (route: string): Promise<string> => {
      const { items } = (await at.demo.api(route)) as { items: { id: string }[] };
      return items[0]?.id ?? '';
    };
    for (let tries = 0; tries < 60 && (await first('/v1/discrepancies?limit=1')) === ''; tries += 1) await sleep(500);
    pages = [
      ['home', ''],
      ['round', `/rounds/${await first('/v1/rounds?player=demo&limit=1')}`],
      ['player', '/players/demo'],
      ['player-sessions', '/players/demo?tab=sessions'],
      ['player-limits', '/players/demo?tab=limits'],
      ['player-adjustments', '/players/demo?tab=adjustments'],
      ['player-nobody', '/players/nobody-here'],
      ['reconciliation', '/reconciliation'],
      ['reconciliation-empty', '/reconciliation?state=resolved'],
      ['discrepancy', `/reconciliation/${await first('/v1/discrepancies?limit=1')}`],
      ['days', `/reconciliation/days?aggregator=acme&day=${today}`],
      ['reports', '/reconciliation/reports'],
      ['health', '/health'],
      ['catalogue', '/catalogue'],
      ['order', '/catalogue/order?find=a'],
      ['changes', '/catalogue/changes'],
      ['syncs', '/catalogue/syncs'],
      ['analytics', '/analytics'],
      ['audit', '/audit'],
      ['users', '/users'],
      ['account', '/account'],
      ['nowhere', '/no-such-page'],
    ];
    await admin.context().close();
  }, 300_000);
  afterAll(async () => at?.close(), 30_000);

  /** A correction that waits for somebody, as the page itself asks for one. */
  const propose = async (page: Page): Promise<void> => {
    await page.evaluate(`(async () => {
      const { csrf } = await (await fetch('/console/api/session')).json();
      const body = { id: '01900000-0000-7000-8000-000000000001', player: 'demo', currency: 'USD', amount: '-7.25', reason: 'Paid twice on the phone' };
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
      await fetch('/console/api/adjustments', { method: 'POST', headers, body: JSON.stringify(body) });
    })()`);
  };
  const judge = async (page: Page, name: string, width: number): Promise<readonly string[]> => {
    await expect.poll(async () => page.locator('[aria-busy=true]').count(), PATIENCE).toBe(0);
    const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
    const problems = [...(await axeOver(page)), ...(await lookOver(page))];
    await page.evaluate('window.scrollTo(0, 0)');
    await page.screenshot({ path: path.join(SHOTS, `${name}.jpg`), type: 'jpeg', quality: 72, fullPage: true });
    return wide > width ? [...problems, `is ${wide} pixels wide where ${width} are`] : problems;
  };

  it.each(WIDTHS.flatMap((width) => (['light', 'dark'] as const).map((colours) => [...width, colours] as const)))(
    'is found in order at a %s of %i by %i pixels in %s colours',
    async (device, width, height, colorScheme) => {
      const options = { colorScheme, viewport: { width, height }, reducedMotion: 'reduce' } as const;
      const door = await at.browser.newPage(options);
      await door.goto(url('?sign_in=no_role'));
      await door.getByRole('alert').waitFor(PATIENCE);
      const wrong = (await judge(door, `door-${device}-${colorScheme}`, width)).map((each) => `door: ${each}`);
      await door.close();
      const page = await at.as(at.admin.name, options);
      for (const [name, rest] of pages) {
        // As a link goes there, without loading what is loaded.
        await page.evaluate(`new Promise((done) => {
          history.pushState(null, '', ${JSON.stringify(`/console${rest}`)});
          dispatchEvent(new Event('popstate'));
          requestAnimationFrame(() => requestAnimationFrame(done));
        })`);
        await page.locator('main h1, main h2').first().waitFor(PATIENCE);
        if (name === 'round') await page.getByText('Details').first().click(PATIENCE);
        for (const each of await judge(page, `${name}-${device}-${colorScheme}`, width)) wrong.push(`${name}: ${each}`);
      }
      await page.context().close();
      expect([...new Set(wrong)]).toEqual([]);
      expect(at.complaints()).toEqual([]);
    },
  );

  it('the two that look find a nameless control, faint text and a second main part', async () => {
    const page = await at.browser.newPage();
    await page.setContent(
      '<html lang="en"><title>x</title><main><h1>One</h1><button></button><p style="color:#aaa">faint</p></main><main>two</main></html>',
    );
    const found = (await lookOver(page)).join('\n');
    expect(found).toMatch(/no name: <button>/);
    expect(found).toMatch(/contrast 2\.3\d: "faint"/);
    expect(found).toMatch(/2 main landmarks/);
    const axe = (await axeOver(page)).join('\n');
    expect(axe).toMatch(/critical button-name: button/);
    expect(axe).toMatch(/serious color-contrast: p/);
    expect(axe).toMatch(/moderate landmark-no-duplicate-main/);
    await page.close();
  });
});
