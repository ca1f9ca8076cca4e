/** A chart over time, drawn by uPlot: values in steps, one line a series, in the colours of the page. */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly label: string;
  readonly unit: string;
  /** epoch seconds, ascending */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

const HEIGHT_PX = 190;
const UTC = (seconds: number): Date => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC');

/** As everything here: in UTC, and with 24 hours. */
const hourOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(11, 16);

export function Chart({ label, unit, times, series }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const dark = useComputedColorScheme('light') === 'dark';
  const names = series.map(({ name, colour }) => `${name}:${colour}`).join();
  const plot = useRef<uPlot | null>(null);
  const data: uPlot.AlignedData = [[...times], ...series.map(({ values }) => [...values])];
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const ink = dark ? '#c9c9c9' : '#495057';
    const grid = { stroke: dark ? '#3b3b3b' : '#e9ecef', width: 1 };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        tzDate: UTC,
        legend: { live: false },
        cursor: { points: { size: 6 } },
        axes: [
          { stroke: ink, grid, ticks: grid, values: (_self, values) => values.map(hourOf) },
          {
            stroke: ink,
            grid,
            ticks: grid,
            size: 64,
            values: (_self, values) => values.map((each) => `${each}${unit}`),
          },
        ],
        scales: { y: { range: (_self, _low, high) => [0, Math.max(1, high * 1.1)] } },
        series: [
          { label: 'UTC' },
          ...series.map(({ name, colour }) => ({
            label: name,
            stroke: colour,
            width: 2,
            spanGaps: false,
          })),
        ],
      },
      latest.current,
      element,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- drawn anew for other lines and colours; new values are only set
  }, [names, dark, unit]);
  useEffect(() => plot.current?.setData(latest.current));

  return <div ref={frame} className="chart" role="img" aria-label={label} />;
}
