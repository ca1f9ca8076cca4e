import { describe, expect, it } from 'vitest';
import { createLog, redact, type Log } from '../../src/platform/log.ts';
import { processorMs } from '../support/effort.ts';

function capture(options: { pretty?: boolean } = {}): { log: Log; text: () => string } {
  let text = '';
  const log = createLog({ level: 'trace', destination: { write: (line) => void (text += line) }, ...options });
  return { log, text: () => text };
}

const SECRET = 'hunter2-hunter2';

describe('the log', () => {
  it('writes one JSON object a line, with level, time and message', () => {
    const { log, text } = capture();
    log.info({ round: 'r1' }, 'hello');
    const entry: unknown = JSON.parse(text());
    expect(entry).toMatchObject({ level: 'info', msg: 'hello', round: 'r1' });
    expect(entry).toHaveProperty('time', expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/));
    expect(text().endsWith('\n')).toBe(true);
  });

  it.each([
    ['a header', { headers: { authorization: `Bearer ${SECRET}` } }],
    ['an api key header', { req: { headers: { 'x-api-key': SECRET } } }],
    ['a signature header', { 'X-Signature': SECRET }],
    ['sig', { sig: SECRET }],
    ['a secret deep inside', { a: { b: { c: { d: [{ launch: { secret: SECRET } }] } } } }],
    ['a prefixed secret', { launch_secret: SECRET, signingSecret: SECRET }],
    ['a list of secrets', { signing_secrets: [SECRET, SECRET] }],
    ['a token', { token: SECRET }],
    ['a password', { password: SECRET }],
    ['a secret with quotes and brackets in it', { password: `"]},\\"${SECRET}` }],
    ['a query signature', { url: `/launch?game=x&sig=${SECRET}&player=p` }],
    ['a query session', { url: `https://h/launch?session=${SECRET}` }],
    ['a database url', { url: `postgres://croupier:${SECRET}@127.0.0.1:5432/croupier` }],
    ['JSON inside a string', { body: JSON.stringify({ token: SECRET, amount: '1.00' }) }],
    [
      'JSON in JSON in a string',
      { body: JSON.stringify({ inner: JSON.stringify({ a: 1, secret: `x\\"${SECRET}"`, b: [1] }) }) },
    ],
    ['a secret object and number', { token: { kid: 1, list: ['}]', SECRET] }, after: 1 }],
    ['a cookie', { headers: { cookie: `a=${SECRET}`, 'set-cookie': [`b=${SECRET}`] } }],
  ])('keeps back %s', (_name, fields) => {
    const { log, text } = capture();
    log.info(fields, 'x');
    log.child(fields).warn('y');
    expect(text()).not.toContain(SECRET);
    for (const line of text().trim().split('\n')) expect(() => void JSON.parse(line)).not.toThrow();
  });

  it('keeps back what an error message carries', () => {
    const { log, text } = capture();
    log.error(
      { err: new Error(`GET https://h/x?sig=${SECRET} failed`) },
      `called with Authorization: Bearer ${SECRET}`,
    );
    expect(text()).not.toContain(SECRET);
    expect(text()).toContain('https://h/x?sig=[redacted]');
  });

  it('leaves ordinary fields alone', () => {
    const { log, text } = capture();
    log.info({ player: 'p1', session_id: 's1', reason: 'bad_signature', amount: '1.00', url: '/x?game=g' }, 'bet');
    expect(JSON.parse(text())).toMatchObject({
      player: 'p1',
      session_id: 's1',
      reason: 'bad_signature',
      amount: '1.00',
      url: '/x?game=g',
    });
  });

  it('prints readable lines without secrets when pretty', () => {
    const { log, text } = capture({ pretty: true });
    log.warn({ token: SECRET, player: 'p1' }, 'careful');
    log.error({ err: new Error('broken') }, 'oh');
    expect(text()).toMatch(/^\d\d:\d\d:\d\d WARN {2}careful token=\[redacted\] player=p1\n/);
    expect(text()).toContain('Error: broken');
  });

  it('redacts text for others too, in linear time', () => {
    expect(redact('a?sig=1&b=2')).toBe('a?sig=[redacted]&b=2');
    for (const hostile of [
      `{"x":"${'\\'.repeat(400_000)}"token`.repeat(2),
      '-'.repeat(400_000),
      '"token":['.repeat(80_000),
      '"a'.repeat(200_000),
      '?sig='.repeat(80_000),
      'a:'.repeat(200_000),
    ]) {
      // What is not linear would take minutes.
      expect(processorMs(() => redact(hostile))).toBeLessThan(5_000);
    }
  });
});
