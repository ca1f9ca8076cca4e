/** What axe finds on a page as it stands: WCAG 2.2 AA and its own good practice, in the browser that shows it. */
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** One line for each finding of at least moderate weight; an empty list is a page that it has nothing serious against. */
export async function axeOver(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  // The page's own rules for scripts stay as they are: this comes from outside.
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(TAGS)} }, resultTypes: ['violations'] })`,
  )) as AxeResults;
  return found.violations
    .filter(({ impact }) => impact !== 'minor')
    .flatMap(({ id, impact, nodes }) =>
      nodes.slice(0, 3).map(({ target, failureSummary }) => {
        const why = (failureSummary ?? '').split('\n').slice(1, 3).join('; ').trim();
        return `${impact ?? 'unknown'} ${id}: ${target.join(' ')} (${why})`;
      }),
    );
}
