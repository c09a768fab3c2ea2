import type { HeaderPair } from '../../../local/contract/http.js';
import { allValues } from '../../../local/http/headers.js';
import type { Framing } from '../../../local/http/framing.js';

/** How dangerous a request is, and why. */
export interface Classification {
  readonly tier: 'compliant' | 'acceptable' | 'ambiguous' | 'severe';
  /** AWS's name of the reason. */
  readonly reason: string;
}

const compliant: Classification = { tier: 'compliant', reason: 'Compliant' };
const acceptable = (reason: string): Classification => ({ tier: 'acceptable', reason });
const ambiguous = (reason: string): Classification => ({ tier: 'ambiguous', reason });
const severe = (reason: string): Classification => ({ tier: 'severe', reason });

/**
 * The tier of a request that Node's parser let pass; much of what AWS calls severe or ambiguous it refuses itself. HTTP/2 frames its
 * requests, so there is nothing to mistake.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#classification-reasons (not re-read)
 */
export function classify(method: string, { headers, httpVersion }: Framing): Classification {
  if (httpVersion === '2.0') return compliant;
  const lengths = allValues(headers, 'content-length');
  const codings = allValues(headers, 'transfer-encoding').flatMap(listed);
  return (
    ofLengths(lengths, codings) ??
    (headers.some(isSuspicious) ? ambiguous('SuspiciousHeader') : undefined) ??
    ofBody(method, httpVersion, lengths, codings) ??
    (headers.some(([, value]) => nonAscii.test(value)) ? acceptable('NonCompliantHeader') : compliant)
  );
}

/** Codings of a `Transfer-Encoding` field, in lower case. */
export const listed = (value: string): string[] => value.split(',').map((coding) => coding.trim().toLowerCase());

function ofLengths(lengths: readonly string[], codings: readonly string[]): Classification | undefined {
  if (lengths.some((length) => !/^\d{1,18}$/.test(length.trim()))) return severe('BadContentLength');
  if (new Set(lengths.map(Number)).size > 1) return severe('MultipleContentLength');
  if (codings.filter((coding) => coding === 'chunked').length > 1) return severe('MultipleTransferEncodingChunked');
  if (lengths.length > 0 && codings.length > 0) return ambiguous('BothTeClPresent');
  return lengths.length > 1 ? ambiguous('DuplicateContentLength') : undefined;
}

function ofBody(
  method: string,
  httpVersion: string,
  lengths: readonly string[],
  codings: readonly string[],
): Classification | undefined {
  const hasNoBody = method === 'GET' || method === 'HEAD';
  if (codings.length > 0 && (hasNoBody || httpVersion === '1.0'))
    return ambiguous('UndefinedTransferEncodingSemantics');
  if (!hasNoBody || lengths.length === 0) return undefined;
  return lengths.every((length) => Number(length) === 0)
    ? acceptable('GetHeadZeroContentLength')
    : ambiguous('UndefinedContentLengthSemantics');
}

/** A name that another server might read as one of the two that frame a message. */
function isSuspicious([name]: HeaderPair): boolean {
  const lower = name.toLowerCase();
  if (lower === 'transfer-encoding' || lower === 'content-length') return false;
  const letters = lower.replaceAll(/[^a-z]/g, '');
  return letters === 'transferencoding' || letters === 'contentlength';
}

const nonAscii = /[^\t\x20-\x7e]/;
