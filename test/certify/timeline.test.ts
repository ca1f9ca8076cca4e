/** The picture of a scenario: what is wrong is always in it with its answer, and waiting takes no room. */
import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/certify/message.ts';
import { timeline } from '../../src/certify/timeline.ts';
import type { Exchange } from '../../src/certify/world.ts';

const message: Message = { method: 'POST', url: 'http://x.test', headers: [], body: new Uint8Array(), transport: null };
const said = (wire: number, atMs: number, more: Partial<Exchange> = {}): Exchange => ({
  atMs,
  tookMs: 10,
  wire,
  label: `bet b${wire}`,
  burst: null,
  message,
  reply: { status: 200, headers: {}, body: new Uint8Array() },
  silence: null,
  reading: { kind: 'applied', duplicate: false, balance: '80.00', currency: 'USD', operatorTransactionId: null },
  oddity: null,
  isWrong: false,
  ...more,
});
const count = (svg: string, part: string): number => svg.split(part).length - 1;

describe('the picture of a scenario', () => {
  it('is none of nothing', () => {
    expect(timeline([])).toBe('');
  });

  it('has a lane a connection and a bar a message', () => {
    const svg = timeline([said(1, 0), said(2, 5), said(1, 15)]);
    expect(count(svg, '<rect ')).toBe(3);
    expect(count(svg, '<line ')).toBe(2);
    expect(svg).not.toContain('e03131');
  });

  it('shows what is wrong however many connections there were, framed and with its answer', () => {
    const many = Array.from({ length: 100 }, (_none, at) => said(at, at));
    const svg = timeline([...many, said(100, 100, { isWrong: true, label: 'the last balance' })]);
    expect(svg).toContain('the last balance');
    expect(svg).toContain('stroke="#e03131"');
    expect(svg).toContain('>200 applied, balance 80.00</text>');
    expect(svg).toContain('and 61 messages more on other connections');
  });

  it('folds a long time in which nothing was said, and says when it went on', () => {
    const svg = timeline([said(1, 0), said(1, 10), said(1, 60_000)]);
    expect(count(svg, 'stroke-dasharray')).toBe(1);
    expect(svg).toContain('60000 ms');
    const widths = [...svg.matchAll(/<rect [^>]*width="([0-9.]+)" height="12"/g)].map(([, width]) => Number(width));
    // three messages of the same length, none of them a hair's breadth
    expect(new Set(widths).size).toBe(1);
    expect(widths[0]).toBeGreaterThan(50);
  });
});
