/** The days as lines: players beside the naive figure, or money and RTP by what the table is cut by. */
import { SegmentedControl } from '@mantine/core';
import { Chart, LINES } from '../health/Chart.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Nothing } from '../parts/states.tsx';
import { useWord } from '../router.tsx';
import type { Daily } from '../types.ts';
import { moneyLines, playerLines } from './days.ts';
import type { Figure } from './days.ts';

const FIGURES = [
  { value: 'dau', label: 'Players' },
  { value: 'ggr', label: 'GGR' },
  { value: 'turnover', label: 'Turnover' },
  { value: 'rtp', label: 'RTP' },
] as const;

const isMoney = (word: string): word is Figure => word === 'ggr' || word === 'turnover' || word === 'rtp';

export function AnalyticsChart({ daily }: { readonly daily: Daily }) {
  const [word, setWord] = useWord('show');
  const figure = word ?? 'dau';
  const lines = isMoney(figure) ? moneyLines(daily, figure) : playerLines(daily);
  const title = FIGURES.find(({ value }) => value === figure)?.label ?? 'Players';
  return (
    <Panel
      title={`${title} by day`}
      beside={
        <SegmentedControl
          aria-label="Shown"
          size="xs"
          data={FIGURES.map(({ value, label }) => ({ value, label }))}
          value={figure}
          onChange={setWord}
        />
      }
    >
      {daily.days.length === 0 || lines.length === 0 ? (
        <Nothing title="Nobody played on these days" />
      ) : (
        <Chart
          label={`${title} by day: ${lines.map(({ name }) => name).join(', ')}`}
          unit={figure === 'rtp' ? ' %' : ''}
          step="day"
          times={daily.days.map(({ day }) => Date.parse(`${day}T00:00:00Z`) / 1_000)}
          series={lines.map((line, index) => ({ ...line, colour: LINES[index % LINES.length] ?? '#12a37a' }))}
        />
      )}
    </Panel>
  );
}
