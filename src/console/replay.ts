/**
 * A message as it may be shown to people, and as a command that says it again to a sandbox. Secrets and session tokens are blanked
 * in both, so `croupier replay` signs anew, with the sandbox's own keys, whatever the dialect signs; it names no server of ours. Pure.
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

/** A session's token opens a game in the player's name; only its beginning is shown. In JSON, and in forms and queries. */
const NAMES = '(?:session|session_id|session_token|sessionid|sessiontoken|gamesessionid|token)';
const TOKEN = new RegExp(String.raw`("${NAMES}"\s*:\s*")([^"\\]{6})[^"\\]+(?=")`, 'gi');
const FIELD = new RegExp(String.raw`((?:^|[?&])${NAMES}=)([^&\s]{6})[^&\s]+`, 'gi');
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
export const blanked = (text: string): string => redact(text.replaceAll(TOKEN, '$1$2…').replaceAll(FIELD, '$1$2…'));

const BLANK_TOKEN = new RegExp(String.raw`("${NAMES}"\s*:\s*)"(?:[^"\\]*…|\[redacted\])"`, 'gi');
const BLANK_FIELD = new RegExp(String.raw`((?:^|[?&])${NAMES}=)(?:[^&\s]*…|\[redacted\])`, 'gi');

/** Blanked text with a session of the sandbox where one was blanked. */
export const withSession = (text: string, session: string): string =>
  text
    .replaceAll(BLANK_TOKEN, (_all, before: string) => before + JSON.stringify(session))
    .replaceAll(BLANK_FIELD, (_all, before: string) => before + encodeURIComponent(session));

function decoded(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

/**
 * For a shell: everything that came from outside stands in single quotes. Null for what no command line carries: bytes that are no
 * text, or more of them than are shown. A question without a body was asked in its query, which the journal keeps in its place.
 */
export function replayOf(message: Pick<HeardMessage, 'route' | 'headers' | 'body'>): string | null {
  const { text, binary } = shownBytes(message.body);
  if (binary || message.body.byteLength > LONGEST) return null;
  const type = message.headers['content-type'];
  const command = 'croupier replay --config sandbox.yaml --to "$SANDBOX_GATEWAY" --session "$SANDBOX_SESSION"';
  const said =
    type === undefined
      ? [`${command} \\`, `  ${quoted(`${message.route}?${text}`)}`]
      : [
          `printf '%s' ${quoted(text)} |`,
          `  ${command} \\`,
          `  --type ${quoted(blanked(type))} ${quoted(message.route)}`,
        ];
  return [
    '# Against a sandbox of your own, whose keys sandbox.yaml has; with --print a signed curl instead.',
    ...said,
  ].join('\n');
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
