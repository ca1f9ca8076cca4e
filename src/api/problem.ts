/**
 * Every "no" of the operator API as `application/problem+json` with a stable code. A problem is thrown by a route and
 * worded in one place. Whatever else is thrown is a defect or a failing database: a write is then *uncertain*, never
 * refused, because nobody knows how far it came.
 */
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Uncertain } from '../ledger/index.ts';
import { errorCode } from '../platform/index.ts';
import type { Log } from '../platform/index.ts';

export interface ProblemDetails {
  readonly status: number;
  /** stable; programs branch on it */
  readonly code: string;
  /** one sentence for a person; may change */
  readonly detail: string;
  readonly field?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly retryAfterSeconds?: number;
}

/** A definite no. */
export class ApiProblem extends Error {
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.detail);
    this.name = 'ApiProblem';
    this.details = details;
  }
}

/** Throws a problem; for one-line refusals in routes. */
export function refuse(status: number, code: string, detail: string, more: Pick<ProblemDetails, 'field'> = {}): never {
  throw new ApiProblem({ status, code, detail, ...more });
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Content too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
};

/** The body of a problem, with what a person needs to find it in the log. */
export function problemBody(details: ProblemDetails): string {
  const { status, code, detail, field, errors } = details;
  return JSON.stringify({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, code, detail, field, errors });
}

export function sendProblem(reply: FastifyReply, details: ProblemDetails): FastifyReply {
  const { status, retryAfterSeconds } = details;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  return reply.code(status).type('application/problem+json').send(problemBody(details));
}

/** Words whatever a route threw. Our own defects are logged; what the caller did wrong is not. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const details = detailsOf(error, request);
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  if (details.status >= 500 && !(error instanceof ApiProblem)) {
    const level = error instanceof Uncertain ? 'warn' : 'error';
    log[level]({ err: error, route, code: details.code }, 'an API call could not be answered');
  }
  return sendProblem(reply, details);
}

function detailsOf(error: unknown, request: FastifyRequest): ProblemDetails {
  if (error instanceof ApiProblem) return error.details;
  if (hasZodFastifySchemaValidationErrors(error)) return invalid(error);
  const status = statusOf(error);
  if (status === 413) return { status, code: 'too_large', detail: 'The body is larger than the server takes.' };
  if (status === 415) return { status, code: 'unsupported_media', detail: 'Send the body as application/json.' };
  if (status >= 400 && status < 500) return { status: 400, code: 'bad_request', detail: 'The request cannot be read.' };
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead) {
    const detail = 'It is not known whether this took effect. Ask again with the same reference or Idempotency-Key.';
    return { status: 503, code: 'uncertain', detail, retryAfterSeconds: 1 };
  }
  // PostgreSQL's class 22 on a read: a cursor or filter with a value no column can hold.
  if (errorCode(error).startsWith('22')) {
    return { status: 400, code: 'bad_request', detail: 'A parameter or the cursor has a value that cannot be read.' };
  }
  if (errorCode(error) === '') return { status: 500, code: 'internal_error', detail: 'The server met a defect.' };
  return { status: 503, code: 'unavailable', detail: 'The database cannot answer right now.', retryAfterSeconds: 1 };
}

function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}

const PLACES: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

function invalid(
  error: Error & {
    readonly validation: readonly { instancePath: string; message?: string | undefined }[];
    readonly validationContext?: string | undefined;
  },
): ProblemDetails {
  const place = PLACES[error.validationContext ?? ''] ?? 'request';
  const errors = error.validation.slice(0, 20).map((issue) => ({
    path: `${place}${issue.instancePath.replaceAll('/', '.')}`,
    message: issue.message ?? 'invalid',
  }));
  const [first] = errors;
  const detail = first === undefined ? 'The request is not valid.' : `${first.path}: ${first.message}`;
  return { status: 400, code: 'bad_request', detail, errors };
}
