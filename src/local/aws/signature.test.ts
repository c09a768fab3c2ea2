import { describe, expect, test } from 'vitest';
import { verify } from './signature.js';
import type { WireRequest } from './wire.js';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

/** `post-x-www-form-urlencoded` of AWS's Signature Version 4 test suite: as botocore does, it leaves the length unsigned. */
const request: WireRequest = {
  method: 'POST',
  target: '/',
  headers: [
    ['Host', 'example.amazonaws.com'],
    ['Content-Type', 'application/x-www-form-urlencoded'],
    ['Content-Length', '13'],
    ['X-Amz-Date', '20150830T123600Z'],
    [
      'Authorization',
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ],
  body: Buffer.from('Param1=value1'),
};

describe('a signed request', () => {
  test('that leaves the length of its body unsigned is accepted', () => {
    expect(verify(request, credentials)).toEqual({ accessKeyId: 'AKIDEXAMPLE', service: 'service' });
  });

  test('with another body is refused', () => {
    expect(() => verify({ ...request, body: Buffer.from('Param1=value2') }, credentials)).toThrow('signature is wrong');
  });
});
