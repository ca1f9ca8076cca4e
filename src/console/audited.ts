/**
 * A write with its two lines in the audit log: what was asked and what was there before is written first, what it came to
 * afterwards. If the first cannot be written, nothing is done.
 */
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from '../api/index.ts';
import { insertAsked, insertEnded } from './audit-store.ts';
import type { RouteParts } from './deps.ts';
import { operatorOf } from './guard.ts';

export interface Write {
  /** e.g. `player.change` */
  readonly action: string;
  /** e.g. `player demo` */
  readonly subject: string;
  /** without passwords and codes */
  readonly asked: unknown;
  /** what is there, before and after */
  readonly look: () => Promise<unknown>;
}

export async function audited<Value>(
  { sql, clock }: Pick<RouteParts, 'sql' | 'clock'>,
  request: FastifyRequest,
  { look, ...write }: Write,
  work: () => Promise<Value>,
): Promise<Value> {
  const { name, role } = operatorOf(request);
  const entry = { who: name, role, address: request.ip, ...write, before: await look() };
  const id = await insertAsked(sql, entry, clock.now());
  try {
    const value = await work();
    await insertEnded(sql, id, { outcome: 'done', after: await look() }, clock.now());
    return value;
  } catch (error) {
    const isRefusal = error instanceof ApiProblem && error.details.status < 500;
    const after = error instanceof ApiProblem ? { code: error.details.code, detail: error.details.detail } : null;
    await insertEnded(sql, id, { outcome: isRefusal ? 'refused' : 'uncertain', after }, clock.now());
    throw error;
  }
}
