import { describe, expect, it } from 'vitest';
import { classify } from './desync.js';

const tierOf = (method: string, headers: readonly (readonly [string, string])[], httpVersion = '1.1') => {
  const framing = { headers, httpVersion, target: '/', endConnection: () => undefined };
  const { tier, reason } = classify(method, framing);
  return `${tier} ${reason}`;
};

describe('classify', () => {
  it.each([
    ['GET', [['Host', 'a']], 'compliant Compliant'],
    ['POST', [['Content-Length', '5']], 'compliant Compliant'],
    ['POST', [['Transfer-Encoding', 'chunked']], 'compliant Compliant'],
    ['GET', [['Content-Length', '0']], 'acceptable GetHeadZeroContentLength'],
    ['GET', [['X-A', 'caf\xe9']], 'acceptable NonCompliantHeader'],
    ['HEAD', [['Content-Length', '5']], 'ambiguous UndefinedContentLengthSemantics'],
    ['GET', [['Transfer-Encoding', 'chunked']], 'ambiguous UndefinedTransferEncodingSemantics'],
    ['POST', [['Transfer_Encoding', 'chunked']], 'ambiguous SuspiciousHeader'],
    ['POST', [['Content---Length', '5']], 'ambiguous SuspiciousHeader'],
    ['POST', [['X-Content-Length', '5']], 'compliant Compliant'],
    [
      'POST',
      [
        ['Content-Length', '5'],
        ['content-length', '5'],
      ],
      'ambiguous DuplicateContentLength',
    ],
    [
      'POST',
      [
        ['Content-Length', '5'],
        ['Transfer-Encoding', 'chunked'],
      ],
      'ambiguous BothTeClPresent',
    ],
    [
      'POST',
      [
        ['Content-Length', '5'],
        ['Content-Length', '6'],
      ],
      'severe MultipleContentLength',
    ],
    ['POST', [['Content-Length', '5,5']], 'severe BadContentLength'],
    ['POST', [['Content-Length', '18446744073709551616']], 'severe BadContentLength'],
    ['POST', [['Transfer-Encoding', 'chunked, Chunked']], 'severe MultipleTransferEncodingChunked'],
  ] as const)('calls %s with %j %s', (method, headers, expected) => {
    expect(tierOf(method, headers)).toBe(expected);
  });

  it('calls chunks in HTTP/1.0 ambiguous, and nothing in HTTP/2', () => {
    const chunked = [['Transfer-Encoding', 'chunked']] as const;
    expect(tierOf('POST', chunked, '1.0')).toBe('ambiguous UndefinedTransferEncodingSemantics');
    expect(tierOf('GET', [['content-length', '5']], '2.0')).toBe('compliant Compliant');
  });
});
