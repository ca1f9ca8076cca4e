/** Calls about what aggregators and the book disagree on, and what is decided about it. The rules are the settlement room's. */
import type { z } from 'zod';
import { formatDecimal, formatDecimalAtScale } from '../money/index.ts';
import type { Currencies, Decimal } from '../money/index.ts';
import type { Decided, Discrepancy, DiscrepancyStory, Resolution } from '../settlement/index.ts';
import type { ApiScope, RouteOptions } from './deps.ts';
import * as schemas from './discrepancy-schemas.ts';
import { sendAnswered } from './idempotency.ts';
import { refuse } from './problem.ts';
import { pathId, problems } from './schemas.ts';

type Answer<Name extends keyof typeof schemas> = z.output<(typeof schemas)[Name]>;

const TAGS = ['Settlement'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Refusal = Extract<Decided, { kind: 'refused' }>['reason'];
const STATUS: Readonly<Record<Refusal, 400 | 403 | 409 | 422>> = {
  bad_amount: 400,
  four_eyes: 403,
  decided: 409,
  no_proposal: 409,
  stale: 409,
  nothing_to_decide: 409,
  wrong_action: 422,
  no_amount: 422,
  too_much: 422,
  no_currency: 422,
  no_player: 422,
};

export function discrepancyRoutes(app: ApiScope, options: RouteOptions): void {
  const { settlement } = options;
  if (settlement === undefined) return;
  readRoutes(app, { ...options, settlement });
  app.post(
    '/v1/discrepancies/:id/resolutions',
    {
      config: { scope: 'money' },
      schema: {
        tags: TAGS,
        summary: 'Propose, approve or reject a resolution',
        description:
          'What is approved is booked as a new entry under a key of its own. Above the configured limit nobody may approve what they proposed.',
        params: pathId,
        body: schemas.resolutionWish,
        response: { 200: schemas.resolution, ...problems },
      },
    },
    async (request, reply) => {
      const answer = await options.idempotency.once(request, async () => {
        const { decision, reason, by, action, amount } = request.body;
        const discrepancy = known(request.params.id);
        const person = { key: request.caller?.name ?? '', by };
        const decided =
          decision === 'propose'
            ? await settlement.propose({ discrepancy, action: action ?? null, amount: amount ?? null, reason, person })
            : await settlement.decide({ discrepancy, decision, reason, person });
        if (decided.kind === 'unknown') refuse(404, 'not_found', 'There is no such discrepancy.');
        if (decided.kind === 'refused') refuse(STATUS[decided.reason], decided.reason, decided.message);
        return { status: 200, body: renderResolution(decided.resolution, options.currencies) };
      });
      return sendAnswered(reply, answer);
    },
  );
}

function readRoutes(
  app: ApiScope,
  options: RouteOptions & { readonly settlement: NonNullable<RouteOptions['settlement']> },
): void {
  const { settlement, currencies } = options;
  app.get(
    '/v1/discrepancies',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'What aggregators and the book disagree on, newest first',
        querystring: schemas.discrepanciesQuery,
        response: { 200: schemas.discrepancies, ...problems },
      },
    },
    async (request) => {
      const { cursor, limit, ...query } = request.query;
      const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
      const found = await settlement.discrepancies({
        ...given,
        limit,
        ...(cursor === undefined ? {} : { after: cursor }),
      });
      const items = found.slice(0, limit).map((each) => renderDiscrepancy(each, currencies));
      return { items, next_cursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  );
  app.get(
    '/v1/discrepancies/:id',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'One disagreement with its evidence, its round and what was decided',
        params: pathId,
        response: { 200: schemas.discrepancyStory, ...problems },
      },
    },
    async (request) => {
      const story = await settlement.discrepancy(known(request.params.id));
      return renderStory(story ?? refuse(404, 'not_found', 'There is no such discrepancy.'), currencies);
    },
  );
}

/** What is no id of ours is nobody's. */
function known(id: string): string {
  return UUID.test(id) ? id : refuse(404, 'not_found', 'There is no such discrepancy.');
}

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** At the currency's scale; with all its digits where it has more. */
function text(amount: Decimal, currency: string | null, currencies: Currencies): string {
  const scale = currency === null ? undefined : currencies.get(currency)?.scale;
  const written = scale === undefined ? formatDecimal(amount) : formatDecimalAtScale(amount, scale);
  return typeof written === 'string' ? written : formatDecimal(amount);
}

const renderEvidence = (evidence: Discrepancy['evidence']) =>
  evidence.map(({ source, reference, sinceMs }) => ({ source, reference, since: iso(sinceMs) }));

export function renderDiscrepancy(each: Discrepancy, currencies: Currencies): Answer<'discrepancy'> {
  const { currency } = each;
  const orNull = (amount: Decimal | null): string | null =>
    amount === null ? null : text(amount, currency, currencies);
  return {
    id: each.id,
    aggregator: each.key.aggregator,
    player_id: each.key.player === '' ? null : each.key.player,
    round_id: each.key.round,
    kind: each.kind,
    weight: each.weight,
    state: each.state,
    transaction_kind: each.transactionKind === '' ? null : each.transactionKind,
    transaction_id: each.transactionId === '' ? null : each.transactionId,
    currency,
    claimed: orNull(each.claimed),
    booked: orNull(each.booked),
    amount: text(each.amount, currency, currencies),
    favour: each.favour,
    contested: each.contested,
    detail: each.detail,
    game_code: each.game,
    evidence: renderEvidence(each.evidence),
    due_at: iso(each.dueAtMs),
    first_seen_at: iso(each.firstSeenMs),
    last_seen_at: iso(each.lastSeenMs),
    resolved_at: isoOrNull(each.resolvedAtMs),
    resolution_id: each.resolution,
  };
}

function renderStory(
  { discrepancy, resolutions, view }: DiscrepancyStory,
  currencies: Currencies,
): Answer<'discrepancyStory'> {
  return {
    ...renderDiscrepancy(discrepancy, currencies),
    resolutions: resolutions.map((each) => renderResolution(each, currencies)),
    round:
      view === null
        ? null
        : {
            state: view.state,
            declared: view.declared,
            booked: view.booked,
            missing: [...view.missing],
            extra: [...view.extra],
            notes: [...view.notes],
            hash: view.hash,
          },
  };
}

function renderResolution(each: Resolution, currencies: Currencies): Answer<'resolution'> {
  const { entry, decided } = each;
  return {
    id: each.id,
    action: each.action,
    amount: text(each.amount, each.currency, currencies),
    currency: each.currency,
    state: each.state,
    automatic: each.automatic,
    reason: each.reason,
    evidence: renderEvidence(each.evidence),
    proposed: { api_key: each.proposed.key, by: each.proposed.by, at: iso(each.createdAtMs) },
    decided:
      decided === null
        ? null
        : {
            api_key: decided.key,
            by: decided.by,
            reason: decided.reason,
            at: iso(each.decidedAtMs ?? each.createdAtMs),
          },
    entry:
      entry === null
        ? null
        : { kind: entry.operation.kind, external_id: entry.operation.id, transaction_id: each.transactionId },
    problem: each.problem,
    finished_at: isoOrNull(each.finishedAtMs),
  };
}
