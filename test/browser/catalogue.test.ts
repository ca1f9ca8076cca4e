/** The lobby with a large catalogue: it stays light however far somebody scrolls, and finds what was typed wrongly. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { usedHome } from '../support/cluster.ts';
import { demoDirectory, startDemo } from '../support/demo.ts';
import type { RunningDemo } from '../support/demo.ts';
import { until } from '../support/wait.ts';

const ARTIFACTS = path.resolve(import.meta.dirname, '../../artifacts');
/** More cards than this at once would be the whole list after a while. */
const MOST_CARDS = 100;
const PATIENCE = { timeout: 60_000 };

describe('a lobby of 12,000 games in a browser', { timeout: 240_000 }, () => {
  const place = demoDirectory();
  let demo: RunningDemo;
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    await usedHome(place.dir);
    demo = await startDemo(place.dir, undefined, ['--games', '12000']);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.interrupt();
    place.remove();
  });

  const open = async (width: number, height: number, colorScheme: 'dark' | 'light'): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    await page.goto(demo.gatewayUrl);
    await page.getByRole('article').first().waitFor();
    return page;
  };
  const totalOf = async (page: Page): Promise<number> =>
    Number((await page.getByTestId('total').textContent())?.replaceAll(/\D/g, ''));
  const shot = async (page: Page, name: string): Promise<void> => {
    await page.waitForTimeout(700);
    await page.screenshot({ path: path.join(ARTIFACTS, `catalogue-${name}.jpg`), type: 'jpeg', quality: 78 });
  };
  const toFilters = async (page: Page): Promise<void> => {
    await page.getByLabel('Search games').evaluate((field) => field.scrollIntoView());
    await page.evaluate('window.scrollBy(0, -150)');
  };

  it('keeps only the cards near the window in the page, however far somebody scrolls [CAT-10]', async () => {
    const page = await open(1_280, 860, 'dark');
    expect(await totalOf(page)).toBeGreaterThan(11_000);
    await shot(page, 'desktop-dark');
    let furthest = 0;
    await until('somebody is far down', async () => {
      await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
      const last = page.getByRole('article').last();
      furthest = Math.max(furthest, Number(await last.getAttribute('aria-posinset')));
      return furthest >= 400;
    });
    expect(await page.getByRole('article').count()).toBeLessThan(MOST_CARDS);
    await page.evaluate('window.scrollTo(0, 0)');
    await page.locator('[aria-posinset="1"]').waitFor();
    await page.context().close();
  });

  it('finds what was typed wrongly, and narrows it by what there is of it', async () => {
    const page = await open(1_280, 860, 'dark');
    await page.getByLabel('Search games').fill('pnada');
    await expect
      .poll(async () => page.getByRole('article').first().getAttribute('aria-label'), PATIENCE)
      .toMatch(/Panda/);
    const all = await totalOf(page);
    await toFilters(page);
    await shot(page, 'desktop-dark-search');
    await page.getByRole('combobox', { name: 'Volatility' }).click();
    const option = page.getByRole('option', { name: /^High/ });
    const count = Number((await option.textContent())?.replaceAll(/\D/g, ''));
    await option.click();
    await expect.poll(async () => totalOf(page), PATIENCE).toBe(count);
    expect(count).toBeLessThan(all);
    await page.getByText('Demo only').click();
    await expect.poll(async () => totalOf(page), PATIENCE).toBeLessThanOrEqual(count);
    await page.getByRole('button', { name: 'Clear all' }).click();
    await expect.poll(async () => totalOf(page), PATIENCE).toBeGreaterThan(11_000);
    await page.getByLabel('Search games').fill('qqqqqqqq');
    await page.getByText('No game fits').waitFor();
    await page.context().close();
  });

  it('fits a phone, dark and light', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const page = await open(390, 844, scheme);
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      expect(width).toBeLessThanOrEqual(390);
      await page.getByLabel('Search games').fill('rosewod');
      await expect
        .poll(async () => page.getByRole('article').first().getAttribute('aria-label'), PATIENCE)
        .toMatch(/Rosewood/);
      await toFilters(page);
      await shot(page, `phone-${scheme}`);
      await page.context().close();
    }
  });
});
