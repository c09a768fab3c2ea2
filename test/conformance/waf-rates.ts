import assert from 'node:assert/strict';
import {
  edgeWebAcl,
  ruleOf,
  webAclOf,
  type Sent,
  type TestedWebAcl,
} from '../../src/layers/waf/local/testing/web-acl.js';
import { api, cases, contains, guide, query } from './waf-cases.js';

const rated = (more: object = {}) =>
  webAclOf({ rule: [ruleOf({ rate_based_statement: [{ limit: 10, aggregate_key_type: 'IP', ...more }] })] });

/** Sends so many, and answers how many were blocked. */
async function blocked({ blockedBy }: TestedWebAcl, count: number, sent: Sent = {}): Promise<number> {
  let total = 0;
  for (let index = 0; index < count; index += 1) if ((await blockedBy(sent)) !== undefined) total += 1;
  return total;
}

const from = (address: string): Sent => ({ peer: { address, port: 50_000 } });
const via = (line: string): Sent => ({ headers: [['X-Forwarded-For', line]] });
const header = (value: string): Sent => ({ headers: [['X-Tenant', value]] });
const none = [{ priority: 0, type: 'NONE' }];

/** How often a client may ask. */
export const rateCases = [
  ...cases(guide('waf-rule-statement-type-rate-based-high-level-settings.html'), {
    'blocks the request that is over the limit': async () => assert.equal(await blocked(await rated(), 12), 2),
    'blocks request 1001 of five minutes, and is free after the window': async () => {
      const acl = await edgeWebAcl();
      assert.equal(await blocked(acl, 1000), 0);
      assert.equal(await acl.blockedBy(), 'rate-limit');
      await acl.plane.clock.advance(300_000);
      assert.equal(await acl.blockedBy(), undefined);
    },
    'looks back over five minutes by default': async () => {
      const acl = await rated();
      await blocked(acl, 10);
      await acl.plane.clock.advance(298_000);
      assert.equal(await blocked(acl, 1), 1);
      await acl.plane.clock.advance(2_000);
      assert.equal(await blocked(acl, 1), 0);
    },
    'looks back over the window that is set': async () => {
      for (const seconds of [60, 120, 600]) {
        const acl = await rated({ evaluation_window_sec: seconds });
        await blocked(acl, 10);
        await acl.plane.clock.advance((seconds - 2) * 1000);
        assert.equal(await blocked(acl, 1), 1);
        await acl.plane.clock.advance(2000);
        assert.equal(await blocked(acl, 1), 0);
      }
    },
    'lets the window slide': async () => {
      const acl = await rated({ evaluation_window_sec: 60 });
      await blocked(acl, 5);
      await acl.plane.clock.advance(30_000);
      await blocked(acl, 5);
      await acl.plane.clock.advance(30_000);
      assert.equal(await blocked(acl, 6), 1);
    },
    'counts each address by itself': async () => {
      const acl = await rated();
      assert.equal(await blocked(acl, 11, from('198.51.100.1')), 1);
      assert.equal(await blocked(acl, 10, from('198.51.100.2')), 0);
    },
  }),
  ...cases(guide('waf-rule-statement-type-rate-based.html'), {
    'counts for each web ACL by itself': async () => {
      const [one, other] = [await rated(), await rated()];
      assert.deepEqual([await blocked(one, 11), await blocked(other, 10)], [1, 0]);
    },
    'counts only what the scope-down statement matches': async () => {
      const acl = await rated({ scope_down_statement: [contains('login')] });
      assert.equal(await blocked(acl, 30), 0);
      assert.equal(await blocked(acl, 11, query('login')), 1);
      assert.equal(await blocked(acl, 1), 0);
    },
    'counts requests that it blocks too': async () => {
      const acl = await rated({ evaluation_window_sec: 60 });
      await blocked(acl, 20);
      await acl.plane.clock.advance(30_000);
      await blocked(acl, 15);
      await acl.plane.clock.advance(30_000);
      assert.equal(await blocked(acl, 1), 1);
    },
  }),
  ...cases(api('API_ForwardedIPConfig.html'), {
    'counts by the first forwarded address': async () => {
      const config = [{ header_name: 'X-Forwarded-For', fallback_behavior: 'NO_MATCH' }];
      const acl = await rated({ aggregate_key_type: 'FORWARDED_IP', forwarded_ip_config: config });
      assert.equal(await blocked(acl, 11, via('203.0.113.1, 10.0.0.1')), 1);
      assert.equal(await blocked(acl, 10, via('203.0.113.2, 10.0.0.1')), 0);
    },
    'takes the fallback for what is no forwarded address': async () => {
      const acl = async (fallback_behavior: string) =>
        rated({
          aggregate_key_type: 'FORWARDED_IP',
          forwarded_ip_config: [{ header_name: 'X-Forwarded-For', fallback_behavior }],
        });
      assert.equal(await blocked(await acl('MATCH'), 1, via('unknown')), 1);
      assert.equal(await blocked(await acl('NO_MATCH'), 20, via('unknown')), 0);
    },
    'does not count where the header is absent': async () => {
      const config = [{ header_name: 'X-Forwarded-For', fallback_behavior: 'MATCH' }];
      const acl = await rated({ aggregate_key_type: 'FORWARDED_IP', forwarded_ip_config: config });
      assert.equal(await blocked(acl, 20), 0);
    },
  }),
  ...cases(
    'https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-aggregation-options.html (not re-read)',
    {
      'counts all together with CONSTANT': async () => {
        const acl = await rated({ aggregate_key_type: 'CONSTANT', scope_down_statement: [contains('x')] });
        await blocked(acl, 10, { ...query('x'), ...from('198.51.100.1') });
        assert.equal(await blocked(acl, 1, { ...query('x'), ...from('198.51.100.2') }), 1);
      },
      'counts by a header, and not where it is absent': async () => {
        const key = [{ header: [{ name: 'x-tenant', text_transformation: none }] }];
        const acl = await rated({ aggregate_key_type: 'CUSTOM_KEYS', custom_key: key });
        assert.equal(await blocked(acl, 11, header('a')), 1);
        assert.equal(await blocked(acl, 10, header('b')), 0);
        assert.equal(await blocked(acl, 30), 0);
      },
      'counts by several keys together': async () => {
        const key = [{ http_method: [{}] }, { uri_path: [{ text_transformation: none }] }, { ip: [{}] }];
        const acl = await rated({ aggregate_key_type: 'CUSTOM_KEYS', custom_key: key });
        assert.equal(await blocked(acl, 11, { target: '/a' }), 1);
        assert.equal(await blocked(acl, 10, { target: '/b' }), 0);
        assert.equal(await blocked(acl, 10, { target: '/a', method: 'PUT' }), 0);
      },
    },
  ),
];
