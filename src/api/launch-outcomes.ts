/** The call that tells what became of launches, by node and aggregator, and which node stands out. Only reads. */
import { z } from 'zod';
import { shareNotOpened, STAND_OUT_REASONS } from '../launch/index.ts';
import type { Counts, Outcomes } from '../launch/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import { refuse } from './problem.ts';
import { problems } from './schemas.ts';

const time = z.iso.datetime({ offset: true, error: 'is no time like 2026-01-01T00:00:00Z' });
const query = z.object({
  from: time.optional().describe('An hour before `to` unless given.'),
  to: time.optional().describe('Not included; now unless given. At most 31 days after `from`.'),
  mode: z.enum(['real', 'demo']).optional(),
});

const share = z.number().nullable().describe('0 to 1; null while nothing of it is known.');
const counts = {
  launches: z.int().describe('All that passed the checks.'),
  issued: z.int().describe('Got a signed URL: opened, waiting and unopened together.'),
  opened: z.int(),
  waiting: z.int().describe('May still be opened.'),
  unopened: z.int().describe('Were not opened in their life.'),
  refused: z.int().describe('The aggregator said no, or our clock forbade to ask.'),
  failed: z.int().describe('The aggregator did not answer what was asked.'),
  not_opened_share: share,
};
const outcomes = z.object({
  from: z.string(),
  to: z.string(),
  nodes: z.array(
    z.object({
      node: z.string(),
      aggregator: z.string(),
      ...counts,
      reasons: z.array(z.object({ reason: z.string(), launches: z.int() })),
    }),
  ),
  aggregators: z.array(z.object({ aggregator: z.string(), ...counts })),
  alert: z
    .object({
      node: z.string(),
      aggregator: z.string(),
      reason: z.enum(STAND_OUT_REASONS),
      message: z.string(),
      not_opened_share: z.number(),
      siblings_not_opened_share: z.number(),
    })
    .nullable()
    .describe('The node that stands out from its siblings in the last quarter of an hour, whatever was asked for.'),
});

const HOUR_MS = 3_600_000;
const MAX_RANGE_MS = 31 * 24 * HOUR_MS;

export function launchOutcomeRoutes(app: ApiScope, { launchWatch, sessions }: RouteOptions): void {
  if (launchWatch === undefined) return;
  app.get(
    '/v1/launches/outcomes',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Play'],
        summary: 'What became of launches',
        description:
          "Counted by the node that signed them and the aggregator they were for, by the database's time. One node whose share of launches that were not opened stands out from its siblings is named in `alert`.",
        querystring: query,
        response: { 200: outcomes, ...problems },
      },
    },
    async (request) => {
      const { from, to, mode = null } = request.query;
      const toMs = to === undefined ? sessions.now() + 1_000 : Date.parse(to);
      const fromMs = from === undefined ? toMs - HOUR_MS : Date.parse(from);
      if (fromMs >= toMs) refuse(400, 'bad_request', '`from` must be before `to`.');
      if (toMs - fromMs > MAX_RANGE_MS) refuse(400, 'bad_request', '`from` and `to` are at most 31 days apart.');
      return render(fromMs, toMs, await launchWatch.outcomes({ fromMs, toMs, mode }));
    },
  );
}

function render(fromMs: number, toMs: number, { nodes, aggregators, alert }: Outcomes): z.output<typeof outcomes> {
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    nodes: nodes.map(({ node, aggregator, counts: of, reasons }) => ({
      node,
      aggregator,
      ...countsOf(of),
      reasons: reasons.map((each) => ({ ...each })),
    })),
    aggregators: aggregators.map((each) => ({ aggregator: each.aggregator, ...countsOf(each.counts) })),
    alert:
      alert === null
        ? null
        : {
            node: alert.node,
            aggregator: alert.aggregator,
            reason: alert.reason,
            message: alert.message,
            not_opened_share: alert.share,
            siblings_not_opened_share: alert.siblingsShare,
          },
  };
}

function countsOf(of: Counts) {
  const issued = of.opened + of.waiting + of.unopened;
  return { launches: issued + of.refused + of.failed, issued, ...of, not_opened_share: shareNotOpened(of) };
}
