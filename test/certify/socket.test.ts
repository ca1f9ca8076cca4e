/** Answers as they come off the wire, in pieces and broken: the kit must never take half an answer for a whole one. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openWire, parseReply } from '../../src/certify/socket.ts';
import { openTransport } from '../../src/certify/transport.ts';
import { systemClock } from '../../src/platform/index.ts';
import { until } from '../support/wait.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const bodyOf = (text: string, isClosed = false): string | null => {
  const parsed = parseReply(bytes(text), isClosed);
  return parsed === null || parsed === 'garbled' ? parsed : Buffer.from(parsed.reply.body).toString();
};

describe('an answer', () => {
  const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

  it('is read by its length, and not before all of it is there', () => {
    expect(bodyOf(whole)).toBe('hello');
    for (let length = 0; length < whole.length; length += 1) expect(bodyOf(whole.slice(0, length))).toBeNull();
  });

  it('leaves what follows it for the next', () => {
    expect(parseReply(bytes(`${whole}HTTP/1.1 404`), false)).toMatchObject({ length: whole.length });
  });

  it('is read from chunks, with an informational answer before it', () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n';
    expect(bodyOf(`HTTP/1.1 100 Continue\r\n\r\n${chunked}`)).toBe('hello');
    expect(bodyOf(chunked.slice(0, -2))).toBeNull();
    expect(bodyOf('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')).toBe('garbled');
  });

  it('without a length ends with its connection', () => {
    expect(bodyOf('HTTP/1.1 200 OK\r\n\r\nhel')).toBeNull();
    expect(bodyOf('HTTP/1.1 200 OK\r\n\r\nhello', true)).toBe('hello');
  });

  it('that is no HTTP is none', () => {
    expect(bodyOf('+PONG\r\n\r\n')).toBe('garbled');
  });
});

/** A server that does with each connection what the test says. */
async function serverThat(answer: (received: string) => string | null) {
  const heard: string[] = [];
  const server = createServer((socket) => {
    let received = '';
    socket.on('error', () => undefined);
    socket.on('data', (part) => {
      received += part.toString('latin1');
      if (!received.includes('\r\n\r\n') || !received.endsWith('!')) return;
      heard.push(received);
      const said = answer(received);
      received = '';
      if (said === null) socket.destroy();
      else socket.write(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/x`,
    heard,
    close: async () => new Promise((resolve) => server.close(resolve)),
  };
}

describe('a connection', () => {
  const message = (url: string) => ({
    method: 'POST',
    url,
    headers: [['a', 'b']] as const,
    body: Buffer.from('body!'),
    transport: null,
  });

  it('carries one message after another, and a burst over as many connections', async () => {
    const server = await serverThat(() => 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    const transport = openTransport(systemClock);
    const first = await transport.carry(message(server.url), 30_000);
    const second = await transport.carry(message(server.url), 30_000);
    expect([first.heard.kind, second.heard.kind, second.wire]).toEqual(['reply', 'reply', first.wire]);
    const { carried, spreadUs } = await transport.burst(
      Array.from({ length: 20 }, () => message(server.url)),
      30_000,
    );
    expect(new Set(carried.map((each) => each.wire)).size).toBe(20);
    expect(carried.every((each) => each.heard.kind === 'reply')).toBe(true);
    expect(spreadUs).toBeGreaterThan(0);
    transport.close();
    await server.close();
  });

  it('that is closed without an answer, answers too late, or is refused is silence, each by its name', async () => {
    const closing = await serverThat(() => null);
    const transport = openTransport(systemClock);
    expect((await transport.carry(message(closing.url), 30_000)).heard).toEqual({ kind: 'silence', silence: 'closed' });
    await closing.close();
    expect((await transport.carry(message(closing.url), 30_000)).heard).toEqual({
      kind: 'silence',
      silence: 'refused',
    });
    const slow = await serverThat(() => '');
    expect((await transport.carry(message(slow.url), 50)).heard).toEqual({ kind: 'silence', silence: 'timeout' });
    transport.close();
    await slow.close();
  });

  it('that the kit hangs up has sent the whole request, or only half of it', async () => {
    const server = await serverThat(() => '');
    const transport = openTransport(systemClock);
    await transport.cut(message(server.url), 'half_sent', 30_000);
    expect(server.heard).toEqual([]);
    await transport.cut(message(server.url), 'sent', 30_000);
    await until('it has come', () => server.heard.length > 0);
    expect(server.heard).toHaveLength(1);
    expect(await openWire(new URL('http://127.0.0.1:9'), 500)).toBeNull();
    await server.close();
  });
});
