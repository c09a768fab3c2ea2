import { expectEqual, expectTrue, type Row } from '../row.js';
import { api } from '../shop.js';

/** The request path and the load balancer's four listeners. */
export const pathRows: readonly Row[] = [
  {
    name: 'GET /offers on the API host answers from PostgreSQL',
    check: async (shop) => {
      const answer = await shop.request(`${api(shop)}/offers`);
      expectEqual(answer.status, 200, 'status');
      const offers = answer.json<readonly { readonly title: string }[]>();
      expectTrue(offers.length > 0, 'the seeded offers are missing');
      return `200, ${String(offers.length)} offers, the first ${JSON.stringify(offers[0]?.title)}`;
    },
  },
  {
    name: 'its trace lists every hop with time and Terraform address',
    check: async (shop) => {
      const answer = await shop.request(`${api(shop)}/offers`);
      const trace = await shop.trace(String(answer.headers['x-landfall-trace']));
      const seen = trace.hops.map(({ layer, address }) => `${layer} ${address}`);
      const wanted = [
        'cloudfront aws_cloudfront_distribution.api',
        'waf aws_wafv2_web_acl.edge',
        'alb aws_lb_listener_rule.origin_verify',
        'gateway aws_ecs_service.gateway',
        'alb aws_lb_listener_rule.internal_offers_service',
        'ecs aws_ecs_service.offers_service',
      ];
      const positions = wanted.map((hop) => seen.indexOf(hop));
      expectTrue(
        positions.every((at, index) => at >= 0 && (index === 0 || at > (positions[index - 1] ?? 0))),
        `hops ${seen.join(' → ')}`,
      );
      expectTrue(
        trace.hops.every(({ durationMs }) => durationMs > 0),
        'a hop has no time',
      );
      const kong = trace.hops.find(({ layer }) => layer === 'gateway');
      expectTrue(
        JSON.stringify(kong?.notes).includes('offers-service'),
        `the gateway's notes name no route: ${JSON.stringify(kong?.notes)}`,
      );
      return trace.hops.map(({ layer, ownMs }) => `${layer} ${ownMs.toFixed(2)} ms`).join(' → ');
    },
  },
  {
    name: 'ALB 80 redirects to HTTPS',
    check: async ({ request, description }) => {
      const answer = await request(`${description.alb.http}/offers?page=2`, {
        headers: { host: 'api.shop.localhost' },
      });
      expectEqual(answer.status, 301, 'status');
      const location = String(answer.headers['location']);
      expectTrue(
        location.startsWith('https://api.shop.localhost:') && location.endsWith('/offers?page=2'),
        `Location ${location}`,
      );
      return `301 → ${location}`;
    },
  },
  {
    name: 'ALB 443 refuses what did not come through CloudFront',
    check: async ({ request, description }) => {
      const statuses = [];
      for (const headers of [{}, { 'x-origin-verify': 'wrong' }, { 'X-ORIGIN-VERIFY': '*' }]) {
        const answer = await request(`${description.alb.https}/offers`, {
          headers: { host: 'api.shop.localhost', ...headers },
        });
        statuses.push(answer.status);
        expectEqual(answer.headers['server'], 'awselb/2.0', 'server');
      }
      expectEqual(statuses, [403, 403, 403], 'without, with a wrong, with a wildcard X-Origin-Verify');
      return '403 without the header, 403 with a wrong one, 403 with *';
    },
  },
  {
    name: 'ALB 8443 answers 404 for an unknown Host',
    check: async ({ request, description }) => {
      const unknown = await request(`${description.alb.internalHttps}/offers`, {
        headers: { host: 'nobody.internal' },
      });
      const known = await request(`${description.alb.internalHttps}/offers`, {
        headers: { host: 'offers-service.internal' },
      });
      expectEqual([unknown.status, known.status], [404, 200], 'unknown and known Host');
      return '404 for nobody.internal, 200 for offers-service.internal';
    },
  },
  {
    name: 'ALB 8080 answers the discovery paths alone',
    check: async ({ request, description }) => {
      const { internalHttp } = description.alb;
      const discovery = await request(`${internalHttp}/auth/.well-known/openid-configuration`, {
        headers: { host: 'alb.shop.local:8080' },
      });
      const login = await request(`${internalHttp}/auth/login`, { method: 'POST' });
      const offers = await request(`${internalHttp}/offers`);
      expectEqual([discovery.status, login.status, offers.status], [200, 404, 404], 'discovery, sign-in, offers');
      return `200 for discovery (${discovery.json<{ jwks_uri: string }>().jwks_uri}), else 404`;
    },
  },
];
