/** The call about clocks: this node's, the others', and whose launches fail because of them. Only reads. */
import type { ClockReport } from '../clock/index.ts';
import * as schemas from './clock-schemas.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { problems } from './schemas.ts';

type Answer = (typeof schemas.clock)['_output'];

export function clockRoutes(app: ApiScope, options: RouteOptions): void {
  const { clocks } = options;
  if (clocks === undefined) return;
  app.get(
    '/v1/clock',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Server'],
        summary: 'How right the clocks are',
        description:
          'Ahead is positive when our clock is fast. `alert` is the gravest of all nodes, with one reason; `aggregators` says whose launches fail, and on what share of the nodes.',
        response: { 200: schemas.clock, ...problems },
      },
    },
    async () => renderClock(await clocks.report()),
  );
}

const iso = (ms: number): string => new Date(ms).toISOString();
const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;
const estimate = (each: { aheadMs: number; boundMs: number } | null) =>
  each === null ? null : { ahead_ms: rounded(each.aheadMs), bound_ms: rounded(each.boundMs) };
const alertOf = (alert: ClockReport['alert']): Answer['alert'] =>
  alert === null ? null : { ...alert, aggregators: [...alert.aggregators] };

export function renderClock({ own, nodes, aggregators, alert }: ClockReport): Answer {
  const { sample, lastStep } = own;
  return {
    node: own.node,
    level: own.assessment.level,
    reason: own.assessment.reason,
    message: own.message,
    alert: alertOf(alert),
    probe: sample?.probe ?? null,
    source: sample?.measured?.source ?? null,
    offset: estimate(sample?.measured?.estimate ?? null),
    measured_age_ms: sample?.measured?.ageMs == null ? null : rounded(sample.measured.ageMs),
    sync: sample?.sync ?? 'unknown',
    database: estimate(own.database),
    probes: (sample?.asked ?? []).map((each) => ({ ...each })),
    sample_age_ms: own.sampleAgeMs === null ? null : rounded(own.sampleAgeMs),
    steps: own.steps,
    last_step: lastStep === null ? null : { at: iso(lastStep.atMs), by_ms: rounded(lastStep.byMs) },
    aggregators: aggregators.map((each) => ({
      name: each.name,
      launches: each.verdict,
      fault: each.fault,
      state: each.state,
      skew: estimate(each.skew),
      samples: each.samples.map((one) => ({ ahead_ms: rounded(one.aheadMs), bound_ms: rounded(one.boundMs) })),
      window: { ahead_ms: each.window.aheadMs, behind_ms: each.window.behindMs },
      signing_shift_ms: rounded(each.shiftMs),
      failing_nodes: [...each.failing],
      failing_share: each.share,
    })),
    nodes: nodes.map((each) => ({
      node: each.node,
      level: each.level,
      reason: each.reason,
      message: each.message,
      alert: alertOf(each.alert),
      probe: each.probe,
      offset: estimate(each.estimate),
      database: estimate(each.database),
      seen_at: iso(each.seenAtMs),
    })),
  };
}
