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
  /** what the axis below is labelled by; hours unless told. Days are drawn with a point each, since one alone makes no line */
  readonly step?: 'hour' | 'day';
  readonly label: string;
  readonly unit: string;
  /** epoch seconds, ascending */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

/** Colours of lines that have no meaning of their own. */
export const LINES = ['#12a37a', '#4c8df0', '#e8a20c', '#b35ae0', '#e5484d', '#2aa8c4'];

const HEIGHT_PX = 190;
const UTC = (seconds: number): Date => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC');

/** As everything here: in UTC, and with 24 hours. */
const hourOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(11, 16);
const dayOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(5, 10);
/** The least span between labels, in seconds: days are not cut. */
const DAYS = [1, 2, 7, 14, 28, 56, 112].map((days) => days * 86_400);

export function Chart({ label, unit, times, series, step = 'hour' }: ChartProps) {
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
          {
            stroke: ink,
            grid,
            ticks: grid,
            values: (_self, values) => values.map(step === 'day' ? dayOf : hourOf),
            ...(step === 'day' ? { incrs: DAYS } : {}),
          },
          {
            stroke: ink,
            grid,
            ticks: grid,
            size: 64,
            values: (_self, values) => values.map((each) => `${each}${unit}`),
          },
        ],
        scales: { y: { range: (_self, low, high) => [Math.min(0, low * 1.1), Math.max(1, high * 1.1)] } },
        series: [
          { label: 'UTC' },
          ...series.map(({ name, colour }) => ({
            label: name,
            stroke: colour,
            width: 2,
            spanGaps: false,
            ...(step === 'day' ? { points: { show: true, size: 7, fill: colour } } : {}),
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
  }, [names, dark, unit, step]);
  useEffect(() => plot.current?.setData(latest.current));

  return <div ref={frame} className="chart" role="img" aria-label={label} />;
}
