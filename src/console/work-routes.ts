/** Calls that change something: corrections by hand, resolutions, accounts; and the log of all that was changed. */
import { z } from 'zod';
import { refuse } from '../api/index.ts';
import { ACTIONS } from '../settlement/index.ts';
import type { Decided } from '../settlement/index.ts';
import type { Account } from './accounts.ts';
import type { Adjusted, AdjustmentRefusal } from './adjustments.ts';
import { selectAudit } from './audit-store.ts';
import { audited } from './audited.ts';
import type { ConsoleScope, RouteParts } from './deps.ts';
import { operatorOf, PREFIX } from './guard.ts';
import { ROLES } from './roles.ts';
import { playerId } from '../wallet/index.ts';

const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'is no id');
const byId = z.object({ id: uuid });
const reason = z.string().trim().min(5, 'say why, for whoever reads it in a year').max(1_000);
const text = z.string().min(1).max(255);

const STATUS: Readonly<Record<AdjustmentRefusal, 400 | 403 | 404 | 409 | 422>> = {
  bad_amount: 400,
  wrong_currency: 422,
  unknown_player: 404,
  conflict: 409,
  four_eyes: 403,
  decided: 409,
  not_found: 404,
};

export function workRoutes(app: ConsoleScope, parts: RouteParts): void {
  adjustmentRoutes(app, parts);
  resolutionRoutes(app, parts);
  accountRoutes(app, parts);
  app.get(
    `${PREFIX}/audit`,
    { schema: { querystring: z.object({ before: uuid.optional(), subject: z.string().max(500).optional() }) } },
    async ({ query }) => {
      const items = await selectAudit(parts.sql, {
        before: query.before ?? null,
        subject: query.subject ?? null,
        limit: 200,
      });
      return { items, next: items.length < 200 ? null : (items.at(-1)?.id ?? null) };
    },
  );
}

function adjustmentRoutes(app: ConsoleScope, parts: RouteParts): void {
  const { adjustments, ledger } = parts;
  const { shown } = adjustments;
  const done = (result: Adjusted) =>
    result.kind === 'done' ? shown(result.adjustment) : refuse(STATUS[result.reason], result.reason, result.message);
  const balances = async (player: string): Promise<unknown> =>
    (await ledger.wallets(playerId(player))).map(({ currency, balance }) => ({ currency, units: balance.toString() }));

  app.get(`${PREFIX}/adjustments`, async () => ({ items: (await adjustments.list(null)).map(shown) }));

  app.post(
    `${PREFIX}/adjustments`,
    {
      schema: { body: z.strictObject({ id: uuid, player: text, currency: text, amount: z.string().max(60), reason }) },
    },
    async (request, reply) => {
      const { body } = request;
      const write = {
        action: 'adjustment.propose',
        subject: `player ${body.player}`,
        asked: body,
        look: async () => balances(body.player),
      };
      const by = operatorOf(request).name;
      const made = await audited(parts, request, write, async () => done(await adjustments.propose({ ...body, by })));
      return reply.code(201).send(made);
    },
  );

  app.post(
    `${PREFIX}/adjustments/:id/decisions`,
    {
      schema: { params: byId, body: z.strictObject({ player: text, decision: z.enum(['approve', 'reject']), reason }) },
    },
    async (request) => {
      const { player, ...decision } = request.body;
      const write = {
        action: `adjustment.${decision.decision}`,
        subject: `player ${player}`,
        asked: { adjustment: request.params.id, ...decision },
        look: async () => balances(player),
      };
      const by = operatorOf(request).name;
      return audited(parts, request, write, async () =>
        done(await adjustments.decide({ id: request.params.id, ...decision, by })),
      );
    },
  );
}

type DecidedRefusal = Extract<Decided, { kind: 'refused' }>['reason'];
const DECIDED_STATUS: Readonly<Record<DecidedRefusal, 400 | 403 | 409 | 422>> = {
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

function resolutionRoutes(app: ConsoleScope, parts: RouteParts): void {
  const { settlement } = parts;
  const body = z.strictObject({
    decision: z.enum(['propose', 'approve', 'reject']),
    action: z.enum(ACTIONS).nullish(),
    amount: z.string().max(60).nullish(),
    reason,
  });
  app.post(`${PREFIX}/discrepancies/:id/resolutions`, { schema: { params: byId, body } }, async (request) => {
    const { decision, action, amount, reason: why } = request.body;
    const discrepancy = request.params.id;
    const write = {
      action: `discrepancy.${decision}`,
      subject: `discrepancy ${discrepancy}`,
      asked: request.body,
      look: async () => stateOf(parts, discrepancy),
    };
    // The name is the account's own: who signed in cannot decide as somebody else.
    const person = { key: 'console', by: operatorOf(request).name };
    return audited(parts, request, write, async () => {
      const decided =
        decision === 'propose'
          ? await settlement.propose({
              discrepancy,
              action: action ?? null,
              amount: amount ?? null,
              reason: why,
              person,
            })
          : await settlement.decide({ discrepancy, decision, reason: why, person });
      if (decided.kind === 'unknown') return refuse(404, 'not_found', 'There is no such discrepancy.');
      if (decided.kind === 'refused') return refuse(DECIDED_STATUS[decided.reason], decided.reason, decided.message);
      return { id: decided.resolution.id, state: decided.resolution.state, problem: decided.resolution.problem };
    });
  });
}

async function stateOf({ settlement }: RouteParts, id: string): Promise<unknown> {
  const story = await settlement.discrepancy(id);
  return story === null
    ? null
    : {
        state: story.discrepancy.state,
        resolutions: story.resolutions.map(({ id: each, state, action }) => ({ id: each, state, action })),
      };
}

function accountRoutes(app: ConsoleScope, parts: RouteParts): void {
  const { accounts } = parts;
  const role = z.enum(ROLES);
  const password = z.string().min(1).max(1_000);
  const shown = ({ id, name, role: has, disabled, secondFactor, issuer, lockedUntilMs, createdAtMs }: Account) => ({
    id,
    name,
    role: has,
    disabled,
    second_factor: secondFactor,
    vouched: issuer !== null,
    locked_until: lockedUntilMs === null ? null : new Date(lockedUntilMs).toISOString(),
    created_at: new Date(createdAtMs).toISOString(),
  });

  app.get(`${PREFIX}/users`, async () => ({ items: (await accounts.list()).map(shown) }));

  app.post(
    `${PREFIX}/users`,
    { schema: { body: z.strictObject({ name: text, role, password }) } },
    async (request, reply) => {
      const { name, role: wanted } = request.body;
      const write = {
        action: 'user.add',
        subject: `user ${name}`,
        asked: { name, role: wanted },
        look: async () => null,
      };
      const account = await audited(parts, request, write, async () => {
        const added = await accounts.add(request.body);
        if (added.kind === 'added') return added.account;
        return refuse(added.reason === 'name_taken' ? 409 : 422, added.reason, added.message);
      });
      return reply.code(201).send(shown(account));
    },
  );

  const patch = z.strictObject({
    role: role.optional(),
    disabled: z.boolean().optional(),
    password: password.optional(),
    forget_second_factor: z.literal(true).optional(),
  });
  app.patch(`${PREFIX}/users/:id`, { schema: { params: byId, body: patch } }, async (request) => {
    const { id } = request.params;
    const { password: fresh, forget_second_factor: forget, ...rest } = request.body;
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    // The last administrator would lock everybody out.
    if (id === operatorOf(request).user && (rest.disabled === true || (rest.role ?? 'admin') !== 'admin'))
      refuse(422, 'own_account', 'Nobody takes their own rights away: let another administrator do it.');
    const known = await accounts.get(id);
    const write = {
      action: 'user.change',
      subject: `user ${known?.name ?? id}`,
      asked: { ...given, new_password: fresh !== undefined, forget_second_factor: forget === true },
      look: async () => accounts.get(id),
    };
    return audited(parts, request, write, async () => {
      const changed = await accounts.change(id, {
        ...given,
        ...(fresh === undefined ? {} : { password: fresh }),
        ...(forget === undefined ? {} : { forgetSecondFactor: true }),
      });
      if (changed === null) return refuse(404, 'not_found', 'There is no such account.');
      if ('kind' in changed) return refuse(422, changed.reason, changed.message);
      return shown(changed);
    });
  });
}
