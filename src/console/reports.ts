/**
 * An aggregator's report, given by hand in pieces of whole lines: each is compared with the book as it comes and kept as evidence,
 * so that no request is long, nothing is remembered between them, and a broken upload is simply sent again.
 */
import { z } from 'zod';
import { refuse } from '../api/index.ts';
import type { ReportMapping } from '../dialects/index.ts';
import { createSettlementReads } from '../ledger/index.ts';
import { keepClaims, readReport, reconcile } from '../settlement/index.ts';
import type { Reconciled } from '../settlement/index.ts';
import { audited } from './audited.ts';
import type { ConsoleScope, RouteParts } from './deps.ts';
import { PREFIX } from './guard.ts';

/** A piece with room for what JSON makes of quotes and of other scripts. */
const BODY_LIMIT_BYTES = 1_048_576;
const TEXT_MAX = 262_144;
/** What differs is shown up to here; the counts are of everything. */
const SHOWN_MAX = 200;

const piece = z.strictObject({
  aggregator: z.string().min(1).max(255),
  /** the file's name, for people; what ends in .jsonl or .ndjson has JSON lines */
  name: z.string().min(1).max(200),
  /** its place in the file, from 1 */
  piece: z.int().min(1).max(1_000_000),
  /** whole lines; of a CSV each piece begins with the header */
  text: z.string().min(1).max(TEXT_MAX),
});

export interface PieceResult {
  readonly lines: number;
  readonly kept: number;
  readonly unread_count: number;
  readonly differences_count: number;
  readonly unread: readonly { readonly line: number; readonly problem: string }[];
  readonly differences: Reconciled['differences'];
}

/** How the lines are read: the dialect's mapping, with the format that the name says. Pure. */
export function mappingFor(name: string, mapping: ReportMapping): ReportMapping {
  return /\.(jsonl|ndjson)$/i.test(name) ? { ...mapping, format: 'jsonl' } : mapping;
}

export function reportRoutes(app: ConsoleScope, parts: RouteParts): void {
  const { sql, clock, currencies, aggregators, reports } = parts;

  app.get(`${PREFIX}/aggregators`, async () => ({
    items: aggregators.map((name) => ({ name, takes_reports: reports.has(name) })),
  }));

  app.post(
    `${PREFIX}/reports`,
    { bodyLimit: BODY_LIMIT_BYTES, schema: { body: piece } },
    async (request): Promise<PieceResult> => {
      const { text, ...asked } = request.body;
      const mapping =
        reports.get(asked.aggregator) ??
        refuse(
          409,
          'no_mapping',
          'This aggregator’s dialect reads no report of its own; use croupier reconcile --mapping.',
        );
      let after: Pick<PieceResult, 'lines' | 'kept' | 'unread_count' | 'differences_count'> | null = null;
      const write = {
        action: 'report.add',
        subject: `report ${asked.name}`,
        asked,
        look: async () => after,
      };
      return audited(parts, request, write, async () => {
        const found = await reconcile(readReport(once(text), mappingFor(asked.name, mapping), currencies), {
          aggregator: asked.aggregator,
          source: 'report',
          origin: asked.name,
          ledger: createSettlementReads(sql),
          currencies,
          nowMs: clock.now(),
          span: null,
        });
        after = {
          lines: found.lines,
          kept: await keepClaims(sql, found.claims, clock.now()),
          unread_count: found.unread.length,
          differences_count: found.differences.length,
        };
        return {
          ...after,
          unread: found.unread.slice(0, SHOWN_MAX).map(({ line, problem }) => ({ line, problem })),
          differences: found.differences.slice(0, SHOWN_MAX),
        };
      });
    },
  );
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}
