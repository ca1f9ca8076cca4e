/**
 * A message as it may be shown to people, and as a command that says it again to a sandbox. Secrets and session tokens are blanked
 * in both, so the command signs anew, with the sandbox's own key; it names no server of ours. Pure.
 */
import { createHash } from 'node:crypto';
import { redact } from '../platform/index.ts';
import type { HeardMessage } from './story-store.ts';

export interface ShownBytes {
  /** as text, secrets blanked */
  readonly text: string;
  /** of the exact bytes */
  readonly bytes: number;
  readonly sha256: string;
  /** it is no text: shown as base64 */
  readonly binary: boolean;
}

/** A session's token opens a game in the player's name; only its beginning is shown. */
const TOKEN = /("(?:session|session_id|session_token|sessionId|token)"\s*:\s*")([^"\\]{6})[^"\\]+(?=")/gi;
const LONGEST = 64_000;

export function shownBytes(body: Uint8Array): ShownBytes {
  const sha256 = createHash('sha256').update(body).digest('hex');
  const text = decoded(body);
  const shown = text ?? Buffer.from(body).toString('base64');
  return {
    text: blanked(shown.slice(0, LONGEST)),
    bytes: body.byteLength,
    sha256,
    binary: text === null,
  };
}

/** Text without its secrets. */
export const blanked = (text: string): string => redact(text.replaceAll(TOKEN, '$1$2…'));

function decoded(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

const KEPT = ['content-type', 'x-request-id'];

/** For a shell: everything that came from outside stands in single quotes. */
export function curlOf(message: Pick<HeardMessage, 'route' | 'headers' | 'body'>): string {
  const { text } = shownBytes(message.body);
  const isTimed = message.headers['x-timestamp'] !== undefined;
  const headers = KEPT.flatMap((name) => {
    const value = message.headers[name];
    return value === undefined ? [] : [`  -H ${quoted(`${name}: ${blanked(value)}`)} \\`];
  });
  return [
    '# Against a sandbox of your own: set SANDBOX_GATEWAY and SANDBOX_SIGNING_SECRET (generic dialect).',
    `BODY=${quoted(text)}`,
    ...(isTimed ? ['TIME=$(date +%s)'] : []),
    `SIGNATURE=$(printf '%s' "${isTimed ? '$TIME.' : ''}$BODY" | openssl dgst -sha256 -hmac "$SANDBOX_SIGNING_SECRET" -r | cut -d' ' -f1)`,
    `curl -sS -X POST "$SANDBOX_GATEWAY"${quoted(message.route)} \\`,
    ...headers,
    ...(isTimed ? ['  -H "X-Timestamp: $TIME" \\'] : []),
    '  -H "X-Signature: $SIGNATURE" --data-binary "$BODY"',
  ].join('\n');
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
