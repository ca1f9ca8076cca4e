/**
 * A round's story: everything that is known of it, from every source, as one list in time order, and one sentence that says what
 * it comes to. Pure: what the rooms and tables gave goes in, what people read comes out. It decides nothing and hides nothing;
 * only secrets are blanked.
 */
import { formatDecimal, formatDecimalAtScale, formatRate, formatUnits, pairText } from '../money/index.ts';
import type { Posting, Transaction } from '../wallet/index.ts';
import { blanked, replayOf, shownBytes } from './replay.ts';
import type { ItemKind, Move, StoryItem, StoryParts, Tone } from './story-types.ts';
import { nameOf, sentenceOfRefusal, times, wordsOfOutcome, wordsOfVerdict } from './story-words.ts';

export type { ItemKind, Lane, Move, StoryItem, StoryParts, Tone } from './story-types.ts';

/** At the same instant things are told in the order in which they cause each other. */
const RANK: Readonly<Record<ItemKind, number>> = {
  launch: 0,
  session: 1,
  message: 2,
  rate: 3,
  decision: 4,
  answer: 5,
  assertion: 6,
  discrepancy: 7,
  resolution: 8,
};

type Draft = Omit<StoryItem, 'at' | 'reference' | 'facts' | 'moves' | 'raw' | 'replay' | 'to'> &
  Partial<Pick<StoryItem, 'reference' | 'facts' | 'moves' | 'raw' | 'replay' | 'to'>> & { readonly atMs: number };

export function storyOf(parts: StoryParts): readonly StoryItem[] {
  const drafts = [
    ...launchItems(parts),
    ...rateItems(parts),
    ...messageItems(parts),
    ...decisionItems(parts),
    ...assertionItems(parts),
    ...discrepancyItems(parts),
  ];
  return drafts
    .toSorted((a, b) => a.atMs - b.atMs || RANK[a.kind] - RANK[b.kind] || (a.id < b.id ? -1 : 1))
    .map(({ atMs, ...draft }) => ({
      reference: null,
      facts: [],
      moves: [],
      raw: null,
      replay: null,
      to: null,
      ...draft,
      at: new Date(atMs).toISOString(),
    }));
}

/** What it comes to, for whoever has the player on the telephone. */
export function summaryOf(parts: StoryParts): string {
  const { round, transactions, messages } = parts;
  const money = (units: bigint): string => `${formatUnits(units, round.scale)} ${round.currency}`;
  const repeated = transactions.flatMap((row) => {
    const sent = messages.filter((each) => each.externalId === row.externalId && row.kind !== 'rollback').length;
    return sent > 1 ? [`${nameOf(row)} ${row.externalId} was sent ${times(sent)} and decided once.`] : [];
  });
  const refused = transactions
    .filter((row) => row.state === 'rejected')
    .map(
      (row) =>
        `${nameOf(row)} ${row.externalId} was refused: ${row.refusal === null ? '' : sentenceOfRefusal(row.refusal)}.`,
    );
  const open = parts.discrepancies.filter(({ discrepancy: { state } }) => state !== 'resolved' && state !== 'accepted');
  const returned = round.returned > 0n ? `, returned ${money(round.returned)}` : '';
  return [
    `The round is ${round.state}. Staked ${money(round.staked)}${returned}, paid ${money(round.paid)}.`,
    ...repeated,
    ...refused,
    ...(open.length === 0 ? [] : [waitingWords(open.length)]),
  ].join(' ');
}

function waitingWords(count: number): string {
  return count === 1
    ? 'One disagreement with the aggregator waits for somebody.'
    : `${count} disagreements with the aggregator wait for somebody.`;
}

function launchItems({ session, launches }: StoryParts): readonly Draft[] {
  const issued = launches.map((launch, index): Draft => {
    const failed = launch.outcome === 'failed';
    return {
      id: `launch-${index}`,
      atMs: launch.issuedAtMs,
      kind: 'launch',
      lane: 'gateway',
      to: 'aggregator',
      title: failed ? 'Launch failed' : 'Game launched',
      detail: failed
        ? `The aggregator gave no address: ${launch.reason ?? 'no reason'}.`
        : 'A signed address was given out.',
      tone: failed ? 'bad' : 'plain',
      facts: [
        ['node', launch.node ?? 'unknown'],
        ['mode', launch.mode ?? 'unknown'],
        ['opened', launch.openedAtMs === null ? 'not heard of' : iso(launch.openedAtMs)],
      ],
    };
  });
  if (session === null) return issued;
  const about = [
    ['session', session.id],
    ['mode', session.mode],
    ['currency', session.currency ?? 'none'],
    ['country', session.country ?? 'not told'],
    ['platform', session.platform ?? 'not told'],
  ] as const;
  const begun: Draft = {
    id: 'session-created',
    atMs: session.createdAtMs,
    kind: 'session',
    lane: 'gateway',
    title: `Session opened (${session.mode})`,
    detail: `Game ${session.gameCode}.`,
    tone: 'plain',
    facts: about,
  };
  const ended: readonly Draft[] =
    session.endedAtMs === null
      ? []
      : [
          {
            id: 'session-ended',
            atMs: session.endedAtMs,
            kind: 'session',
            lane: 'aggregator',
            to: 'gateway',
            title: 'Session ended',
            detail: 'The aggregator said that the player has left.',
            tone: 'plain',
          },
        ];
  return [...issued, begun, ...ended];
}

function rateItems({ round: { lock } }: StoryParts): readonly Draft[] {
  if (lock === null) return [];
  return [
    {
      id: 'rate',
      atMs: lock.lockedAtMs,
      kind: 'rate',
      lane: 'ledger',
      title: `Rate locked: 1 ${lock.pair.wallet} = ${formatRate(lock.rate)} ${lock.pair.game}`,
      detail: 'Stakes and wins of the round are converted by it, whenever they come.',
      tone: lock.isStale ? 'warn' : 'plain',
      facts: [
        ['pair', pairText(lock.pair)],
        ['market', formatRate(lock.market)],
        ['spread', `${lock.spreadBps} bp`],
        ['source', lock.source],
        ['quote', lock.quoteId],
        ['freshness', lock.isStale ? 'older than it should have been' : 'fresh'],
      ],
    },
  ];
}

/** Each message as it came, and what it was answered; how often the same id was sent. */
function messageItems({ messages, transactions }: StoryParts): readonly Draft[] {
  const seen = new Map<string, number>();
  return messages.flatMap((message): readonly Draft[] => {
    const named = transactions.filter((row) => row.externalId === message.externalId);
    const what = named.length === 0 ? 'Message' : [...new Set(named.map(nameOf))].join(' and ');
    const count = (seen.get(message.externalId ?? '') ?? 0) + 1;
    if (message.externalId !== null) seen.set(message.externalId, count);
    const again = message.externalId !== null && count > 1 ? `, time ${count}` : '';
    const believed = message.verdict === 'genuine' || message.verdict === 'late';
    const reference = message.externalId;
    const arrived: Draft = {
      id: `message-${message.id}`,
      atMs: message.arrivedAtMs,
      kind: 'message',
      lane: 'aggregator',
      to: 'gateway',
      title: `${what}${reference === null ? '' : ` ${reference}`} arrives${again}`,
      detail: `${capital(wordsOfVerdict(message.verdict))}${message.keyId === null ? '' : ` (key ${message.keyId})`}.`,
      tone: believed ? (count > 1 ? 'warn' : 'plain') : 'bad',
      reference,
      facts: [
        ['path', message.route],
        ['signature', message.verdict],
        ['from', message.remoteAddress ?? 'unknown'],
        ...Object.entries(message.headers).map(([name, value]) => [name, blanked(value)] as const),
      ],
      raw: shownBytes(message.body),
      replay: replayOf(message),
    };
    const answered: Draft = {
      id: `answer-${message.id}`,
      atMs: message.arrivedAtMs + Math.round(message.durationUs / 1_000),
      kind: 'answer',
      lane: 'gateway',
      to: 'aggregator',
      title: `Answered ${message.status}`,
      detail: `${capital(wordsOfOutcome(message.outcome))}.`,
      tone: message.status < 300 ? 'good' : message.status >= 500 ? 'bad' : 'warn',
      reference,
      facts: [
        ['outcome', message.outcome],
        ['took', `${(message.durationUs / 1_000).toFixed(1)} ms`],
      ],
      raw: shownBytes(Buffer.from(message.answer, 'utf8')),
    };
    return [arrived, answered];
  });
}

const DECIDED: Readonly<Record<Transaction['state'], readonly [string, Tone]>> = {
  applied: ['applied', 'good'],
  rejected: ['refused', 'bad'],
  tombstone: ['came before what it rolls back: remembered', 'warn'],
  parked: ['waits for its bet', 'warn'],
  part_reversed: ['applied, later returned in part', 'warn'],
  reversed: ['applied, later rolled back', 'warn'],
};

function decisionItems({ round, transactions, postings }: StoryParts): readonly Draft[] {
  return transactions.map((row): Draft => {
    const [words, tone] = DECIDED[row.state];
    const amount = row.amount === null ? '' : ` of ${saidText(row, round.scale)} ${row.currency ?? ''}`.trimEnd();
    const moves = postings.filter((each) => each.transaction === row.id).map((each) => moveOf(each, round.scale));
    const reason = row.refusal === null ? '' : `${capital(sentenceOfRefusal(row.refusal))}. `;
    return {
      id: `decision-${row.id}`,
      atMs: row.createdAtMs,
      kind: 'decision',
      lane: 'ledger',
      title: `${nameOf(row)}${amount} ${words}`,
      detail: `${reason}${moves.length === 0 ? 'No money moved.' : movedWords(moves)}`,
      tone,
      reference: row.externalId,
      facts: [
        ['our id', row.id],
        ['state', row.state],
        ...fact('reason', row.refusal),
        ...fact('names', row.reference),
        ...fact(
          'converted',
          row.fx === null ? null : `by ${formatRate(row.fx.lock.rate)} (${pairText(row.fx.lock.pair)})`,
        ),
        ...fact('flags', row.flags.length === 0 ? null : row.flags.join(', ')),
        ...fact('returned', row.reversedAmount.unscaled === 0n ? null : formatDecimal(row.reversedAmount)),
        ...fact('changed', row.changedAtMs === row.createdAtMs ? null : iso(row.changedAtMs)),
      ],
      moves,
    };
  });
}

/** All digits of the currency it was said in, and more where it was said with more. */
function saidText({ amount, fx }: Transaction, walletScale: number): string {
  if (amount === null) return '';
  const written = formatDecimalAtScale(amount, fx === null ? walletScale : fx.lock.gameScale);
  return typeof written === 'string' ? written : formatDecimal(amount);
}

function moveOf(posting: Posting, scale: number): Move {
  const { debit, credit, units, balanceAfter, currency } = posting;
  const before = debit === 'player' ? balanceAfter + units : credit === 'player' ? balanceAfter - units : balanceAfter;
  return {
    debit,
    credit,
    amount: formatUnits(units, scale),
    currency,
    before: formatUnits(before, scale),
    after: formatUnits(balanceAfter, scale),
  };
}

function movedWords(moves: readonly Move[]): string {
  const first = moves[0];
  const last = moves.at(-1);
  return first === undefined || last === undefined ? '' : `Balance ${first.before} → ${last.after} ${last.currency}.`;
}

function assertionItems({ events, claims }: StoryParts): readonly Draft[] {
  const told = events.map((event, index): Draft => ({
    id: `event-${index}`,
    atMs: event.receivedAtMs,
    kind: 'assertion',
    lane: 'aggregator',
    to: 'gateway',
    title: `Settlement says how the round ended${event.deliveries > 1 ? ` (sent ${times(event.deliveries)})` : ''}`,
    detail: event.problem ?? (event.final === false ? 'Not final yet.' : 'Stored, and compared with the book.'),
    tone: event.problem === null ? 'plain' : 'warn',
    facts: [
      ['event', event.key],
      ['state', event.state],
    ],
    raw: shownBytes(event.body),
  }));
  const listed = claims.map((claim, index): Draft => ({
    id: `claim-${index}`,
    atMs: claim.receivedAtMs,
    kind: 'assertion',
    lane: 'aggregator',
    to: 'gateway',
    title: `${capital(claim.source.replaceAll('_', ' '))} lists ${claim.kind} ${claim.id}`,
    detail: `${claim.amount ?? 'No amount'} ${claim.currency ?? ''}, ${claim.status}.`,
    tone: 'plain',
    reference: claim.id,
    facts: [['origin', claim.origin]],
  }));
  return [...told, ...listed];
}

function discrepancyItems({ discrepancies }: StoryParts): readonly Draft[] {
  return discrepancies.flatMap(({ discrepancy, resolutions }): readonly Draft[] => [
    {
      id: `discrepancy-${discrepancy.id}`,
      atMs: discrepancy.firstSeenMs,
      kind: 'discrepancy',
      lane: 'gateway',
      title: `Disagreement: ${discrepancy.kind.replaceAll('_', ' ').toLowerCase()}`,
      detail: discrepancy.detail,
      tone: discrepancy.state === 'resolved' || discrepancy.state === 'accepted' ? 'plain' : 'bad',
      reference: discrepancy.transactionId === '' ? null : discrepancy.transactionId,
      facts: [
        ['id', discrepancy.id],
        ['state', discrepancy.state],
        ['theirs', discrepancy.claimed === null ? 'nothing' : formatDecimal(discrepancy.claimed)],
        ['ours', discrepancy.booked === null ? 'nothing' : formatDecimal(discrepancy.booked)],
      ],
    },
    ...resolutions.map((each): Draft => ({
      id: `resolution-${each.id}`,
      atMs: each.decidedAtMs ?? each.createdAtMs,
      kind: 'resolution',
      lane: 'gateway',
      to: each.transactionId === null ? null : 'ledger',
      title: `Resolution: ${each.action} ${formatDecimal(each.amount)} ${each.currency ?? ''} (${each.state})`,
      detail: each.reason,
      tone: each.state === 'failed' ? 'bad' : each.state === 'booked' ? 'good' : 'plain',
      facts: [
        ['proposed by', each.proposed.by],
        ...fact('decided by', each.decided?.by ?? null),
        ...fact('problem', each.problem),
      ],
    })),
  ]);
}

const iso = (ms: number): string => new Date(ms).toISOString();
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const fact = (name: string, value: string | null): readonly (readonly [string, string])[] =>
  value === null ? [] : [[name, value]];
