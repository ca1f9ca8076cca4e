/** The console in a browser, against the real gateway with the sandbox playing: the journeys of those who use it. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, PATIENCE, signIn, startJourneys } from './console-stage.ts';
import type { Journeys } from './console-stage.ts';

const ARTIFACTS = path.resolve(import.meta.dirname, '../../artifacts');
const XSS = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
const ROLES = ['viewer', 'support', 'finance', 'auditor'] as const;

interface Attempt {
  readonly label: string;
  readonly body: string;
}

describe('the console in a browser', () => {
  let at: Journeys;
  let admin: Page;
  let finance: Page;
  let second: Page;
  let viewer: Page;
  const url = (rest: string) => `${at.demo.gatewayUrl}/console${rest}`;
  const shot = async (page: Page, name: string) => {
    await page.waitForTimeout(400);
    await page.screenshot({ path: path.join(ARTIFACTS, `console-${name}.jpg`), type: 'jpeg', quality: 80 });
  };
  const balance = async (): Promise<string> => {
    const answer = (await at.demo.api('/v1/players/demo/balances')) as readonly { balance: string }[];
    return answer[0]?.balance ?? '';
  };
  const latestRound = async (): Promise<{ id: string; round_id: string }> => {
    const { items } = (await at.demo.api('/v1/rounds?player=demo&limit=1')) as {
      items: { id: string; round_id: string }[];
    };
    const [round] = items;
    if (round === undefined) throw new Error('nothing was played');
    return round;
  };
  const find = async (page: Page, text: string) => {
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox', { name: 'Search' }).first().fill(text);
  };

  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    at = await startJourneys();
    await at.platform('POST', '/v1/players', { id: XSS, currency: 'USD' });
    await at.sandbox('/admin/chaos', { duplicateRate: 1, dropAnswerRate: 0, delayMs: 0 });
    await at.sandbox('/admin/settlement', { wrongTotalsRate: 1 });
    await at.play(6);
  });
  afterAll(async () => at?.close());

  it('1. the administrator of a first start signs in with the password that was told once, and makes accounts', async () => {
    admin = await at.as(at.admin.name);
    await admin.getByRole('link', { name: 'Users' }).click();
    for (const role of [...ROLES, 'finance'] as const) {
      const name =
        role === 'finance' && (await admin.getByText('finance-one').count()) > 0 ? 'finance-two' : `${role}-one`;
      await admin.getByLabel('Name').fill(name);
      await admin.getByRole('textbox', { name: 'First password' }).fill(PASSWORD);
      await admin.getByRole('combobox', { name: 'Role', exact: true }).click();
      await admin.getByRole('option', { name: role }).click();
      await admin.getByRole('button', { name: 'Add' }).click();
      await admin.getByRole('cell', { name, exact: true }).waitFor(PATIENCE);
    }
  });

  it('2. a wrong password is refused without saying what was wrong', async () => {
    const page = await at.browser.newPage();
    await page.goto(url(''));
    for (const name of ['nobody', 'viewer-one']) {
      await signIn(page, name, 'not the password at all');
      await page.getByText('Name, password or code are wrong').waitFor(PATIENCE);
    }
    await page.close();
  });

  it('3. support finds a duplicated bet from a complaint in under five clicks', async () => {
    const support = await at.as('support-one');
    let clicks = 0;
    await support.exposeFunction('clicked', () => (clicks += 1));
    await support.addInitScript(
      'addEventListener("click", (event) => { if (event.isTrusted) window.clicked(); }, true)',
    );
    await support.reload();
    await support.getByRole('heading', { name: 'Overview' }).waitFor(PATIENCE);
    const { attempts } = (await (await fetch(`${at.demo.sandboxUrl}/admin/attempts`)).json()) as {
      attempts: Attempt[];
    };
    const bets = attempts.filter(({ body }) => /"type":"bet"/.test(body));
    const bet = /"transaction_id":"([\w-]+)"/.exec(bets[0]?.body ?? '')?.[1] ?? '';
    await support.keyboard.press('/');
    await support.keyboard.type(bet);
    await support
      .getByRole('option', { name: new RegExp(bet) })
      .first()
      .click();
    await support.getByTestId('summary').waitFor(PATIENCE);
    expect(await support.getByTestId('summary').textContent()).toContain(`Bet ${bet} was sent twice and decided once.`);
    expect(clicks).toBeLessThan(5);
    expect(await support.locator('[data-kind="message"]', { hasText: `Bet ${bet} arrives` }).count()).toBe(2);
    await shot(support, 'round-light');
    await support.context().close();
  });

  it('4. the story opens to raw bytes with their signature, and a command that carries no secret', async () => {
    viewer = await at.as('viewer-one');
    await viewer.goto(url(`/rounds/${(await latestRound()).id}`));
    const message = viewer.locator('[data-kind="message"]').first();
    await message.getByText('Details').click();
    const replay = (await message.getByTestId('replay').textContent()) ?? '';
    expect(replay).toContain('croupier replay --config sandbox.yaml --to "$SANDBOX_GATEWAY"');
    for (const secret of Object.values(at.demo.secrets)) expect(replay).not.toContain(secret);
    await message.getByText(/SHA-256/).waitFor();
    await message.getByText('genuine', { exact: true }).waitFor();
  });

  it('5. the picture has its three lanes, and one transaction can be looked at alone; the address says so', async () => {
    await viewer.getByRole('group', { name: /steps between aggregator, gateway and ledger/ }).waitFor();
    const reference = viewer.getByRole('group', { name: 'Only about one transaction' }).getByRole('button').nth(1);
    const name = (await reference.textContent()) ?? '';
    await reference.click();
    expect(new URL(viewer.url()).searchParams.get('of')).toBe(name);
    await viewer.reload();
    await viewer.locator('[data-kind="decision"]').first().waitFor(PATIENCE);
    expect(await viewer.locator('[data-kind="decision"]').count()).toBe(1);
  });

  it('6. from a round one goes to its player, and back', async () => {
    await viewer.getByRole('link', { name: 'demo', exact: true }).click();
    await viewer.getByTestId('balance-USD').waitFor(PATIENCE);
    expect(await viewer.getByTestId('balance-USD').textContent()).toBe(await balance());
    await viewer.goBack();
    await viewer.getByTestId('summary').waitFor(PATIENCE);
  });

  it('7. a round is found by its own id, a player by theirs, with the keyboard alone', async () => {
    const round = await latestRound();
    await find(viewer, round.round_id);
    await viewer.getByRole('option', { name: new RegExp(`round ${round.round_id}`) }).waitFor(PATIENCE);
    await find(viewer, 'demo-btc');
    await viewer.getByRole('option', { name: /player demo-btc/ }).waitFor(PATIENCE);
    await viewer.keyboard.press('Enter');
    await viewer.getByTestId('balance-BTC').waitFor(PATIENCE);
  });

  it('8. what nobody has is said to be nobody’s', async () => {
    await find(viewer, 'no-such-id-anywhere');
    await viewer.getByText('Nothing has this id').waitFor(PATIENCE);
    await viewer.goto(url('/players/no-such-player'));
    await viewer.getByText('There is no such player.').waitFor(PATIENCE);
  });

  it('9. a player id made of script is shown as text wherever it stands, and runs nowhere', async () => {
    await find(viewer, XSS);
    await viewer
      .getByRole('option', { name: /player/ })
      .first()
      .waitFor(PATIENCE);
    await viewer.goto(url(`/players/${encodeURIComponent(XSS)}`));
    await viewer.getByRole('heading', { name: XSS }).waitFor(PATIENCE);
    expect(await viewer.evaluate('window.pwned')).toBeUndefined();
    expect(await viewer.locator('img[src="x"]').count()).toBe(0);
  });

  it('10. a viewer is offered no adjustment, and the server refuses one all the same', async () => {
    await viewer.goto(url('/players/demo?tab=adjustments'));
    await viewer.getByText('Your role may look at adjustments and not make any.').waitFor(PATIENCE);
    expect(await viewer.getByRole('button', { name: 'Propose' }).count()).toBe(0);
    const before = await balance();
    const status = await viewer.evaluate(`(async () => {
      const { csrf } = await (await fetch('/console/api/session')).json();
      const body = { id: crypto.randomUUID(), player: 'demo', currency: 'USD', amount: '100', reason: 'for myself please' };
      const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
      return (await fetch('/console/api/adjustments', { method: 'POST', headers, body: JSON.stringify(body) })).status;
    })()`);
    expect(status).toBe(403);
    expect(await balance()).toBe(before);
  });

  it('11. a write without the page’s token is refused, also from the page’s own origin', async () => {
    const status = await admin.evaluate(async () => {
      const answer = await fetch('/console/api/users', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'mallory', role: 'admin', password: 'whatever it takes here' }),
      });
      return answer.status;
    });
    expect(status).toBe(403);
  });

  it('12. a page of another site cannot write with the cookie', async () => {
    const page = await admin.context().newPage();
    // The sandbox is another site: another port of the same name would share the cookie, so it is asked by another name.
    await page.goto(at.demo.sandboxUrl.replace('127.0.0.1', 'localhost') + '/admin/attempts').catch(() => undefined);
    await page.evaluate(`(async () => {
      const body = new URLSearchParams({ name: 'mallory', role: 'admin' });
      const target = '${at.demo.gatewayUrl}/console/api/users';
      await fetch(target, { method: 'POST', mode: 'no-cors', credentials: 'include', body }).catch(() => null);
    })()`);
    await page.close();
    await admin.reload();
    await admin.getByRole('cell', { name: 'viewer-one', exact: true }).waitFor(PATIENCE);
    expect(await admin.getByText('mallory').count()).toBe(0);
  });

  it('13. an adjustment takes a reason and two people, and moves the balance once', async () => {
    finance = await at.as('finance-one');
    second = await at.as('finance-two');
    const before = Number(await balance());
    await finance.goto(url('/players/demo?tab=adjustments'));
    await finance.getByLabel('Amount').fill('12.50');
    await finance.getByLabel('Reason').fill('Goodwill after the outage of Friday');
    await finance.getByRole('button', { name: 'Propose' }).click();
    const own = finance.getByRole('article', { name: 'Adjustment of 12.50 USD' });
    await own.getByText('two people').waitFor(PATIENCE);
    await own.getByLabel('Why').fill('I say so myself');
    await own.getByRole('button', { name: 'Approve' }).click();
    await own.getByText('somebody else than who proposed it has to approve').waitFor(PATIENCE);
    expect(Number(await balance())).toBe(before);

    await second.getByRole('link', { name: /demo/ }).first().click(PATIENCE);
    const other = second.getByRole('article', { name: 'Adjustment of 12.50 USD' });
    await other.getByLabel('Why').fill('Checked with the incident report');
    await shot(second, 'adjustment-light');
    await other.getByRole('button', { name: 'Approve' }).click();
    await other.getByText('booked', { exact: true }).waitFor(PATIENCE);
    expect(Number(await balance()) - before).toBeCloseTo(12.5, 5);
  });

  it('14. a discrepancy is resolved by two people, with both sides to be seen', async () => {
    await finance.goto(url('/reconciliation?state=waiting'));
    await finance.getByRole('link', { name: 'win missing' }).first().click(PATIENCE);
    await finance.getByRole('region', { name: 'The aggregator says' }).waitFor(PATIENCE);
    await finance.getByRole('region', { name: 'The book says' }).waitFor();
    await finance.getByLabel('Reason').fill('Their totals are right by the game’s log');
    await finance.getByRole('button', { name: 'Propose' }).click();
    await finance.getByText('You proposed it').waitFor(PATIENCE);
    await finance.getByLabel('Reason').fill('And I approve it as well');
    await finance.getByRole('button', { name: 'Approve' }).click();
    await finance.getByText('somebody else than who proposed it').first().waitFor(PATIENCE);
    await second.goto(finance.url());
    await second.getByLabel('Reason').fill('Seen in the same log');
    await shot(second, 'discrepancy-light');
    await second.getByRole('button', { name: 'Approve' }).click();
    await second.getByText('resolved', { exact: true }).waitFor(PATIENCE);
  });

  it('15. limits are changed by support’s colleagues and stand in the audit log with what was there before', async () => {
    await finance.goto(url('/players/demo-btc?tab=limits'));
    await finance.getByLabel('Largest stake').fill('0.01');
    await finance.getByRole('button', { name: 'Set limits' }).click();
    await finance.getByText('Done, and written to the audit log.').waitFor(PATIENCE);
    const auditor = await at.as('auditor-one');
    await auditor.getByRole('link', { name: 'Audit', exact: true }).click();
    const row = auditor.getByRole('row', { name: /player demo-btc/ }).first();
    await row.getByText('player.change').waitFor(PATIENCE);
    await row.getByText('finance-one').waitFor();
    await shot(auditor, 'audit-light');
    await auditor.context().close();
  });

  it('16. a viewer sees no audit log, neither a link nor by the address', async () => {
    expect(await viewer.getByRole('link', { name: 'Audit', exact: true }).count()).toBe(0);
    await viewer.goto(url('/audit'));
    await viewer.getByText('Your role (viewer) may not do this.').waitFor(PATIENCE);
  });

  it('17. a player who excludes themselves is excluded at once', async () => {
    await finance.goto(url('/players/demo-btc?tab=limits'));
    await finance.getByRole('combobox', { name: 'May play' }).click();
    await finance.getByRole('option', { name: 'Self-excluded' }).click();
    await finance.getByRole('button', { name: 'Change status' }).click();
    await finance.getByText('self excluded', { exact: true }).waitFor(PATIENCE);
    expect(await at.demo.api('/v1/players/demo-btc')).toMatchObject({ status: 'self_excluded' });
  });

  it('18. the health page shows what came in, the clocks with their thresholds, and follows live', async () => {
    const page = await at.as('viewer-one', { colorScheme: 'dark' });
    await page.goto(url('/health'));
    await page.getByRole('cell', { name: 'acme' }).first().waitFor(PATIENCE);
    await page.getByRole('region', { name: 'Clocks' }).getByText('+30 s').first().waitFor(PATIENCE);
    await page.getByText('live', { exact: true }).waitFor(PATIENCE);
    await at.play(1);
    await page.getByRole('list', { name: 'Callbacks' }).getByRole('listitem').first().waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused').waitFor();
    await page.getByLabel('Only lines with').fill('nothing-has-this-word');
    await page.getByText('No line has these words').waitFor();
    await page.evaluate('window.scrollTo(0, 0)');
    await shot(page, 'health-dark');
    await page.context().close();
  });

  it('19. a stranger’s signature shows up as not believed', async () => {
    await fetch(`${at.demo.gatewayUrl}/callbacks/acme`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-signature': 'ab'.repeat(32) },
      body: '{}',
    });
    await viewer.goto(url('/health'));
    const column = viewer.getByRole('table', { name: 'Callbacks by aggregator' }).getByRole('cell').nth(6);
    await expect.poll(async () => Number(await column.textContent()), PATIENCE).toBeGreaterThan(0);
  });

  it('20. the catalogue is searched, and an administrator switches a game off; nobody else can', async () => {
    await viewer.goto(url('/catalogue'));
    const of = (page: Page) => page.getByRole('switch').first();
    await of(viewer).waitFor(PATIENCE);
    expect(await of(viewer).isDisabled()).toBe(true);
    await admin.goto(url('/catalogue'));
    const label = (await of(admin).getAttribute('aria-label', PATIENCE)) ?? '';
    await of(admin).evaluate((element: { click: () => void }) => element.click());
    const toggled = admin.getByRole('switch', { name: label });
    await expect.poll(async () => toggled.isChecked(), PATIENCE).toBe(false);
    await expect
      .poll(async () => {
        const { items } = (await at.demo.api('/v1/games?state=all&limit=200')) as {
          items: { name: string; enabled: boolean }[];
        };
        return items.filter((each) => !each.enabled).map((each) => `${each.name} may be launched`);
      }, PATIENCE)
      .toEqual([label]);
  });

  it('21. the analytics page has the headline with its definition, and the naive figure beside it', async () => {
    await viewer.goto(url('/analytics'));
    await viewer.getByText(/DAU: distinct players with at least one booked cash bet/).waitFor(PATIENCE);
    await viewer.getByText('naive: every visitor counted').waitFor();
    await viewer.getByRole('cell', { name: /USD/ }).first().waitFor(PATIENCE);
    await shot(viewer, 'analytics-light');
  });

  it('22. a table is taken away as CSV', async () => {
    await viewer.goto(url('/players/demo'));
    const saved = viewer.waitForEvent('download', PATIENCE);
    await viewer.getByRole('button', { name: 'Export CSV' }).click(PATIENCE);
    expect((await saved).suggestedFilename()).toBe('rounds-demo.csv');
  });

  it('23. every page fits a telephone, in both colours, and complains of nothing', async () => {
    const { id } = await latestRound();
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await at.as('viewer-one', { viewport: { width: 390, height: 844 }, colorScheme });
      const pages = [
        ['round', `/rounds/${id}`],
        ['health', '/health'],
        ['home', ''],
        ['player', '/players/demo'],
        ['reconciliation', '/reconciliation'],
        ['catalogue', '/catalogue'],
        ['analytics', '/analytics'],
      ] as const;
      // The colours change no widths: those that are drawn are looked at in both.
      for (const [name, rest] of colorScheme === 'light' ? pages : pages.slice(0, 2)) {
        await page.goto(url(rest));
        await page.getByRole('heading', { level: 1 }).waitFor(PATIENCE);
        await shot(page, `phone-${name}-${colorScheme}`);
        expect(`${name} ${Number(await page.evaluate('document.documentElement.scrollWidth'))}`).toBe(`${name} 390`);
      }
      await page.context().close();
    }
    expect(at.complaints()).toEqual([]);
  });

  it('24. the first view is light, and its rules let no script in that is not ours', async () => {
    const context = await at.browser.newContext();
    const page = await context.newPage();
    let bytes = 0;
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    const answer = await page.goto(url(''));
    await page.getByRole('button', { name: 'Sign in' }).waitFor(PATIENCE);
    expect(bytes).toBeLessThan(300_000);
    expect(bytes).toBeGreaterThan(20_000);
    const rules = answer?.headers()['content-security-policy'] ?? '';
    expect(rules).toContain("script-src 'self';");
    expect(rules).toContain("frame-ancestors 'none'");
    expect(rules).not.toMatch(/unsafe|\*/);
    await context.close();
  });

  it('25. after signing out the page is gone, and so is what it could ask', async () => {
    await finance.getByRole('button', { name: 'Sign out' }).click();
    await finance.getByRole('button', { name: 'Sign in' }).waitFor(PATIENCE);
    expect(await finance.evaluate(async () => (await fetch('/console/api/v1/rounds')).status)).toBe(401);
    await finance.goBack();
    await finance.getByRole('button', { name: 'Sign in' }).waitFor(PATIENCE);
  });
});
