/** The public face of the analytics room. */
export { openAnalytics } from './analytics.ts';
export type { Analytics, AnalyticsOptions, AnalyticsSettings } from './analytics.ts';
export { csvLine, csvOf } from './csv.ts';
export type { CsvCell } from './csv.ts';
export { isDay, isTimeZone } from './days.ts';
export type { By } from './day-store.ts';
export { BASES, DEFAULT_RECIPE } from './figures.ts';
export type { Basis, Component, Measures } from './figures.ts';
export { MOST_DAYS, MOST_ROWS } from './report.ts';
export type { CurrencyMeasures, DailyReport, DayReport, Heads, Key, ReportProblem, ReportRow } from './report.ts';
export { openTurns } from './turns.ts';
export type { Turn, Turned } from './turns.ts';
