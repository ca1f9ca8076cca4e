/** Asks a dialect's list of transactions of its own mirror, window by window, as the settlement room does over HTTP. */
import { Buffer } from 'node:buffer';
import type { ListedTransaction, ListName, Mirror, RawResponse, TransactionLists } from '../../src/dialects/index.ts';
import { isProblem } from '../../src/money/index.ts';
import type { ErrandRequest } from '../../src/wire/index.ts';

export type Lists = Readonly<Record<ListName, readonly ListedTransaction[]>>;

/** What the mirror answers to a request of ours. */
export function served(mirror: Mirror, request: ErrandRequest, lists: Lists): RawResponse {
  const url = new URL(request.url);
  const raw = {
    method: request.method,
    path: url.pathname,
    subpath: '',
    rawQuery: url.search.slice(1),
    headers: request.headers,
    body: typeof request.body === 'string' ? Buffer.from(request.body) : (request.body ?? new Uint8Array()),
    arrivedAtMs: 0,
  };
  const response = mirror.serveTransactions?.(raw, (list, { fromMs, toMs }) =>
    lists[list].filter(({ occurredAtMs }) => (occurredAtMs ?? 0) >= fromMs && (occurredAtMs ?? 0) < toMs),
  );
  if (response === undefined) throw new Error('the mirror has no lists');
  return response;
}

/** A whole span of a list, asked for to its end. */
export function readSpan(
  { mirror, transactions }: { readonly mirror: Mirror; readonly transactions: TransactionLists | undefined },
  asked: { readonly list: ListName; readonly fromMs: number; readonly toMs: number; readonly currency: string | null },
  lists: Lists,
) {
  if (transactions === undefined) throw new Error('the dialect has no lists');
  const read: ListedTransaction[] = [];
  const malformed: string[] = [];
  let cursor: string | null = null;
  for (let pages = 1; pages < 2_000; pages += 1) {
    const errand = transactions.page({ ...asked, cursor });
    const { status, body } = served(mirror, errand.request, lists);
    const page = errand.read({ status, headers: {}, body: Buffer.from(body) });
    if (isProblem(page)) return { kind: 'problem', message: page.message } as const;
    read.push(...page.transactions);
    malformed.push(...page.malformed);
    if (page.next === null) return { kind: 'read', transactions: read, malformed, pages } as const;
    cursor = page.next;
  }
  throw new Error('the list has no end');
}
