import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metadataPattern } from './metadata.js';

const pattern = new RegExp(metadataPattern);

/** A number as URL parsers read it: decimal, hexadecimal or octal, with zeros before it. */
const spelling = (value: number) =>
  fc.tuple(fc.constantFrom(8, 10, 16), fc.nat(4)).map(([base, zeros]) => {
    const digits = value.toString(base);
    if (base === 10) return digits;
    return `0${base === 16 ? 'x' : ''}${'0'.repeat(zeros)}${digits}`;
  });

/** An address of one to four numbers, where the last one fills the rest. */
const spelt = (address: number) =>
  fc.integer({ min: 1, max: 4 }).chain((count) => {
    const bytes = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
    const last = bytes.slice(count - 1).reduce((sum, byte) => sum * 256 + byte, 0);
    return fc.tuple(...[...bytes.slice(0, count - 1), last].map(spelling)).map((parts) => parts.join('.'));
  });

describe('the metadata pattern', () => {
  it('is one that WAF takes: at most 512 characters, no group that captures, no look-around', () => {
    // https://docs.aws.amazon.com/waf/latest/APIReference/API_Regex.html (read 2026-11-25)
    expect(metadataPattern.length).toBeLessThanOrEqual(512);
    expect(metadataPattern).not.toMatch(/\((?!\?:)/);
  });

  it.each([
    ['169.254.169.254', 0xa9fea9fe],
    ['169.254.170.2', 0xa9feaa02],
  ])('finds every spelling of %s that a URL parser takes', (address, number) => {
    fc.assert(
      fc.property(spelt(number), fc.constantFrom('', '/latest/meta-data/', ':80'), (host, rest) => {
        expect(new URL(`http://${host}${rest}`).hostname).toBe(address);
        expect(`https://example.com/?u=http://${host}${rest}`).toMatch(pattern);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[0:0:0:0:0:ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[fd00:ec2::254]',
    '[fd00:0ec2:0:0:0:0:0:254]',
    '[fd00:0ec2:0000:0000:0000:0000:0000:0254]',
  ])('finds %s', (host) => {
    expect(new URL(`http://${host}/`).hostname).toMatch(/a9fe:a9fe|fd00:ec2::254/);
    expect(`x=http://${host}/latest`).toMatch(pattern);
  });

  it.each([
    '169.254.1.1',
    '10.254.169.254',
    '169.25.169.254',
    '2852039165',
    '0xa9fea9fd',
    'fd00:ec2::53',
    'order 169, page 254',
    'id=43518&size=16689662',
  ])('leaves %s', (text) => {
    expect(text).not.toMatch(pattern);
  });

  it('leaves other addresses', () => {
    const other = fc.ipV4().filter((address) => !/^169\.254\.(?:169\.254|170\.2)/.test(address));
    fc.assert(
      fc.property(other, (address) => {
        expect(`u=http://${address}/`).not.toMatch(pattern);
      }),
    );
  });
});
