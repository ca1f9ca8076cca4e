import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { usedHome } from '../support/cluster.ts';
import { demoDirectory, startDemo } from '../support/demo.ts';
import type { RunningDemo } from '../support/demo.ts';

interface RoundItem {
  readonly id: string;
  readonly round_id: string;
  readonly state: string;
  readonly staked: string;
  readonly paid: string;
}

const ARTIFACTS = path.resolve(import.meta.dirname, '../../artifacts');
const shot = async (page: Page, name: string) => page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) });
const cents = (text: string) => Math.round(Number(text) * 100);

describe('the demo lobby in a browser', () => {
  const place = demoDirectory();
  let demo: RunningDemo;
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    await usedHome(place.dir);
    demo = await startDemo(place.dir);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.interrupt();
    place.remove();
  });

  const balanceOf = async (): Promise<number> => {
    const answer = (await demo.api('/v1/players/demo/balances')) as
      | readonly { currency: string; balance: string }[]
      | { items: readonly { currency: string; balance: string }[] };
    const list = 'items' in answer ? answer.items : answer;
    return cents(list.find((each) => each.currency === 'USD')?.balance ?? 'NaN');
  };

  it('plays ten spins for real and finds the same ten rounds in the book', async () => {
    const before = await balanceOf();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(demo.gatewayUrl);
    await page.getByLabel('Search games').fill('panda');
    await page.getByRole('article').first().waitFor();
    await shot(page, 'lobby');
    await page
      .getByRole('button', { name: /^Play .*Panda/ })
      .first()
      .click();
    const game = page.frameLocator('iframe');
    const spin = game.getByRole('button', { name: 'Spin' });
    await spin.and(game.locator(':enabled')).waitFor();
    const spun: { round_id: string; stake: string; win: string }[] = [];
    page.on('response', async (response) => {
      if (response.url().endsWith('/spin') && response.ok()) spun.push(await response.json());
    });
    for (let index = 0; index < 10; index += 1) {
      await spin.click();
      await expect.poll(() => spun.length).toBe(index + 1);
      await spin.and(game.locator(':enabled')).waitFor();
    }
    await shot(page, 'slot-after-ten-spins');

    const { items } = (await demo.api('/v1/rounds?player=demo')) as { items: readonly RoundItem[] };
    expect(items.map((round) => round.round_id).toSorted()).toEqual(spun.map((each) => each.round_id).toSorted());
    for (const round of items) {
      const seen = spun.find((each) => each.round_id === round.round_id);
      expect({ state: round.state, staked: round.staked, paid: round.paid }).toEqual({
        state: 'closed',
        staked: seen?.stake,
        paid: seen?.win,
      });
    }
    const change = spun.reduce((sum, each) => sum + cents(each.win) - cents(each.stake), 0);
    expect(await balanceOf()).toBe(before + change);
    const shown = (before + change) / 100;
    await expect
      .poll(async () => page.getByTestId('balance').first().textContent())
      .toContain(`${shown.toFixed(2)} USD`);
    await page.keyboard.press('Escape');
    await page.getByText('Last rounds in the book').click();
    await page.getByRole('table', { name: 'Last rounds' }).waitFor();
    await page.getByRole('cell', { name: 'closed' }).first().waitFor();
    await page.waitForTimeout(400);
    await shot(page, 'lobby-with-rounds');
    await page.close();
  });

  it('plays in demo mode without touching the wallet [SES-01]', async () => {
    const before = await balanceOf();
    const page = await browser.newPage({ viewport: { width: 390, height: 780 } });
    await page.goto(demo.gatewayUrl);
    await page.getByRole('article').first().waitFor();
    await shot(page, 'lobby-phone');
    await page
      .getByRole('button', { name: /in demo mode$/ })
      .first()
      .click();
    const game = page.frameLocator('iframe');
    await game.getByText('DEMO', { exact: true }).waitFor();
    const spin = game.getByRole('button', { name: 'Spin' });
    await spin.and(game.locator(':enabled')).waitFor();
    await spin.click();
    await spin.and(game.locator(':enabled')).waitFor({ timeout: 60_000 });
    await shot(page, 'slot-demo-phone');
    expect(await balanceOf()).toBe(before);
    await page.close();
  });
});
