import { describe, expect, it } from 'vitest';
import { destinationOf, imageTypeOf, isPublicAddress, PLACEHOLDER } from '../../src/images/rules.ts';
import { PNG, SVG } from './vendor.ts';

const kindOf = (url: string, trusted: readonly string[] = []) => destinationOf(url, new Set(trusted)).kind;

describe('where a picture may be fetched', () => {
  it.each([
    'https://cdn.example/a.png',
    'http://cdn.example/a.png',
    'https://93.184.216.34/a.png',
    'https://[2606:4700::6810:1]/a.png',
  ])('%s may turn out to be public', (url) => expect(kindOf(url)).toBe('public'));

  it.each([
    'file:///etc/passwd',
    'ftp://cdn.example/a.png',
    'data:image/png;base64,AAAA',
    'javascript:alert(1)',
    '/relative.png',
    'https://user:secret@cdn.example/a.png',
    'http://cdn.example:8080/a.png',
    'http://127.0.0.1/a.png',
    'http://127.1/a.png',
    'http://2130706433/a.png',
    'http://0x7f000001/a.png',
    'http://0177.0.0.1/a.png',
    'http://10.1.2.3/a.png',
    'http://169.254.169.254/latest/meta-data',
    'http://192.168.0.1/a.png',
    'http://100.64.0.1/a.png',
    'http://0.0.0.0/a.png',
    'http://[::1]/a.png',
    'http://[::ffff:10.0.0.1]/a.png',
    'http://[fd00::1]/a.png',
    'http://[fe80::1]/a.png',
    'http://[64:ff9b::a00:1]/a.png',
    'http://[2002:a00:1::]/a.png',
  ])('%s is forbidden', (url) => expect(kindOf(url)).toBe('forbidden'));

  it('a configured server may be anywhere, at its own port only', () => {
    expect(kindOf('http://127.0.0.1:4401/a.png', ['127.0.0.1:4401'])).toBe('trusted');
    expect(kindOf('http://127.0.0.1:4402/a.png', ['127.0.0.1:4401'])).toBe('forbidden');
  });

  it('a public address is one anybody may have', () => {
    expect(['8.8.8.8', '1.1.1.1', '2606:4700::1'].every(isPublicAddress)).toBe(true);
    expect(['255.255.255.255', '224.0.0.1', '::', 'ff02::1', '2001:db8::1', 'nonsense'].some(isPublicAddress)).toBe(
      false,
    );
  });
});

describe('what counts as a picture', () => {
  const bytes = (text: string) => Buffer.from(text, 'latin1');
  it('is known by its bytes', () => {
    expect(imageTypeOf(PNG)).toBe('image/png');
    expect(imageTypeOf(bytes('\u00FF\u00D8\u00FF\u00E0....'))).toBe('image/jpeg');
    expect(imageTypeOf(bytes('GIF89a......'))).toBe('image/gif');
    expect(imageTypeOf(bytes('RIFF\0\0\0\0WEBPVP8 '))).toBe('image/webp');
    expect(imageTypeOf(bytes('\0\0\0 ftypavif'))).toBe('image/avif');
    expect(imageTypeOf(Buffer.from(SVG))).toBe('image/svg+xml');
    expect(imageTypeOf(Buffer.from(PLACEHOLDER))).toBe('image/svg+xml');
    expect(imageTypeOf(Buffer.from(`\uFEFF<?xml version="1.0"?>\n<!-- a -->\n<!DOCTYPE svg>\n${SVG}`))).toBe(
      'image/svg+xml',
    );
  });

  it.each(['', '<html><svg></svg></html>', '<!DOCTYPE html><svg>', 'MZ', '%PDF-1.7', '{"a":1}'])('is not %j', (text) =>
    expect(imageTypeOf(Buffer.from(text))).toBeNull(),
  );
});
