import { describe, expect, it } from 'vitest';
import type { HeaderPair } from '../../../local/contract/http.js';
import { fakeRequest, type FakeRequest } from '../../../local/testing/fake-request.js';
import { compileResponseHeaders } from './response-headers.js';

const apply = (args: object, headers: readonly HeaderPair[] = [], request: FakeRequest = {}) =>
  compileResponseHeaders(args)(headers, fakeRequest(request));

describe('a response headers policy', () => {
  it('sets security and custom headers, over the origin’s own only where it overrides', () => {
    const args = {
      security_headers_config: [
        {
          content_type_options: [{ override: true }],
          frame_options: [{ frame_option: 'DENY', override: false }],
          referrer_policy: [{ referrer_policy: 'no-referrer', override: true }],
          strict_transport_security: [
            { access_control_max_age_sec: 60, include_subdomains: true, preload: true, override: true },
          ],
          content_security_policy: [{ content_security_policy: "default-src 'self'", override: true }],
          xss_protection: [{ protection: true, mode_block: true, override: true }],
        },
      ],
      custom_headers_config: [{ items: [{ header: 'X-Team', value: 'shop', override: true }] }],
      remove_headers_config: [{ items: [{ header: 'server' }] }],
    };
    const own = [
      ['Server', 'AmazonS3'],
      ['x-frame-options', 'SAMEORIGIN'],
      ['x-team', 'other'],
    ] as const;
    expect(apply(args, own)).toEqual([
      ['x-frame-options', 'SAMEORIGIN'],
      ['X-Team', 'shop'],
      ['Content-Security-Policy', "default-src 'self'"],
      ['X-Content-Type-Options', 'nosniff'],
      ['Referrer-Policy', 'no-referrer'],
      ['Strict-Transport-Security', 'max-age=60; includeSubDomains; preload'],
      ['X-XSS-Protection', '1; mode=block'],
    ]);
  });
});

describe('its CORS part', () => {
  const cors = (more: object = {}) => ({
    cors_config: [
      {
        access_control_allow_credentials: false,
        access_control_allow_headers: [{ items: ['Authorization'] }],
        access_control_allow_methods: [{ items: ['GET', 'PUT'] }],
        access_control_allow_origins: [{ items: ['https://*.example.com'] }],
        access_control_max_age_sec: 600,
        origin_override: true,
        ...more,
      },
    ],
  });
  const from = (origin: string, more: readonly HeaderPair[] = []): FakeRequest => ({
    headers: [['Origin', origin], ...more],
  });

  it('names allowed origins alone', () => {
    expect(apply(cors(), [], from('https://app.example.com'))).toEqual([
      ['Access-Control-Allow-Origin', 'https://app.example.com'],
      ['Vary', 'Origin'],
    ]);
    expect(apply(cors(), [], from('https://evil.test'))).toEqual([]);
    expect(apply(cors(), [])).toEqual([]);
    const open = cors({ access_control_allow_origins: [{ items: ['*'] }] });
    expect(apply(open, [], from('https://evil.test'))).toEqual([['Access-Control-Allow-Origin', '*']]);
  });

  it('says what is allowed to a preflight, and keeps the origin’s own answer when told so', () => {
    const preflight = {
      method: 'OPTIONS',
      ...from('https://a.example.com', [['Access-Control-Request-Method', 'PUT']]),
    };
    expect(Object.fromEntries(apply(cors(), [], preflight))).toMatchObject({
      'Access-Control-Allow-Methods': 'GET, PUT',
      'Access-Control-Allow-Headers': 'Authorization',
      'Access-Control-Max-Age': '600',
    });
    const own = [['access-control-allow-origin', 'https://mine']] as const;
    expect(apply(cors({ origin_override: false }), own, from('https://a.example.com'))[0]).toEqual(own[0]);
  });
});
