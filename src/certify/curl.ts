/**
 * A message as somebody can send it again, and what must not be in it. Signatures and keys are left for the reader to fill in:
 * a report is sent to vendors and auditors.
 */
import { Buffer } from 'node:buffer';
import type { Aggregator } from './aggregator.ts';
import type { Cast } from './lookup.ts';
import type { Message } from './message.ts';

export type Redact = (text: string) => string;

/** Replaces every secret and every session token by its name. */
export function redactorOf(aggregator: Pick<Aggregator, 'secrets'>, cast: Cast, more: readonly string[] = []): Redact {
  const tokens = [...cast.players, cast.blocked, cast.poor, cast.exchanged].flatMap((player) =>
    player === null
      ? []
      : [
          [player.session, `<session of ${player.id}>`],
          [player.expired ?? '', `<expired session of ${player.id}>`],
        ],
  );
  const hidden = [
    ...aggregator.secrets.map((secret) => [secret, '<secret>'] as const),
    ...more.map((secret) => [secret, '<secret>'] as const),
    ...tokens,
    [cast.demoSession ?? '', '<demo session>'] as const,
  ];
  // the longest first, so that no part of one is left
  const sorted = hidden
    .flatMap(([value = '', name = '']) => (value.length < 4 ? [] : [{ value, name }]))
    .toSorted((a, b) => b.value.length - a.value.length);
  return (text) => sorted.reduce((result, { value, name }) => result.replaceAll(value, name), text);
}

const SHOWN = /^(content-type|content-encoding|accept|x-timestamp|transfer-encoding)$/i;
const LONGEST_BODY = 4_000;

/** For a POSIX shell; `note` says what curl cannot do the same way. */
export function curlOf(message: Message, redact: Redact): string {
  const headers = message.headers.map(([name, value]) => {
    const shown = SHOWN.test(name) ? value : value === '' ? '' : `<${name}: ${value.length} characters>`;
    return `-H ${quoted(redact(`${name}: ${shown}`))}`;
  });
  const note =
    message.transport === null
      ? []
      : [`# sent ${message.transport.replaceAll('_', ' ')}, which curl does not do by itself`];
  return [
    ...note,
    ['curl', '-X', message.method, quoted(redact(message.url)), ...headers, ...bodyOf(message, redact)].join(' '),
  ].join('\n');
}

function bodyOf(message: Message, redact: Redact): readonly string[] {
  const bytes = Buffer.from(message.body);
  if (bytes.byteLength === 0) return [];
  const text = bytes.toString('utf8');
  const hasControls = bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  const isText = !hasControls && Buffer.from(text, 'utf8').equals(bytes);
  if (!isText)
    return ['--data-binary', quoted(`@<(base64 -d <<< ${bytes.subarray(0, LONGEST_BODY).toString('base64')})`)];
  const shown = redact(text);
  if (shown.length <= LONGEST_BODY) return ['--data-binary', quoted(shown)];
  return ['--data-binary', quoted(`${shown.slice(0, 400)}… (${bytes.byteLength} bytes)`)];
}

/** Nothing inside single quotes means anything but the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The beginning of an answer, for people. */
export function answerText(body: Uint8Array, redact: Redact): string {
  const text = redact(Buffer.from(body).toString('utf8'));
  return text.length <= 1_000 ? text : `${text.slice(0, 1_000)}…`;
}
